"""`voc import` as a person uses it: a file of Japanese Excel with bad rows, tried first, then taken in, then again."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import here
from tests.support.program import ROOT, environment

pytestmark = pytest.mark.slow
MAPPING = "id=回答ID,text=コメント,score=nps:推奨度,customer=顧客ID,date=回答日"


def taken(data: Path, *arguments: str) -> dict[str, Any]:
    done = here(data, "import", *arguments, "--json", "-q")
    assert done.exit_code == 0, done.stderr
    (found,) = json.loads(done.stdout)["imports"]
    return found


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    path = tmp_path / "アンケート.csv"
    rows = [
        ["回答ID", "コメント", "推奨度", "顧客ID", "回答日"],
        ["1", "請求書が分かりにくい。担当は親切です。", "3", "C-1", "2026/10/1"],
        ["2", "特になし", "8", "C-2", "令和8年10月2日"],
        ["3", "点数が範囲の外", "11", "C-3", "2026/10/3"],
        ["4", "日付がおかしい", "5", "C-4", "2026/2/30"],
        ["5", "", "5", "C-5", "2026/10/5"],
    ]
    with path.open("w", encoding="cp932", newline="") as target:
        csv.writer(target).writerows(rows)
    return path


def test_a_dry_run_names_every_bad_row_and_stores_nothing(tmp_path: Path, survey: Path) -> None:
    found = taken(tmp_path / "data", str(survey), "--map", MAPPING, "--dry-run")
    assert (found["rows"], found["good"], found["rejected"]) == (5, 2, 3)
    assert [(p["line"], p["column"], p["code"]) for p in found["problems"]] == [
        (4, "推奨度", "out_of_range"), (5, "回答日", "bad_date"), (6, "text", "empty_text"),
    ]  # fmt: skip
    assert not (tmp_path / "data" / "voc.sqlite3").exists()


def test_the_sums_match_the_rejects_can_be_mended_and_a_second_time_adds_nothing(tmp_path: Path, survey: Path) -> None:
    data = tmp_path / "data"
    first = taken(data, str(survey), "--map", MAPPING)
    assert (first["rows"], first["new"], first["duplicate"], first["rejected"]) == (5, 2, 0, 3)
    with Path(first["rejects_file"]).open(encoding="utf-8-sig") as source:
        rejected = list(csv.DictReader(source))
    assert [row["line"] for row in rejected] == ["4", "5", "6"]
    assert rejected[0]["コメント"] == "点数が範囲の外"
    second = taken(data, str(survey), "--map", MAPPING)
    assert (second["new"], second["duplicate"], second["rejected"]) == (0, 2, 3)


def test_a_wrong_column_is_told_with_the_columns_there_are(tmp_path: Path, survey: Path) -> None:
    command = [sys.executable, "-m", "pipelines.cli", "import", str(survey), "--map", "text=ご意見"]
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path / "data"), capture_output=True, text=True, check=False)
    assert done.returncode == 65
    assert "コメント" in done.stderr


def test_ordinary_mistakes_are_told_in_a_line_not_in_a_traceback(tmp_path: Path, survey: Path) -> None:
    data = tmp_path / "data"
    taken(data, str(survey), "--map", MAPPING)
    mistakes = [
        (["import", str(survey), "--map", MAPPING, "--timezone", "Mars/X"], 65),
        (["report", "--from", "2027-01-02", "--to", "2027-01-01"], 65),
        (["export", "--out", str(tmp_path / "x.doc")], 65),
        (["backup", str(survey)], 69),
        (["redact", str(survey), "--out", "/proc/none/x.jsonl", "--text-column", "コメント"], 73),
    ]
    for arguments, code in mistakes:
        done = here(data, *arguments)
        assert done.exit_code == code, (arguments, done.stderr)
        assert isinstance(done.exception, SystemExit), "an exit code and a line, no traceback"
        assert done.stderr.startswith("voc: ")
    assert here(data, "report", "--from", "2030-01-01").exit_code == 0, "a period without comments gives an empty report"
