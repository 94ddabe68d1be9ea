"""Builders with good defaults, so that a test shows only what matters to it."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from voc.enrichment import Enrichment, Intent, ModelStamp, SentenceAnalysis, TagScore, Urgency
from voc.feedback import Feedback, Language, NewFeedback, Source, Span
from voc.ids import customer_id, feedback_id
from voc.sentiment import Sentiment, SentimentLabel

NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
STAMP = ModelStamp(version="mv_test", outputs={"encoder": "test/1"})


def new_feedback(text: str = "The export is slow.", **changes: Any) -> NewFeedback:
    return NewFeedback(**{"text": text, "source": Source.SURVEY, "source_name": "test", **changes})


def feedback(text: str = "The export is slow.", *, external_id: str = "1", **changes: Any) -> Feedback:
    values: dict[str, Any] = {
        "id": feedback_id("test", external_id),
        "source": Source.SURVEY,
        "source_name": "test",
        "external_id": external_id,
        "verbatim": text,
        "spans": (Span(start=0, end=len(text)),),
        "language": Language.EN,
        "submitted_at": NOON,
        "received_at": NOON,
        "timezone_assumed": False,
        "customer_id": None,
        "account_id": None,
        "segment": None,
        "product": None,
        "touchpoint": None,
        "scores": (),
        "metadata": {},
        "redactions": (),
        "no_signal": False,
        "content_hash": f"content of {text}",
        "text_hash": f"text of {text}",
    }
    return Feedback(**(values | changes))


def customer(name: str) -> str:
    return customer_id(name)


def vector(seed: int = 0) -> bytes:
    values = np.random.default_rng(seed).normal(size=384)
    return (values / np.linalg.norm(values)).astype("<f2").tobytes()


def sentiment(score: float = -0.8) -> Sentiment:
    label = SentimentLabel.NEGATIVE if score < -0.2 else SentimentLabel.POSITIVE if score > 0.2 else SentimentLabel.NEUTRAL
    return Sentiment(label=label, score=score, confidence=0.9)


def enrichment(of: Feedback, *, score: float = -0.8, tags: tuple[str, ...] = (), stamp: ModelStamp = STAMP, seed: int = 0, **changes: Any) -> Enrichment:
    tag_scores = tuple(TagScore(tag=tag, score=0.9, because=("word",)) for tag in tags)
    sentence = SentenceAnalysis(
        position=0, start=0, end=len(of.verbatim), sentiment=sentiment(score), intent=Intent.COMPLAINT, tags=tag_scores, vector=vector(seed)
    )
    values: dict[str, Any] = {
        "feedback_id": of.id,
        "sentiment": sentiment(score),
        "intent": Intent.COMPLAINT,
        "intents": (Intent.COMPLAINT,),
        "urgency": Urgency.NONE,
        "churn": 0.0,
        "abusive": 0.0,
        "tags": tag_scores,
        "sentences": (sentence,),
        "truncated": False,
        "model": stamp,
    }
    return Enrichment(**(values | changes))
