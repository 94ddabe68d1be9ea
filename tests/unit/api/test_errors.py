"""Errors: one shape, two languages, a page each."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import problems
from api.catalogue import CATALOGUE
from api.errors import RETRY_AFTER_S, STATUS, language_of, problem_of
from tests.support.app import Running
from voc import errors
from voc.errors import OutOfRangeError, TooManyItemsError, VocError


def own_errors(kind: type[VocError] = VocError) -> Iterator[type[VocError]]:
    """All errors of voc and of the HTTP layer; pages keep their own beside them."""
    for below in kind.__subclasses__():
        yield below
        yield from own_errors(below)


def codes() -> set[str]:
    return {kind.code for kind in own_errors() if kind.__module__ in {errors.__name__, problems.__name__}} | {VocError.code}


def test_every_code_has_a_status_and_a_text_and_nothing_else_has() -> None:
    assert set(STATUS) == codes()
    assert set(CATALOGUE) == codes()
    assert set(RETRY_AFTER_S) <= codes()


def test_every_text_is_there_in_both_languages() -> None:
    for message in CATALOGUE.values():
        for text in message:
            assert text.en.isascii() or "…" in text.en
            assert re.search("[ぁ-んァ-ヶ一-龥]", text.ja)


def test_the_page_of_codes_lists_each_with_its_status(root: Path) -> None:
    rows = dict(re.findall(r"^\| (?:\d+ )?`([a-z_]+)` \| (\d+) \|", (root / "docs" / "errors.md").read_text("utf-8"), re.MULTILINE))
    assert {code: int(status) for code, status in rows.items()} == STATUS


@pytest.mark.parametrize("code", sorted(STATUS))
def test_every_type_is_an_address_that_answers(filled: Running, code: str) -> None:
    answer = filled.client.get(f"/errors/{code}", headers={"Accept": "application/json"})
    assert answer.json()["status"] == STATUS[code]
    page = filled.client.get(f"/errors/{code}", headers={"Accept": "text/html", "Accept-Language": "ja"})
    assert CATALOGUE[code].title.ja in page.text


def test_an_unknown_code_has_no_page(filled: Running) -> None:
    assert filled.client.get("/errors/none").status_code == 404


def test_facts_are_told_in_the_readers_language() -> None:
    error = OutOfRangeError(field="score", low="0", high="10", actual=11)
    assert problem_of(error, language="ja", request_id="r").detail == "値は 0〜10 です(受信: 11)。"
    problem = problem_of(TooManyItemsError(limit=5, actual=6), language="en", request_id="r")
    assert problem.detail.startswith("The limit is 5 items; 6 were sent.")


def test_a_missing_fact_leaves_no_braces() -> None:
    for code in CATALOGUE:
        kind = type("Made", (VocError,), {"code": code, "__doc__": "made."})
        assert "{" not in problem_of(kind(), language="en", request_id="r").detail


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        ("fr,de", "en"),
        ("en;q=0.5,ja;q=0.9", "ja"),
        ("ja;q=x", "en"),
        (",;q=", "en"),
    ],
)
def test_the_reader_gets_the_language_preferred(header: str | None, language: str) -> None:
    assert language_of(header) == language


def test_a_storage_fault_says_when_to_try_again(api: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        raise errors.StorageBusyError

    monkeypatch.setattr(api.service.intake, "accept", busy)
    answer = api.post("/v1/feedback", {"text": "x"})
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "storage_busy", "2")
