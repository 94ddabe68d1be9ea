"""`voc serve --json` and `voc worker --json`: a program that starts them reads where and how from standard output."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.commands import apart, here
from tests.support.postgres import emptied
from tests.support.program import ROOT, environment, free_port

VOC = [sys.executable, "-m", "pipelines.cli"]


def test_serve_says_where_it_listens(tmp_path: Path) -> None:
    port = free_port()
    command = [*VOC, "serve", "--json", "--port", str(port)]
    settings = environment(tmp_path / "data", VOC_MODELS__IN_SERVER="false")
    with subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as served:
        assert served.stdout is not None
        try:
            said = json.loads(served.stdout.readline())
            assert said == {"address": f"http://127.0.0.1:{port}", "pid": served.pid}
            with urllib.request.urlopen(f"{said['address']}/healthz", timeout=10) as answer:
                assert answer.status == 200
        finally:
            served.send_signal(signal.SIGTERM)
        assert served.wait(timeout=40) == 0


def test_serve_says_why_it_cannot(tmp_path: Path) -> None:
    done = apart(tmp_path / "data", "serve", "--json", "--host", "192.0.2.1")
    assert done.returncode == 78
    assert json.loads(done.stdout)["error"]["code"] == "bad_settings"


def test_a_worker_on_sqlite_says_what_it_needs(tmp_path: Path) -> None:
    done = here(tmp_path / "data", "worker", "--once", "--json")
    assert done.exit_code == 78
    error = json.loads(done.stdout)["error"]
    assert (error["code"], "PostgreSQL" in error["message"]) == ("bad_settings", True)


@pytest.mark.postgres
@pytest.mark.models
@pytest.mark.slow
def test_a_worker_says_what_each_round_did(tmp_path: Path, postgres_server: str) -> None:
    database = {"VOC_DATABASE__URL": emptied(postgres_server)}
    (tmp_path / "two.jsonl").write_text('{"id": "1", "text": "The export fails."}\n{"id": "2", "text": "ログインできません。"}\n', encoding="utf-8")
    assert here(tmp_path / "data", "import", str(tmp_path / "two.jsonl"), "--quiet", **database).exit_code == 0
    done = apart(tmp_path / "data", "worker", "--once", "--json", "--quiet", **database)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["enriched"] == 2


@pytest.mark.parametrize("command", [["--help"], ["status", "--json"]])
def test_who_reads_the_output_may_stop_reading(tmp_path: Path, command: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    settings = environment(tmp_path / "data") | {"PYTHONUNBUFFERED": ""}
    try:
        done = subprocess.run([*VOC, *command], cwd=ROOT, env=settings, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writing)
    assert done.returncode == 1
    assert "pipe" not in done.stderr.lower()
