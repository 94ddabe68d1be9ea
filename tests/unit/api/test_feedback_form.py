"""The form a comment is sent in: forgiving where nothing can go wrong."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.feedback_form import EXAMPLE_EN, EXAMPLE_JA, read_feedback
from api.problems import BadValueError
from voc.errors import BadDateError, EmptyTextError, InputError, NotANumberError, OutOfRangeError, TextTooLongError
from voc.feedback import NewFeedback, Source
from voc.kpis import Kpi, Score

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def read(**members: Any) -> NewFeedback:
    return read_feedback(members, zone=ZoneInfo("Asia/Tokyo"), now=NOW)


def test_a_text_alone_is_enough() -> None:
    new = read(text="ok")
    assert (new.text, new.source, new.source_name, new.scores, new.submitted_at) == ("ok", Source.SURVEY, "api", (), None)


@pytest.mark.parametrize("example", [EXAMPLE_EN, EXAMPLE_JA])
def test_the_documented_examples_are_taken(example: dict[str, Any]) -> None:
    assert read(**example).scores


@pytest.mark.parametrize("value", [9, 9.0, "9", "９", " 9 ", "9.0"])
def test_a_score_may_come_as_text(value: object) -> None:
    assert read(text="x", score=value, score_type="NPS").scores == (Score(kpi=Kpi.NPS, value=9),)


def test_several_scores_come_at_once_and_empty_ones_are_absent() -> None:
    assert read(text="x", scores={"nps": 3, "csat": "４", "ces": ""}).scores == (Score(kpi=Kpi.CSAT, value=4), Score(kpi=Kpi.NPS, value=3))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("eight", NotANumberError),
        ("8,5x", NotANumberError),
        (True, NotANumberError),
        ([], NotANumberError),
        ("1e400", NotANumberError),
        ("1_0", NotANumberError),
        (11, OutOfRangeError),
        (7.5, OutOfRangeError),
        (-1, OutOfRangeError),
    ],
)
def test_a_score_off_the_scale_is_refused_naming_the_field(value: object, kind: type[InputError]) -> None:
    with pytest.raises(kind) as caught:
        read(text="x", score=value, score_type="nps")
    assert caught.value.field == "score"


def test_a_score_without_its_scale_is_never_guessed() -> None:
    with pytest.raises(BadValueError) as caught:
        read(text="x", score=9)
    assert caught.value.field == "score_type"


@pytest.mark.parametrize("empty", [None, "", "  ", "　"])
def test_empty_means_not_given(empty: object) -> None:
    new = read(text="x", customer_id=empty, score=empty, submitted_at=empty, external_id=empty, source=empty, segment=empty)
    assert (new.customer, new.scores, new.submitted_at, new.external_id, new.source) == (None, (), None, None, Source.SURVEY)


def test_other_names_are_understood() -> None:
    new = read(
        text="x", source_record_id="r1", created_at="2026-10-01T00:00:00Z", channel="mail", customer={"external_id": "c", "account_id": 7}
    )
    assert (new.external_id, new.touchpoint, new.customer, new.account) == ("r1", "mail", "c", "7")
    assert new.submitted_at == datetime(2026, 10, 1, tzinfo=UTC)


def test_a_record_of_the_hub_is_understood() -> None:
    new = read(
        submission_id="s1",
        collected_at="2026-10-01T00:00:00Z",
        source_type="review",
        field_id="q7",
        field_type="text",
        value_text="slow",
        user_id="u",
    )
    assert (new.text, new.external_id, new.source, new.customer) == ("slow", "s1:q7", Source.REVIEW, "u")


def test_a_zone_is_assumed_and_said() -> None:
    assert read(text="x", submitted_at="2026/10/01 09:00").timezone_assumed
    assert not read(text="x", submitted_at="2026-10-01T09:00:00+09:00").timezone_assumed


def test_unknown_simple_fields_are_kept_as_metadata() -> None:
    assert read(text="x", plan="pro", seats=12, beta=True, metadata={"a": "b"}).metadata == {
        "plan": "pro",
        "seats": "12",
        "beta": "true",
        "a": "b",
    }


@pytest.mark.parametrize("name", ["id", "role", "tenant_id"])
def test_what_is_ours_cannot_be_set(name: str) -> None:
    with pytest.raises(BadValueError) as caught:
        read(**{"text": "x", name: "1"})
    assert caught.value.field == name


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({}, EmptyTextError),
        ({"text": None}, EmptyTextError),
        ({"text": "x" * 100_001}, TextTooLongError),
        ({"text": 5}, BadValueError),
        ({"text": ["x"]}, BadValueError),
        ({"text": "x", "unknown": {"deep": 1}}, BadValueError),
        ({"text": "x", "source": "carrier pigeon"}, BadValueError),
        ({"text": "x", "submitted_at": "soon"}, BadDateError),
        ({"text": "x", "submitted_at": True}, BadDateError),
        ({"text": "x", "external_id": "x" * 501}, BadValueError),
        ({"text": "x", "customer": [1]}, BadValueError),
        ({"text": "x", "metadata": []}, BadValueError),
        ({"text": "x", "metadata": {f"k{i}": "v" for i in range(51)}}, BadValueError),
        ({"text": "x", "scores": {"churn": 1}}, BadValueError),
        ({"text": "x", "scores": {"mood": 1}}, BadValueError),
    ],
)
def test_what_cannot_be_taken_is_refused(members: dict[str, Any], kind: type[InputError]) -> None:
    with pytest.raises(kind):
        read(**members)


def test_a_long_text_is_refused_with_limit_and_length() -> None:
    with pytest.raises(TextTooLongError) as caught:
        read(text="x" * 100_001)
    assert (caught.value.facts["limit"], caught.value.facts["actual"]) == (100_000, 100_001)
