"""Everything works with the network blocked: no process of ours even tries to reach one, unless a download was allowed.

Blocked twice: an audit hook refuses and records every try in each Python process, the models' child included, and where the system lets
us a network namespace without any device blocks what is not written in Python.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import make_key
from tests.support.program import ROOT, Program

pytestmark = [pytest.mark.models, pytest.mark.slow]
GUARD = ROOT / "tests" / "support" / "no_network"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
DONE_WITHIN_S = 240.0
ROWS = [
    ("1", "C-1", "ログインできません。急ぎ対応をお願いします。", 2),
    ("2", "C-2", "The new dashboard is great, but the invoice is impossible to check.", 6),
    ("3", "C-3", "サポートの対応がとても親切で助かりました。", 10),
    ("4", "C-4", "I waited three weeks for the parcel and nobody answered.", 1),
    ("5", "C-5", "特になし", 8),
]


class Blocked:
    """A data folder and an environment in which no network is reached."""

    def __init__(self, folder: Path) -> None:
        self.data, self.tries = folder / "data", folder / "tries.txt"
        self.environment = {
            "PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}", "NETWORK_TRIES": str(self.tries), "VOC_DATA_DIR": str(self.data),
            "HF_HOME": str(folder / "no-models-here"),
        }  # fmt: skip
        self._alone = ["unshare", "-rn"] if namespaces_work() else []

    def python(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        command = [*self._alone, sys.executable, *arguments]
        known = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        return subprocess.run(command, cwd=ROOT, env={**known, **self.environment, **settings}, capture_output=True, text=True, check=False)

    def voc(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        return self.python("-m", "pipelines.cli", *arguments, **settings)

    def tried(self) -> list[str]:
        return self.tries.read_text("utf-8").splitlines() if self.tries.exists() else []


def namespaces_work() -> bool:
    return shutil.which("unshare") is not None and subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0


@pytest.fixture
def blocked(tmp_path: Path) -> Blocked:
    return Blocked(tmp_path)


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    path = tmp_path / "survey.jsonl"
    lines = [{"id": i, "customer_id": who, "text": text, "nps": score, "date": "2026-10-01"} for i, who, text, score in ROWS]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


CALLS = {
    "a connection": "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
    "a name": "import socket; socket.getaddrinfo('example.com', 443)",
    "a packet": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "a child of ours": "from models.service import ChildService; from tests.support.network_user import reach; ChildService(reach).start()",
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_the_guard_sees_every_way_out(blocked: Blocked, call: str) -> None:
    """Why: a guard that sees nothing would call everything offline."""
    done = blocked.python("-c", f"if __name__ == '__main__':\n    {call}")
    assert done.returncode != 0
    assert blocked.tried()


def test_a_file_is_analysed(blocked: Blocked, survey: Path, tmp_path: Path) -> None:
    done = blocked.voc("analyze", str(survey), "--out", str(tmp_path / "out.jsonl"), "-q")
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in found] == [i for i, *_ in ROWS]
    assert [row["language"] for row in found[:2]] == ["ja", "en"]
    assert found[0]["sentiment"]["score"] < found[2]["sentiment"]["score"]
    assert found[4]["intent"] == "no_signal"
    assert blocked.tried() == []


def test_the_main_job_runs_from_the_file_to_the_report(blocked: Blocked, survey: Path, tmp_path: Path) -> None:
    mapping = "id=id,text=text,score=nps:nps,customer=customer_id,date=date"
    for command in (["import", str(survey), "--map", mapping, "-q"], ["run", "-q"], ["report", "--out", str(tmp_path / "report")]):
        done = blocked.voc(*command)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    (page,) = (tmp_path / "report").rglob("*.html")
    assert "<html" in page.read_text("utf-8")
    assert blocked.tried() == []


def test_the_models_work_in_one_process_too(blocked: Blocked) -> None:
    code = """
from pipelines.assembly import build_understanding
from pipelines.reader import CommentReader
from voc.feedback import Language
found = CommentReader(build_understanding()).read(["ログインできません。"], Language.JA) + \\
    CommentReader(build_understanding()).read(["I love it."], Language.EN)
print(len(found), len(found[0].sentences[0].vector))
"""
    done = blocked.python("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["2", "768"]
    assert blocked.tried() == []


def test_the_service_takes_in_analyses_and_finds(blocked: Blocked) -> None:
    """The server itself must listen on loopback, so only the hook guards it."""
    key = make_key(blocked.data, "ingest,read")
    program = Program(blocked.data, work=True, **blocked.environment)
    try:
        for _, _, text, _ in ROWS:
            assert program.send("POST", "/v1/feedback", {"text": text}, key=key)[0] in {200, 202}
        found = wait_for_hits(program, key)
    finally:
        program.stop()
    assert found
    assert blocked.tried() == []


def wait_for_hits(program: Program, key: str) -> list[Any]:
    start = time.monotonic()
    while time.monotonic() - start < DONE_WITHIN_S:
        status, body = program.send("POST", "/v1/search", {"query": "cannot sign in ログインできない"}, key=key, timeout_s=60.0)
        if status == 200 and len(body["data"]) >= len(ROWS) - 1:
            return list(body["data"])
        time.sleep(0.5)
    raise AssertionError(program.log.read_text()[-3000:])


def test_a_hub_model_that_is_not_in_the_cache_is_refused_without_a_try(blocked: Blocked, survey: Path, tmp_path: Path) -> None:
    done = blocked.voc("analyze", str(survey), "--out", str(tmp_path / "out.jsonl"), "-q", VOC_MODELS__ENCODER=f"org/model@{COMMIT}")
    assert done.returncode == 69
    assert "not in the local cache; fetch it once with VOC_MODELS__ALLOW_DOWNLOAD=true" in done.stderr
    assert blocked.tried() == []


def test_only_an_allowed_download_tries_the_network(blocked: Blocked) -> None:
    """The library tries again for most of a minute, with pauses that are left out here."""
    code = f"""
import time
from models.hub import checked_folder
from voc.model_source import parse_model_source
time.sleep = lambda _: None
checked_folder(parse_model_source("org/model@{COMMIT}"), allow_download=True)
"""
    done = blocked.python("-c", code)
    assert "check the name, the commit and the network" in done.stderr
    assert any("huggingface.co" in line for line in blocked.tried())


def test_a_refused_model_is_named_and_intake_goes_on(blocked: Blocked, tmp_path: Path) -> None:
    """S-MOD: refused before load, nothing executed, comments are still kept, and /readyz says which model."""
    folder = tmp_path / "my-model"
    folder.mkdir()
    (folder / "config.json").write_text("{}", encoding="utf-8")
    (folder / "modeling.py").write_text(f"open({str(tmp_path / 'canary')!r}, 'w')", encoding="utf-8")
    key = make_key(blocked.data, "ingest,read")
    program = Program(blocked.data, work=True, VOC_MODELS__ENCODER=str(folder), **blocked.environment)
    try:
        assert program.send("POST", "/v1/feedback", {"text": "ログインできません。"}, key=key)[0] == 202
        start = time.monotonic()
        while not (why := program.get("/readyz", key=key)[1]["checks"]["models"]["facts"]["error"]) and time.monotonic() - start < DONE_WITHIN_S:
            time.sleep(0.2)
        assert why == "The model my-model was not loaded: file of a kind that can carry code (modeling.py)."
        assert program.send("POST", "/v1/feedback", {"text": "Still taken in."}, key=key)[0] == 202
    finally:
        program.stop()
    said = [json.loads(line) for line in program.log.read_text().splitlines() if "background work waits" in line]
    assert [(line["reason"], line["why"]) for line in said] == [("model_rejected", why)]
    assert "wait" in said[0]["kept"]
    assert "Put the files back" in said[0]["advice"]
    assert not (tmp_path / "canary").exists()
