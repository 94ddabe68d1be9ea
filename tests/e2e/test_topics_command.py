"""`voc topics`: a fit makes topics, a later one proposes what is new, a person accepts it under a name, and takes it back."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import said_apart, said_here

pytestmark = [pytest.mark.models, pytest.mark.slow]
THINGS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
LOGIN = [f"I could not log in on {thing}, the password was refused." for thing in THINGS]
PARCEL = [f"My parcel was to come in {thing} and has not been delivered." for thing in THINGS]
PRAISE = [f"The lady on the phone on {thing} was friendly and patient." for thing in THINGS]
INVOICE = [f"The invoice of {thing} lists an amount I was charged twice." for thing in THINGS]


def brought_in(data_dir: Path, name: str, texts: list[str]) -> dict[str, Any]:
    path = data_dir.parent / f"{name}.jsonl"
    path.write_text("".join(json.dumps({"id": f"{name}-{n}", "text": text, "customer_id": f"c-{name}-{n}"}) + "\n" for n, text in enumerate(texts)), encoding="utf-8")
    said_here(data_dir, "import", str(path), "--quiet")
    return said_apart(data_dir, "run", "--quiet")


def test_a_new_matter_is_proposed_accepted_and_taken_back(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    assert brought_in(data_dir, "first", [*LOGIN, *PARCEL, *PRAISE])["topics"] == 3
    second = brought_in(data_dir, "second", INVOICE)
    assert (second["topics"], second["proposals"]) == (3, 1), "a fit changes nothing by itself"
    proposal = said_here(data_dir, "topics", "proposals")["proposals"][0]
    assert (proposal["kind"], proposal["size"]) == ("new", len(INVOICE))
    seen = said_here(data_dir, "topics", "accept", proposal["id"], "--preview")
    assert (seen["edit"], seen["moved"]) == (None, len(INVOICE))
    done = said_here(data_dir, "topics", "accept", proposal["id"], "--name", "二重請求", "--by", "Sato")
    assert (done["after"][0]["name"], done["after"][0]["named_by"]) == ("二重請求", "Sato")
    history = said_here(data_dir, "topics", "history")["edits"]
    assert [(edit["number"], edit["change"]["kind"], edit["by"]) for edit in history] == [(done["edit"], "new", "Sato")]
    assert said_here(data_dir, "topics", "undo", str(done["edit"]), "--by", "Sato")["undone_by"] == "Sato"
    assert said_here(data_dir, "topics", "undo", str(done["edit"]), code=65)["error"]["code"]
    assert said_here(data_dir, "topics", "reject", "pr_none", code=65)["error"]["code"] == "not_found"
    rest = said_apart(data_dir, "topics", "fit", "--quiet")
    assert (rest["topics"], rest["proposals"]) == (3, 0), "what was taken back is not proposed again"


def test_the_texts_of_a_file_are_grouped_without_a_database(tmp_path: Path) -> None:
    path, out = tmp_path / "texts.jsonl", tmp_path / "out.jsonl"
    path.write_text("".join(json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate([*LOGIN, *PRAISE])), encoding="utf-8")
    assert said_apart(tmp_path / "none", "topics", str(path), "--out", str(out), "--quiet")["topics"] == 2
    topics = [json.loads(line)["topic"] for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(set(topics[: len(LOGIN)])) == len(set(topics[len(LOGIN) :])) == 1
    assert not (tmp_path / "none").exists()
