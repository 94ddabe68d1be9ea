"""A `voc` command run for a test: in this process where it loads no model, since a program of its own takes seconds to start."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import structlog
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli import app
from tests.support.program import ROOT, environment


def here(data_dir: Path, *arguments: str, **settings: str) -> Result:
    """Run a command in this process."""
    done = CliRunner().invoke(app, arguments, env={"VOC_DATA_DIR": str(data_dir), **settings})
    structlog.reset_defaults()  # logs went to the runner's standard error, which is closed now
    return done


def said_here(data_dir: Path, *arguments: str, code: int = 0, **settings: str) -> Any:
    """Run a command in this process; return what it says as JSON."""
    done = here(data_dir, *arguments, "--json", **settings)
    assert done.exit_code == code, done.stderr
    return json.loads(done.stdout)


def apart(data_dir: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as a program of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments],
        check=False, cwd=ROOT, env=environment(data_dir, **settings), capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def said_apart(data_dir: Path, *arguments: str, code: int = 0, **settings: str) -> Any:
    """Run a command as a program of its own; return what it says as JSON."""
    done = apart(data_dir, *arguments, "--json", **settings)
    assert done.returncode == code, done.stderr[-2000:]
    return json.loads(done.stdout)


def make_key(data_dir: Path, scope: str = "ingest,read") -> str:
    return str(said_here(data_dir, "keys", "create", "--scope", scope)["key"])
