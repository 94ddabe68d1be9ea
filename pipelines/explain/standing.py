"""How somebody stands over time: falling tone, silence after a complaint, and a decider who cools down.

* **Falling**: what a person writes, or what they answer, falls steadily (``pipelines.explain.tone.fall``: at least four points, the later
  half 0.3 below the earlier, and chance alone orders them so in at most 5 of 100 cases), over at least 30 days, and the later half
  is not warm (at most 0.3). Who decides or buys counts as **decider cooling**, with how the other people of the account stand now; unknown
  roles are on neither side. Two series a person are tested, so up to 10 in 100 people without any trend pass the first condition.
* **Silence after a complaint**: the last thing said was a complaint, and nothing was said, answered or resolved since for at least
  30 days, although at least three moments lie before it; and by the person's own past rhythm a silence this long or longer has a
  probability of at most 0.1 (gamma-Poisson prediction: ``(span / (span + silence)) ** (moments − 1)``).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from pipelines.explain.hidden import COMPLAINT_BELOW, shortened
from pipelines.explain.tone import answer_points, fall
from voc.account_room import Fall, TrendKind
from voc.concerns import Concern, Reason, Said
from voc.customers import Role
from voc.enrichment import Intent
from voc.kpis import SURVEY_KPIS, Kpi, KpiObservation

FEWEST_MOMENTS = 4
SHORTEST_SPAN = timedelta(days=30)
STILL_WARM = 0.3
SHORTEST_SILENCE = timedelta(days=30)
UNLIKELY_SILENCE = 0.1
TREND_WEIGHT, SILENCE_WEIGHT, DECIDER_WEIGHT = 0.45, 0.5, 0.6
DECIDING = frozenset({Role.DECIDER, Role.BUYER})

Facts = dict[str, float | int | str]


@dataclass
class Course:
    """What is known of one customer over time, each oldest first: comments, survey answers, moments of resolution. Filled, then read."""

    said: list[Said] = field(default_factory=list)
    answers: list[KpiObservation] = field(default_factory=list)
    resolved: list[datetime] = field(default_factory=list)

    @cached_property
    def moments(self) -> list[datetime]:
        """When the customer was heard, an answer given with a comment once."""
        return sorted({said.submitted_at for said in self.said} | {answer.observed_at for answer in self.answers})


def courses(heard: Iterable[Said], observations: Iterable[KpiObservation]) -> dict[str, Course]:
    """Sort comments and observations by known customer."""
    found: dict[str, Course] = defaultdict(Course)
    for said in sorted(heard, key=lambda one: one.submitted_at):
        if said.customer_id is not None:
            found[said.customer_id].said.append(said)
    for seen in sorted(observations, key=lambda one: one.observed_at):
        if seen.customer_id is None:
            continue
        if seen.kpi in SURVEY_KPIS:
            found[seen.customer_id].answers.append(seen)
        elif seen.kpi is Kpi.RESOLUTION_HOURS:
            found[seen.customer_id].resolved.append(seen.observed_at)
    return found


def falling(course: Course, *, role: Role, others: Sequence[Course] = ()) -> Concern | None:
    """Return the concern that somebody cools down, with their latest comment as quote; who decides is named apart.

    Parameters
    ----------
    course
        The person's.
    role
        The part they play.
    others
        Courses of the people of the account who neither decide nor have an unknown role.
    """
    found = _fall(course)
    if found is None or not course.said:
        return None
    facts: Facts = {"earlier": round(found.earlier, 2), "later": round(found.later, 2), "points": found.n, "p": round(found.p, 4)}
    facts["seen_in"] = found.kind.value
    if role not in DECIDING:
        return _of(course.said[-1], Reason.FALLING_TONE, TREND_WEIGHT, facts)
    levels = [other.said[-1].tone for other in others if other.said]
    if levels:
        facts |= {"others": round(sum(levels) / len(levels), 2), "others_n": len(levels)}
    return _of(course.said[-1], Reason.DECIDER_COOLING, DECIDER_WEIGHT, facts)


def silent_after_complaint(course: Course, *, as_of: datetime) -> Concern | None:
    """Return the concern that somebody complained, got no answer we know of, and is not heard any more although they used to speak."""
    moments = course.moments
    if not course.said or len(moments) < FEWEST_MOMENTS or course.said[-1].submitted_at < moments[-1]:
        return None
    last = course.said[-1]
    complained = Intent.COMPLAINT in last.intents or last.lowest_tone <= 2 * COMPLAINT_BELOW
    silence, span = as_of - moments[-1], moments[-1] - moments[0]
    if not complained or silence < SHORTEST_SILENCE or span < SHORTEST_SPAN or any(at >= moments[-1] for at in course.resolved):
        return None
    p = (span / (span + silence)) ** (len(moments) - 1)
    if p > UNLIKELY_SILENCE:
        return None
    facts: Facts = {"days": silence.days, "usual_days": round(span.days / (len(moments) - 1)), "p": round(p, 4)}
    return _of(last, Reason.SILENT_AFTER_COMPLAINT, SILENCE_WEIGHT, facts)


def speaks_for_users(role: Role) -> bool:
    """Whether a role stands on the other side of a decider's: known, and not deciding."""
    return role not in DECIDING and role is not Role.UNKNOWN


def _fall(course: Course) -> Fall | None:
    """Return the steepest fall of what somebody writes or answers."""
    moments = course.moments
    if len(moments) < FEWEST_MOMENTS or moments[-1] - moments[0] < SHORTEST_SPAN:
        return None
    series = (
        fall([(said.submitted_at, said.tone) for said in course.said if not said.abstained], kind=TrendKind.TONE),
        fall(answer_points(course.answers), kind=TrendKind.ANSWERS),
    )
    found = [one for one in series if one is not None and one.later <= STILL_WARM]
    return max(found, key=lambda one: one.earlier - one.later, default=None)


def by_account(roles: Mapping[str, Role], accounts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return, by account, the customers that speak for its users."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, account in accounts.items():
        if speaks_for_users(roles.get(name, Role.UNKNOWN)):
            found[account].append(name)
    return found


def _of(said: Said, reason: Reason, weight: float, facts: Facts) -> Concern:
    return Concern(
        reason=reason,
        weight=weight,
        feedback_id=said.feedback_id,
        quote=shortened(said.text),
        at=said.submitted_at,
        score=said.score,
        facts=facts,
    )
