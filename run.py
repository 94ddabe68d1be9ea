"""Start here: makes the environment once, then runs what you ask for in it.

    python3 run.py demo      main job on the sample data: analysed, reported, dashboard URL
    python3 run.py test      the tests
    python3 run.py voc ...   the command line, for example: python3 run.py voc --help
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = ENVIRONMENT / "voc-stamp"
INPUTS = (ROOT / "pyproject.toml", ROOT / "constraints.txt")
TORCH = "torch==2.13.0"
LOWEST_PYTHON = (3, 11)
WARM_UP = "import torch, transformers, sentence_transformers, bertopic, statsmodels.api, plotly"


def main(arguments: list[str]) -> int:
    """Run the command in the environment and return its exit code."""
    if sys.version_info < LOWEST_PYTHON:
        version = ".".join(map(str, sys.version_info[:2]))
        print(f"This is Python {version}; 3.11 or newer is needed. Start it with that one: python3.11 run.py …", file=sys.stderr)
        return 2
    commands = {"demo": ["-m", "pipelines.cli", "demo"], "test": ["-m", "pytest"], "voc": ["-m", "pipelines.cli"]}
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 0 if arguments in ([], ["--help"], ["-h"]) else 2
    try:
        prepare()
        os.chdir(where(arguments[0]))
        command = [str(PYTHON), *commands[arguments[0]], *arguments[1:]]
        if os.name == "posix":
            os.execve(PYTHON, command, surroundings())  # the process keeps its id, so signals reach the program itself
        return subprocess.call(command, env=surroundings())
    except KeyboardInterrupt:
        print("\nStopped. What was finished is kept; the same command goes on from there.", file=sys.stderr)
        return 130
    except subprocess.CalledProcessError as error:
        print(f"\nSetting up failed at: {' '.join(map(str, error.cmd[3:]))}\nThe same command tries again.", file=sys.stderr)
        return 1


def where(command: str) -> Path:
    """Return where the command runs: the tests in the project, the others where the caller stands and its files are."""
    return ROOT if command == "test" else Path.cwd()


def surroundings() -> dict[str, str]:
    """Return the environment variables of the command: no hub is asked for models."""
    return {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONUTF8": "1"}


def prepare() -> None:
    """Make the environment, unless it stands as the project asks for it."""
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in INPUTS) + sys.version.encode()).hexdigest()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return
    say("Setting up .venv once (about 3 minutes, 3 GB)")
    if not PYTHON.exists():
        venv.EnvBuilder(with_pip=True).create(ENVIRONMENT)
    STAMP.unlink(missing_ok=True)
    install_torch()
    say("Installing the other packages")
    pip("install", "-c", str(ROOT / "constraints.txt"), "-e", f"{ROOT}[dev]")
    say("Loading the libraries for the first time")
    subprocess.run([str(PYTHON), "-W", "ignore", "-c", WARM_UP], check=True, env=surroundings(), cwd=ROOT)
    STAMP.write_text(wanted)


def install_torch() -> None:
    """Install torch first and alone, so that no later step brings a build of several gigabytes."""
    if installed_torch():
        return
    say("Installing torch")
    processor_only = sys.platform == "linux" and shutil.which("nvidia-smi") is None
    if processor_only and pip("install", "--no-deps", f"{TORCH}+cpu", must=False):
        return
    index = os.environ.get("VOC_TORCH_INDEX")
    if index:
        pip("install", "--no-deps", "--index-url", index, TORCH)
        return
    if processor_only:
        say(
            "No build of torch for processors only was found; the general one is taken, which loads several GB for graphics cards. "
            "To avoid it stop now (Ctrl-C) and set VOC_TORCH_INDEX to the CPU address given on PyTorch's own install page"
        )
        pip("install", TORCH)
        return
    pip("install", "--no-deps" if sys.platform != "linux" else "--prefer-binary", TORCH)


def installed_torch() -> bool:
    """Tell whether the environment has the torch the project asks for."""
    probe = "import importlib.metadata as m; print(m.version('torch').split('+')[0])"
    done = subprocess.run([str(PYTHON), "-c", probe], capture_output=True, text=True, check=False)
    return done.stdout.strip() == TORCH.partition("==")[2]


def pip(*arguments: str, must: bool = True) -> bool:
    """Run pip in the environment; return whether it succeeded."""
    command = [str(PYTHON), "-m", "pip", *arguments, "--disable-pip-version-check", "--no-input", "-qq"]
    quiet = None if must else subprocess.DEVNULL
    done = subprocess.run(command, check=must, stdout=quiet, stderr=quiet)
    return done.returncode == 0


def say(what: str) -> None:
    """Tell what is going on."""
    print(f"· {what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        sys.exit("Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv")
    sys.exit(main(sys.argv[1:]))
