"""The two sample comments of `docs/dataflow.md` through all stages, with the shipped models."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.assembly import build_intake, build_models, build_runner, build_store
from pipelines.progress import SilentProgress
from voc.customers import Role
from voc.enrichment import Enrichment, Intent
from voc.feedback import Feedback, Language, NewFeedback, Source
from voc.filters import FeedbackFilter
from voc.kpis import Kpi, Score
from voc.sentiment import SentimentLabel
from voc.settings import Settings
from voc.store import Store

pytestmark = [pytest.mark.models, pytest.mark.slow]

JA = NewFeedback(
    text="ログインできません。急ぎ対応をお願いします。電話は090-0000-1234まで。",
    source=Source.TICKET,
    source_name="sample",
    external_id="ja-1",
    customer="c-1",
    account="a-1",
    scores=(Score(kpi=Kpi.CSAT, value=2),),
)
EN = NewFeedback(
    text="The new dashboard is great, but the invoice is impossible to check.", source=Source.SURVEY, source_name="sample", external_id="en-1"
)


@dataclass
class Outcome:
    store: Store
    settings: Settings
    comments: dict[str, Feedback]
    said: dict[str, Enrichment]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("one") / "data")
    store = build_store(settings)
    models = build_models(settings.models)
    accepted = build_intake(store, settings).accept([JA, EN])
    build_runner(store, models, settings).run(SilentProgress())
    models.close()
    with store.read() as unit:
        comments = dict(zip(("ja", "en"), unit.feedback.get_many([item.feedback_id or "" for item in accepted]), strict=True))
        said = unit.enrichments.get_many([comment.id for comment in comments.values()])
    yield Outcome(store, settings, comments, {name: said[comment.id] for name, comment in comments.items()})
    store.close()


def test_ingest_masks_the_telephone_number_before_anything_is_kept(outcome: Outcome) -> None:
    assert outcome.comments["ja"].language is Language.JA
    assert outcome.comments["ja"].verbatim == "ログインできません。急ぎ対応をお願いします。電話は[PHONE]まで。"
    raw = b"".join(path.read_bytes() for path in (outcome.store.path or Path()).parent.iterdir() if path.is_file())
    assert b"090-0000-1234" not in raw


def test_ids_follow_from_the_identity_at_the_source(outcome: Outcome) -> None:
    """Why: documentation, notebook and tests name the same ids, and a second import meets the same rows."""
    again = build_intake(outcome.store, outcome.settings).accept([JA, EN])
    assert [item.feedback_id for item in again] == [outcome.comments["ja"].id, outcome.comments["en"].id]
    assert {item.outcome.value for item in again if item.outcome} == {"duplicate"}


def test_enrich_reads_the_complaint_and_tags_it(outcome: Outcome) -> None:
    said = outcome.said["ja"]
    assert said.sentiment.label is SentimentLabel.NEGATIVE
    assert said.intent is Intent.COMPLAINT
    assert said.urgency.value != "none"
    assert "account.login" in [tag.tag for tag in said.tags]


def test_sentences_are_the_words_their_offsets_name(outcome: Outcome) -> None:
    comment = outcome.comments["ja"]
    words = [comment.verbatim[s.start : s.end] for s in outcome.said["ja"].sentences]
    assert words == ["ログインできません。", "急ぎ対応をお願いします。", "電話は[PHONE]まで。"]


def test_every_result_says_which_model_gave_it(outcome: Outcome) -> None:
    models = outcome.said["en"].model.outputs
    assert {models[output].split("/")[0] for output in ("encoder", "sentiment", "intent", "tags")} == {
        "voc-encoder", "voc-sentiment-head", "voc-cue-heads", "voc-tag-heads"
    }  # fmt: skip


def test_an_unknown_customer_stays_unknown(outcome: Outcome) -> None:
    with outcome.store.read() as unit:
        voices = {voice.feedback_id: voice for voice in unit.voices.find(FeedbackFilter())}
    assert voices[outcome.comments["ja"].id].role is Role.UNKNOWN
    assert voices[outcome.comments["en"].id].customer_id is None
