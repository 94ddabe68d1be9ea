"""Hidden dissatisfaction in one comment: text worse than the score predicts, understatement, thoughts of leaving, plain complaint.

Each reason has a weight, how strongly it speaks; weights combine as independent evidence (1 − ∏(1 − wᵢ)). They were set on the project's
labelled training rows and before the labelled evaluation was looked at; ``docs/queue.md`` says what they reach.
"""

from collections.abc import Iterable, Sequence
from math import prod

from pipelines.explain.expected_tone import ToneModel, place_of, value_at
from pipelines.explain.hedges import Hedge, hedges
from voc.concerns import Concern, Reason, Said
from voc.enrichment import Intent, Urgency

LEAVING_FROM = 0.5
"""From this probability on a comment speaks of leaving; the scorecard of the model is measured there too."""
CLEARLY_GOOD = 0.5
"""A comment that sounds this good is not understated: what looks like a hedge is a turn of phrase."""
HEDGE_WEIGHT = 0.3
GAP_FULL = 1.6
"""A gap of this size has the full weight ``GAP_WEIGHT``."""
GAP_WEIGHT = 0.75
COMPLAINT_BELOW = -0.2
COMPLAINT_WEIGHT = 0.5
URGENCY_WEIGHTS = {Urgency.NOW: 0.3, Urgency.SOON: 0.15}
LONGEST_QUOTE = 200


def shown_alone(said: Said) -> tuple[Concern, ...]:
    """Return what a comment shows by itself, however such comments usually sound."""
    possible = (_understated(said), _leaving(said), _complaint(said))
    return tuple(concern for concern in possible if concern is not None)


def concerns_of(said: Said, *, model: ToneModel, alone: Sequence[Concern] | None = None) -> tuple[Concern, ...]:
    """Return why somebody should look after the writer of a comment, strongest first; empty where nothing shows.

    Parameters
    ----------
    said
        The comment.
    model
        How comments with such a score usually sound.
    alone
        What it shows by itself, where that is known already.
    """
    below = _below_score(said, model)
    found = [*(shown_alone(said) if alone is None else alone), *(() if below is None else (below,))]
    if found and (urgent := _urgent(said)) is not None:
        found.append(urgent)
    return tuple(sorted(found, key=lambda concern: (-concern.weight, concern.reason.value)))


def combined(concerns: Iterable[Concern]) -> float:
    """Return the evidence of several reasons taken as independent of each other; of one reason the strongest counts.

    >>> combined([])
    0.0
    """
    strongest: dict[Reason, float] = {}
    for concern in concerns:
        strongest[concern.reason] = max(strongest.get(concern.reason, 0.0), concern.weight)
    return 1.0 - prod(1.0 - weight for weight in strongest.values())


def _below_score(said: Said, model: ToneModel) -> Concern | None:
    score = said.score
    if score is None or said.abstained:
        return None
    place = place_of(score)
    gap = model.expected(said, place) - said.lowest_tone
    if gap < model.threshold:
        return None
    facts: dict[str, float | int | str] = {"score": score.value, "kpi": score.kpi.value, "gap": round(gap, 3)}
    like = model.reads_like(said)
    if like is not None:
        facts["reads_like"] = value_at(score.kpi, like)
    return _concern(said, Reason.TEXT_BELOW_SCORE, min(1.0, gap / GAP_FULL) * GAP_WEIGHT, _worst(said), facts)


def _understated(said: Said) -> Concern | None:
    if said.tone >= CLEARLY_GOOD and not said.abstained:
        return None
    found = hedges(said.text)
    if not found:
        return None
    weight = 1.0 - (1.0 - HEDGE_WEIGHT) ** len(found)
    facts: dict[str, float | int | str] = {"words": found[0].words, "kind": found[0].kind.value, "hedges": len(found)}
    return _concern(said, Reason.UNDERSTATED, weight, _with_hedge(said, found), facts)


def _leaving(said: Said) -> Concern | None:
    if said.churn < LEAVING_FROM:
        return None
    return _concern(said, Reason.LEAVING, said.churn, _worst(said), {"probability": round(said.churn, 3)})


def _complaint(said: Said) -> Concern | None:
    if Intent.COMPLAINT not in said.intents or said.lowest_tone > COMPLAINT_BELOW or said.abstained:
        return None
    return _concern(said, Reason.COMPLAINT, -said.lowest_tone * COMPLAINT_WEIGHT, _worst(said), {"tone": round(said.lowest_tone, 3)})


def _urgent(said: Said) -> Concern | None:
    weight = URGENCY_WEIGHTS.get(said.urgency)
    return None if weight is None else _concern(said, Reason.URGENT, weight, _worst(said), {"urgency": said.urgency.value})


def _concern(said: Said, reason: Reason, weight: float, quote: str, facts: dict[str, float | int | str]) -> Concern:
    return Concern(
        reason=reason,
        weight=round(min(1.0, weight), 4),
        feedback_id=said.feedback_id,
        quote=quote,
        at=said.submitted_at,
        score=said.score,
        facts=facts,
    )


def _worst(said: Said) -> str:
    """Return the sentence that sounds worst; the whole comment where none is known."""
    if not said.sentences:
        return shortened(said.text)
    return shortened(min(said.sentences, key=lambda sentence: sentence.tone).text)


def _with_hedge(said: Said, found: Sequence[Hedge]) -> str:
    """Return the first sentence that has a hedge by itself; else the one that sounds worst."""
    kinds = {hedge.kind for hedge in found}
    mine = (one.text for one in said.sentences if any(hedge.kind in kinds for hedge in hedges(one.text)))
    return shortened(next(mine, None) or _worst(said))


def shortened(text: str) -> str:
    """Return the text in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"
