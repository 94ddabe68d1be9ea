"""The four packages are this repository's own, whatever else is installed."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("package", ["voc", "models", "pipelines", "api"])
def test_each_package_comes_from_this_repository(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    assert Path(module.__file__).is_relative_to(ROOT)


def test_every_requirement_is_pinned_by_the_constraints() -> None:
    """Why: a fresh install next year must give what was tested."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [name for extra in project["optional-dependencies"].values() for name in extra]
    plain = {name.partition(";")[0].partition(">")[0].partition("[")[0].strip().lower().replace("_", "-") for name in wanted}
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert all("==" in line and "://" not in line for line in lines)
    assert plain - {line.partition("==")[0].lower().replace("_", "-") for line in lines} == set()


def test_no_copyleft_licence_among_the_requirements() -> None:
    """Why: the service is handed to customers; GPL and AGPL parts would bind them."""
    from importlib.metadata import distributions

    found = []
    for distribution in distributions():
        classifiers = " ".join(distribution.metadata.get_all("Classifier") or []) + " " + (distribution.metadata.get("License-Expression") or "")
        strong = ("GNU General Public", "GNU Affero", "GPL-3.0", "GPL-2.0", "AGPL-3.0")
        lesser = ("Lesser General Public", "LGPL")
        if any(name in classifiers for name in strong) and not any(name in classifiers for name in lesser):
            found.append(distribution.metadata["Name"])
    assert found == []


def test_the_starter_needs_nothing_but_python() -> None:
    text = (ROOT / "run.py").read_text()
    assert len(text.splitlines()) <= 150
    done = subprocess.run([sys.executable, "-I", str(ROOT / "run.py"), "--help"], capture_output=True, text=True, check=True)
    assert "run.py demo" in done.stdout


def test_the_container_follows_the_same_steps_as_the_starter() -> None:
    """Why: no container runtime may be at hand to build it; the commands must not drift apart."""
    docker = (ROOT / "Dockerfile").read_text()
    starter = (ROOT / "run.py").read_text()
    assert 'TORCH = "torch==2.13.0"' in starter
    assert "torch==2.13.0" in docker
    assert "constraints.txt" in docker
    for line in ("USER voc", "HEALTHCHECK", "HF_HUB_OFFLINE=1", "VOC_DATA_DIR=/data", "VOC_SERVER__HOST=0.0.0.0"):
        assert line in docker
