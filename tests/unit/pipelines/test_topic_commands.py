"""`voc topics` on a store with topics: lists and histories in the reader's language, previews with every count."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.topic_editing import moved_here, moved_out
from tests.support.builders import NOON
from tests.support.commands import here, said_here
from tests.support.standing_topics import editing, filled, members, topic
from tests.support.stores import new_store
from voc.emerging import Emerging, EmergingLook
from voc.topics import Proposal, ProposalKind, TopicName, TopicRun


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three topics of six sentences, six sentences without one, and a proposal to merge two; one topic has names."""
    folder = tmp_path / "data"
    store = filled(folder)
    with store.write() as unit:
        names = {language: TopicName(text=text, by="test/1") for language, text in (("ja", "ログインできない"), ("en", "cannot sign in"))}
        unit.topics.put([topic(0).model_copy(update={"names": names, "name": "ログインできない"})])
        unit.topics.add_run(TopicRun(id="run_1", model_version="m", topics=(), assignments=(), parameters={}), encoder="e", now=NOON)
        unit.proposals.replace_open([Proposal(id="pr_1", run_id="run_1", kind=ProposalKind.MERGE, topic_ids=("tp_0", "tp_1"), size=12)])
    mine = members(store, "tp_2")
    editing(store).edit("tp_0", moved_here(mine[:1]), by="Sato")
    editing(store).edit("tp_2", moved_out(mine[1:2]), by="Sato")
    store.close()
    return folder


def said(data: Path, *arguments: str) -> str:
    done = here(data, "topics", *arguments)
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("language", "name", "other"), [("ja", "ログインできない", "cannot sign in"), ("en", "cannot sign in", "ログインできない")])
def test_names_are_in_the_readers_language(data: Path, language: str, name: str, other: str) -> None:
    for words in (("list",), ("proposals",), ("history",), ("accept", "pr_1", "--preview")):
        shown = said(data, *words, "--lang", language)
        assert name in shown
        assert other not in shown


def test_a_preview_tells_every_count_as_it_is_and_would_be(data: Path) -> None:
    shown = said(data, "accept", "pr_1", "--preview")
    assert "nothing is changed yet" in shown
    assert "cannot sign in: sentences 7 -> 13, comments 7 -> 13" in shown
    assert "topic 1: sentences 6 -> 0, comments 6 -> 0" in shown
    seen = said_here(data, "topics", "accept", "pr_1", "--preview")
    assert {one["topic_id"]: (one["before"]["sentences"], one["after"]["sentences"]) for one in seen["effects"]} == {"tp_0": (7, 13), "tp_1": (6, 0)}
    done = said(data, "accept", "pr_1")
    assert "->" not in done


def test_a_proposal_that_emerges_says_so(data: Path) -> None:
    assert "No topic emerges." in said(data, "list", "--emerging")
    store = new_store(data)
    one = Emerging(
        topic_id="tp_new", proposal_id="pr_1", since=date(2026, 11, 1), days=2, count=9, expected=2.5, chance=0.001,
        first_seen=date(2026, 10, 30), new=True,
    )  # fmt: skip
    with store.write() as unit:
        unit.looks.put(EmergingLook(day=date(2099, 1, 1), tested=2, found=(one,)))
    store.close()
    assert "new and growing since 2026-11-01: 9 voices in 2 days, 2.5 expected" in said(data, "proposals")
    assert said_here(data, "topics", "proposals")["proposals"][0]["emerging"]["count"] == 9
    assert said(data, "list", "--emerging") == "Proposed topics that grow: 1 (voc topics proposals)\n"


def test_a_history_says_where_sentences_went(data: Path) -> None:
    out, moved = said(data, "history").splitlines()
    assert "move: to cannot sign in, 1 moved" in moved
    assert "move: to none, 1 moved" in out
