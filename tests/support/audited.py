"""Comments whose true tags are known, a tagger that errs at stated rates, and an audit of them as a person would make it."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from pipelines.explain.audited import Population
from voc.audits import AuditAnswer, AuditedTag, rank
from voc.feedback import Language

TAG = "t"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Errors:
    """How a tagger errs in a language: it finds so much of what is there, and sees so much of what is not."""

    language: Language
    n: int
    share: float
    found: float
    false: float


def audit_of(languages: list[Errors], *, of_all: int, of_tag: int, seed: int) -> tuple[Population, list[AuditAnswer], float]:
    """Return the comments, an audit of the first drawn ones, and the share the comments were drawn with."""
    random = np.random.default_rng(seed)
    truth: dict[str, bool] = {}
    given: dict[str, frozenset[str]] = {}
    spoken: dict[str, Language] = {}
    for one in languages:
        carries = random.random(one.n) < one.share
        tagged = np.where(carries, random.random(one.n) < one.found, random.random(one.n) < one.false)
        for place in range(one.n):
            name = f"fb{seed}-{one.language.value}-{place}"
            truth[name], spoken[name] = bool(carries[place]), one.language
            given[name] = frozenset({TAG} if tagged[place] else ())
    order = sorted(truth, key=rank)
    drawn: dict[str, str | None] = dict.fromkeys(order[:of_all])
    drawn |= dict.fromkeys([name for name in order if given[name] and name not in drawn][:of_tag], TAG)
    answers = [
        AuditAnswer(
            feedback_id=name, drawn_for=drawn_for, language=spoken[name], predicted=given[name],
            tags=frozenset({TAG} if truth[name] else ()), by="reader", at=NOON,
        )
        for name, drawn_for in drawn.items()
    ]  # fmt: skip
    among = Population(
        sizes=Counter(spoken.values()),
        given=Counter((spoken[name], tag) for name, tags in given.items() for tag in tags),
        counted=Counter(tag for tags in given.values() for tag in tags),
        languages=spoken,
        predicted=given,
        known={TAG: {name: truth[name] for name in drawn}},
    )
    total = sum(one.n for one in languages)
    return among, answers, sum(one.n * one.share for one in languages) / total


def width(found: AuditedTag) -> float:
    """Return the width of the corrected share's interval."""
    assert found.share is not None
    return found.share.high - found.share.low
