"""The scores given with the comments: NPS 0 to 10, CSAT 1 to 5, CES 1 to 7.

Invariants: an unknown speaker, a post, a review, and a visit note carry no score; scores follow the stance of the text, lower where
the text is about billing, login (a little even after the repair) or leaving, and higher where the writer is polite (``score_hint``).
The weights below are the whole model: one weight per possible answer, from the lowest answer up.
"""

import random
from dataclasses import dataclass

from pipelines.demo.casting import Comment, Placed
from pipelines.demo.streams import draw, stream

NPS_WEIGHTS: dict[str, tuple[float, ...]] = {
    "negative": (0, 1, 2, 4, 7, 13, 20, 26, 18, 6, 3),
    "negative hurt": (6, 6, 12, 17, 19, 18, 13, 6, 2, 1, 0),
    "mixed": (0, 0, 0, 0, 1, 6, 14, 30, 30, 13, 6),
    "mixed hurt": (0, 0, 1, 4, 12, 26, 28, 20, 8, 1, 0),
    "neutral": (0, 0, 0, 0, 0, 4, 12, 30, 32, 15, 7),
    "neutral hurt": (0, 0, 1, 4, 12, 26, 28, 20, 8, 1, 0),
    "positive": (0, 0, 0, 0, 0, 0, 1, 6, 22, 38, 33),
    "positive ja": (0, 0, 0, 0, 0, 1, 3, 10, 32, 30, 24),
    "relieved": (0, 0, 0, 0, 0, 1, 4, 22, 40, 22, 11),
    "no_signal": (1, 1, 2, 3, 4, 11, 13, 20, 25, 12, 8),
    "high": (0, 0, 0, 0, 0, 0, 0, 0, 6, 4, 0),
}
CSAT_WEIGHTS: dict[str, tuple[float, ...]] = {
    "negative": (28, 38, 24, 9, 1),
    "mixed": (4, 18, 44, 30, 4),
    "neutral": (1, 6, 38, 42, 13),
    "positive": (0, 1, 8, 46, 45),
    "no_signal": (4, 9, 28, 40, 19),
    "high": (0, 0, 20, 70, 10),
}
CES_WEIGHTS: dict[str, tuple[float, ...]] = {
    "negative": (14, 22, 26, 20, 11, 5, 2),
    "mixed": (3, 9, 18, 26, 26, 13, 5),
    "neutral": (1, 3, 9, 24, 32, 22, 9),
    "positive": (0, 1, 3, 8, 24, 36, 28),
    "no_signal": (2, 4, 10, 20, 30, 22, 12),
    "high": (0, 0, 4, 20, 40, 28, 8),
}
HURTING = ("billing", "login", "churn")
SHARE_ANSWERED = {
    "survey": {"nps": 0.95, "csat": 0.4, "ces": 0.25},
    "ticket": {"csat": 0.4, "ces": 0.25},
    "call": {"csat": 0.15},
}

# Scores that the text itself names, and the six people of Aozora Foods.
FIXED_NPS = {
    "en-billing-005": 4, "ja1-aozora-016": 9, "ja1-aozora-017": 8, "ja1-aozora-018": 6, "ja1-aozora-019": 5,
}
AOZORA_HAPPY = (0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 5)


@dataclass(frozen=True)
class Answers:
    """The scores given with one comment; None where the question was not asked or not answered."""

    nps: int | None = None
    csat: int | None = None
    ces: int | None = None


def answers_of(placed: Placed) -> Answers:
    """Return the scores that came with the comment."""
    comment = placed.comment
    if placed.speaker is None:
        return Answers()
    rng = stream(f"answers {comment.id}")
    asked = {kpi: rng.random() < share for kpi, share in SHARE_ANSWERED.get(comment.source, {}).items()}
    if comment.story == "no_signal" or comment.id in FIXED_NPS:
        asked["nps"] = True
    tone = "high" if comment.score_hint == "high" else comment.stance
    return Answers(
        nps=_nps(comment, rng=rng) if asked.get("nps") else None,
        csat=draw(CSAT_WEIGHTS[tone], rng=rng, low=1) if asked.get("csat") else None,
        ces=draw(CES_WEIGHTS[tone], rng=rng, low=1) if asked.get("ces") else None,
    )


def _nps(comment: Comment, *, rng: random.Random) -> int:
    if comment.id in FIXED_NPS:
        return FIXED_NPS[comment.id]
    if comment.story == "aozora":
        return draw(AOZORA_HAPPY, rng=rng)
    return draw(NPS_WEIGHTS[_nps_tone(comment)], rng=rng)


def _nps_tone(comment: Comment) -> str:
    if comment.score_hint == "high":
        return "high"
    if comment.story == "login" and comment.phase == "after":
        return "relieved"
    suffix = " ja" if comment.lang == "ja" and comment.stance == "positive" else ""
    suffix = " hurt" if comment.story in HURTING and comment.stance in ("negative", "mixed", "neutral") else suffix
    return comment.stance + suffix
