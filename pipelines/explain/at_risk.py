"""The queue: who may be less satisfied than the score says, by value times risk, and how that went together with leaving before.

Looked at are the comments of the last ``WINDOW_DAYS`` days up to the latest comment, and for courses over time the year before it. Who has
left is not in it. The past moments of the check are formed by the same function, from what was known then and nothing later.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from pipelines.explain.expected_tone import learn, place_of
from pipelines.explain.hidden import combined, concerns_of, shown_alone
from pipelines.explain.revenue import revenues
from pipelines.explain.risk import WINDOW_DAYS as FOLLOWED_DAYS
from pipelines.explain.risk import Calibration, Past, check
from pipelines.explain.standing import Course, by_account, courses, falling, silent_after_complaint
from voc.concerns import AtRisk, Concern, QueueEntry, RiskCheck, RiskCheckState, RiskKind, Said
from voc.customers import Account, Customer, Role
from voc.kpis import Kpi, KpiObservation

WINDOW_DAYS = 90
COURSE_DAYS = 365
MOMENT_STEP_DAYS = 30
MOST_MOMENTS = 12
LEAST_EVIDENCE = 0.15
"""Weaker evidence is not shown: one faint cue is no reason to call."""
MOST_CONCERNS = 5
MIDDLE = 0.5
"""Place of the score of somebody who gave none, in the check."""


@dataclass(frozen=True)
class Known:
    """Everything the queue is formed from."""

    heard: Sequence[Said]
    observations: Sequence[KpiObservation]
    customers: Mapping[str, Customer]
    accounts: Mapping[str, Account]


@dataclass(frozen=True)
class _Standing:
    """Somebody at a moment: reasons, their evidence, and the latest comment."""

    concerns: tuple[Concern, ...]
    evidence: float
    latest: Said


def at_risk(known: Known) -> AtRisk:
    """Form the queue as of the latest comment.

    Returns
    -------
    AtRisk
        Entries by value times risk; where nobody's revenue is known by risk, and who has no known revenue counts with the lowest known one.
    """
    if not known.heard:
        return AtRisk(as_of=None, entries=(), check=RiskCheck(state=RiskCheckState.NO_CHURN_DATA, window_days=FOLLOWED_DAYS))
    history, left = _History(known), _left_on(known)
    as_of = history.last_at
    measured, calibration = check(_past(history, left=left), leaving_known=bool(left))
    found = history.standings(as_of)
    staying = {name: one for name, one in found.items() if _stays(one.latest, left, on=as_of.date())}
    values = revenues(known.accounts.values(), known.observations)
    entries = [_entry(name, one, calibration, values) for name, one in staying.items() if one.evidence >= LEAST_EVIDENCE]
    lowest = min((entry.value for entry in entries if entry.value), default=1.0)

    def order(entry: QueueEntry) -> tuple[float, str]:
        return (-entry.risk * (entry.value or lowest), entry.id)

    return AtRisk(as_of=as_of, entries=tuple(sorted(entries, key=order)), check=measured)


def _entry(name: str, found: _Standing, calibration: Calibration | None, values: Mapping[str, float]) -> QueueEntry:
    latest = found.latest
    return QueueEntry(
        id=name,
        customer_id=latest.customer_id,
        account_id=latest.account_id,
        concerns=found.concerns[:MOST_CONCERNS],
        evidence=round(found.evidence, 4),
        risk=round(found.evidence if calibration is None else calibration.risk(found.evidence), 4),
        risk_kind=RiskKind.EVIDENCE if calibration is None else RiskKind.CALIBRATED,
        value=values.get(latest.account_id or ""),
        language=latest.language,
        last_at=latest.submitted_at,
    )


class _History:
    """What was heard over time. The queue of any moment is formed from what was known then; what is the same at each is found once."""

    def __init__(self, known: Known) -> None:
        self._heard = sorted(known.heard, key=_submitted)
        self._observations = sorted(known.observations, key=_observed)
        self._alone: dict[str, tuple[Concern, ...]] = {}
        self._roles = {name: customer.role for name, customer in known.customers.items()}
        self._accounts = {name: customer.account_id for name, customer in known.customers.items() if customer.account_id is not None}
        self._users = by_account(self._roles, self._accounts)

    @property
    def first_at(self) -> datetime:
        return self._heard[0].submitted_at

    @property
    def last_at(self) -> datetime:
        return self._heard[-1].submitted_at

    def standings(self, as_of: datetime) -> dict[str, _Standing]:
        """Return who had reasons to be looked after at the moment, and who only spoke (evidence 0), by owner of the comments."""
        year = as_of - timedelta(days=COURSE_DAYS)
        heard = _between(self._heard, year, as_of, at=_submitted)
        model = learn(heard)
        reasons: dict[str, list[Concern]] = defaultdict(list)
        latest: dict[str, Said] = {}
        for said in _between(heard, as_of - timedelta(days=WINDOW_DAYS), as_of, at=_submitted):
            latest[said.owner] = said
            reasons[said.owner] += concerns_of(said, model=model, alone=self._shown_alone(said))
        found = courses(heard, _between(self._observations, year, as_of, at=_observed))
        for name, concern, said in self._over_time(found, as_of):
            reasons[name].append(concern)
            latest.setdefault(name, said)
        return {
            name: _Standing(concerns=_strongest(reasons[name]), evidence=combined(reasons[name]), latest=said)
            for name, said in latest.items()
        }

    def _shown_alone(self, said: Said) -> tuple[Concern, ...]:
        if said.feedback_id not in self._alone:
            self._alone[said.feedback_id] = shown_alone(said)
        return self._alone[said.feedback_id]

    def _over_time(self, found: Mapping[str, Course], as_of: datetime) -> Iterable[tuple[str, Concern, Said]]:
        """Return the concerns that rest on a person's course, with the latest comment of each."""
        for name, course in found.items():
            users = self._users.get(self._accounts.get(name, ""), ())
            others = [found[other] for other in users if other != name and other in found]
            for concern in (
                falling(course, role=self._roles.get(name, Role.UNKNOWN), others=others),
                silent_after_complaint(course, as_of=as_of),
            ):
                if concern is not None:
                    yield name, concern, course.said[-1]


Timed = TypeVar("Timed")


def _between(ordered: Sequence[Timed], start: datetime, end: datetime, *, at: Callable[[Timed], datetime]) -> Sequence[Timed]:
    """Return what lies after the start and not after the end."""
    return ordered[bisect_right(ordered, start, key=at) : bisect_right(ordered, end, key=at)]


def _submitted(said: Said) -> datetime:
    return said.submitted_at


def _observed(seen: KpiObservation) -> datetime:
    return seen.observed_at


def _strongest(concerns: Sequence[Concern]) -> tuple[Concern, ...]:
    """Return one concern per reason, the strongest (of equal ones the newest), strongest first."""
    best: dict[str, Concern] = {}
    for concern in concerns:
        other = best.get(concern.reason.value)
        if other is None or (concern.weight, concern.at) > (other.weight, other.at):
            best[concern.reason.value] = concern
    return tuple(sorted(best.values(), key=lambda one: (-one.weight, one.reason.value)))


def _past(history: _History, *, left: Mapping[str, date]) -> list[Past]:
    """Return everybody's evidence at past moments that were followed long enough, with who left afterwards."""
    if not left:
        return []
    first = history.first_at + timedelta(days=WINDOW_DAYS / 2)
    rows: list[Past] = []
    moment, number = history.last_at - timedelta(days=FOLLOWED_DAYS), 0
    while moment >= first and number < MOST_MOMENTS:
        for one in history.standings(moment).values():
            owner = one.latest.account_id or one.latest.customer_id
            if owner is None or not _stays(one.latest, left, on=moment.date()):
                continue
            gone = _leaving_day(one.latest, left)
            followed = gone is not None and gone <= (moment + timedelta(days=FOLLOWED_DAYS)).date()
            score = one.latest.score
            low = 1 - (MIDDLE if score is None else place_of(score))
            rows.append(Past(owner=owner, moment=number, evidence=one.evidence, low_score=low, left=followed))
        moment, number = moment - timedelta(days=MOMENT_STEP_DAYS), number + 1
    return rows


def _left_on(known: Known) -> dict[str, date]:
    """Return the day each account or customer left, of those who did."""
    days = {who.id: who.churned_on for who in known.customers.values() if who.churned_on is not None}
    days |= {who.id: who.churned_on for who in known.accounts.values() if who.churned_on is not None}
    for seen in known.observations:
        owner = seen.account_id or seen.customer_id
        if seen.kpi is Kpi.CHURN and seen.value > 0 and owner is not None:
            days.setdefault(owner, seen.observed_at.date())
    return days


def _leaving_day(said: Said, left: Mapping[str, date]) -> date | None:
    return left.get(said.account_id or "", left.get(said.customer_id or ""))


def _stays(said: Said, left: Mapping[str, date], *, on: date) -> bool:
    gone = _leaving_day(said, left)
    return gone is None or gone > on
