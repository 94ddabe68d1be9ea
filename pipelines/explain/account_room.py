"""Account room: one account by role at one moment. Values in, values out.

The rules, in words:

* Silent: no comment and no answer within the quiet days. A silent decider is a flag only where their rhythm is known (three
  utterances or more) and the silence is at least twice their usual gap, and at least sixty days.
* Cooling: what a decider writes or answers falls steadily (``pipelines.explain.tone``).
* Disagreement: the tones of two known roles, three comments each or more, differ by at least 0.4 and the 95 % interval of the difference
  excludes 0.
* Open complaint: a complaint, or a negative comment, within the last 180 days after which the same person has said nothing positive.
* Mood: the tones of the known roles weighted; roles nobody stated stand apart.

Invariants: nothing after the moment is looked at; a role is what somebody stated; who is not known to the account counts as unknown.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from math import sqrt

from pipelines.explain.revenue import paid_of, revenue_of
from pipelines.explain.tone import difference, falls_of, tone, tone_parts, usual_gap
from pipelines.explain.trends import readable
from voc.account_room import (
    KNOWN_ROLES,
    AccountRoom,
    DeciderCoverage,
    FlagKind,
    Mood,
    OpenComplaint,
    OpenIssue,
    PersonHeard,
    RoleTone,
    RoleWeights,
    RoomFlag,
)
from voc.alerts import Alert, AlertState
from voc.customers import Account, Customer, Role
from voc.issues import Period
from voc.kpis import KpiObservation
from voc.sentiment import SentimentLabel
from voc.voices import VoiceRow

WINDOW_DAYS = 365
QUIET_DAYS = 90
LONGEST_LOOK_DAYS = 3_660
LEAST_SILENCE = timedelta(days=60)
COMPLAINT_DAYS = 180
RENEWAL_DAYS = 90
LEAST_GAP = 0.4
LEAST_EACH = 3


@dataclass(frozen=True)
class Heard:
    """What is known of an account: its people, their readable comments and the account's KPI observations."""

    account: Account
    people: Sequence[Customer]
    rows: Sequence[VoiceRow]
    answers: Sequence[KpiObservation]
    alerts: Sequence[Alert] = ()


def account_room(
    heard: Heard, *, at: datetime, weights: RoleWeights, window_days: int = WINDOW_DAYS, quiet_days: int = QUIET_DAYS
) -> AccountRoom:
    """Look at an account.

    Parameters
    ----------
    heard
        All that is known of it; what lies after ``at`` is left aside.
    at
        The moment, UTC.
    weights
        How much each role counts in the mood.
    window_days
        How far back tones look.
    quiet_days
        Who was not heard for so long is silent.

    Returns
    -------
    AccountRoom
        Roles from the most powerful down, unknown last; only roles somebody has or spoke in.
    """
    rows = [row for row in readable(heard.rows) if row.submitted_at <= at]
    answers = [answer for answer in heard.answers if answer.observed_at <= at]
    window = Period(start=at - timedelta(days=window_days), end=at + timedelta(microseconds=1))
    inside = [row for row in rows if window.start <= row.submitted_at]
    people = _people(heard.people, rows=rows, answers=answers, window=window, quiet_since=at - timedelta(days=quiet_days))
    roles = _roles(people, inside, window=window, weights=weights)
    complaints = _open_complaints(rows, since=at - timedelta(days=COMPLAINT_DAYS))
    renewal = heard.account.renewal_on
    days_left = (renewal - at.date()).days if renewal is not None else None
    return AccountRoom(
        account_id=heard.account.id,
        at=at,
        window=window,
        quiet_days=quiet_days,
        roles=roles,
        mood=_mood(roles, inside),
        deciders=_coverage(roles, since=at - timedelta(days=quiet_days)),
        open_complaints=complaints,
        open_issues=_open_issues(rows, complaints),
        alert_ids=_open_alerts(heard.alerts, rows),
        renewal_on=renewal,
        days_to_renewal=days_left,
        revenue=revenue_of(heard.account, paid_of(heard.answers), at=at),
        flags=(
            *_cooling(roles, rows),
            *_silent(roles, rows, answers, at=at),
            *_disagreement(roles, inside),
            *_renewal(days_left, complaints, left=heard.account.churned_on is not None),
        ),
    )


def _people(
    people: Sequence[Customer],
    *,
    rows: Sequence[VoiceRow],
    answers: Sequence[KpiObservation],
    window: Period,
    quiet_since: datetime,
) -> list[PersonHeard]:
    said, given = _by_person(rows), _answers_by_person(answers)
    found = []
    for person in people:
        mine, answered = said.get(person.id, []), given.get(person.id, [])
        inside = [row for row in mine if row.submitted_at >= window.start]
        last = max(_moments(mine, answered), default=None)
        found.append(
            PersonHeard(
                customer=person,
                comments=len(inside),
                last_heard=last,
                silent=last is None or last < quiet_since,
                falls=falls_of(inside, answers=[answer for answer in answered if answer.observed_at >= window.start]),
            )
        )
    return found


def _by_person(rows: Sequence[VoiceRow]) -> dict[str | None, list[VoiceRow]]:
    found: dict[str | None, list[VoiceRow]] = defaultdict(list)
    for row in rows:
        found[row.customer_id].append(row)
    return found


def _answers_by_person(answers: Sequence[KpiObservation]) -> dict[str | None, list[KpiObservation]]:
    found: dict[str | None, list[KpiObservation]] = defaultdict(list)
    for answer in answers:
        found[answer.customer_id].append(answer)
    return found


def _moments(rows: Sequence[VoiceRow], answers: Sequence[KpiObservation]) -> list[datetime]:
    """Return when somebody was heard; an answer given with a comment is one utterance."""
    return sorted({row.submitted_at for row in rows} | {answer.observed_at for answer in answers})


def _roles(
    people: Sequence[PersonHeard], inside: Sequence[VoiceRow], *, window: Period, weights: RoleWeights
) -> tuple[RoleTone, ...]:
    role_of = {person.customer.id: person.customer.role for person in people}
    by_role: dict[Role, list[VoiceRow]] = defaultdict(list)
    for row in inside:
        by_role[role_of.get(row.customer_id or "", Role.UNKNOWN)].append(row)
    present = {person.customer.role for person in people} | set(by_role)
    return tuple(
        RoleTone(
            role=role,
            weight=weights.of(role),
            people=tuple(person for person in people if person.customer.role is role),
            tone=tone(by_role[role]),
            parts=tone_parts(by_role[role], window=window),
        )
        for role in (*KNOWN_ROLES, Role.UNKNOWN)
        if role in present
    )


def _mood(roles: Sequence[RoleTone], inside: Sequence[VoiceRow]) -> Mood:
    """Weigh the tones of the known roles; the interval only where every one of them has its own."""
    present = [role for role in roles if role.role is not Role.UNKNOWN and role.weight > 0]
    spoken = [(role.weight, role.tone, role.tone.mean) for role in present if role.tone.mean is not None]
    total, plain = sum(weight for weight, _, _ in spoken), tone(inside)
    if not spoken:
        return Mood(value=None, low=None, high=None, heard_weight=0.0, plain=plain)
    value = sum(weight * mean for weight, _, mean in spoken) / total
    low = high = None
    ends = [(w, mean - t.low, t.high - mean) for w, t, mean in spoken if t.low is not None and t.high is not None]
    if len(ends) == len(spoken):
        low = max(-1.0, value - sqrt(sum((weight * below) ** 2 for weight, below, _ in ends)) / total)
        high = min(1.0, value + sqrt(sum((weight * above) ** 2 for weight, _, above in ends)) / total)
    return Mood(value=value, low=low, high=high, heard_weight=total / sum(role.weight for role in present), plain=plain)


def _coverage(roles: Sequence[RoleTone], *, since: datetime) -> DeciderCoverage:
    deciders = _deciders(roles)
    return DeciderCoverage(
        known=len(deciders),
        in_window=sum(person.comments > 0 for person in deciders),
        of_late=sum(person.last_heard is not None and person.last_heard >= since for person in deciders),
    )


def _deciders(roles: Sequence[RoleTone]) -> list[PersonHeard]:
    return [person for role in roles if role.role is Role.DECIDER for person in role.people]


def _open_complaints(rows: Sequence[VoiceRow], *, since: datetime) -> tuple[OpenComplaint, ...]:
    """Return the complaints that stand, newest first."""
    found: list[OpenComplaint] = []
    pleased: set[str] = set()
    for row in sorted(rows, key=lambda row: row.submitted_at, reverse=True):
        speaker = row.customer_id or row.feedback_id
        complains = row.intent == "complaint" or row.sentiment is SentimentLabel.NEGATIVE
        if complains and row.submitted_at >= since and speaker not in pleased:
            found.append(OpenComplaint(feedback_id=row.feedback_id, customer_id=row.customer_id, submitted_at=row.submitted_at))
        if row.sentiment is SentimentLabel.POSITIVE and not complains:
            pleased.add(speaker)
    return tuple(found)


def _open_issues(rows: Sequence[VoiceRow], complaints: Sequence[OpenComplaint]) -> tuple[OpenIssue, ...]:
    standing = {complaint.feedback_id for complaint in complaints}
    counts = Counter(key for row in rows if row.feedback_id in standing for key in row.complained_keys)
    return tuple(OpenIssue(key=key, complaints=count) for key, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _open_alerts(alerts: Sequence[Alert], rows: Sequence[VoiceRow]) -> tuple[str, ...]:
    mine = {row.feedback_id for row in rows}
    return tuple(alert.id for alert in alerts if alert.state is not AlertState.CLOSED and mine & set(alert.evidence))


def _cooling(roles: Sequence[RoleTone], rows: Sequence[VoiceRow]) -> list[RoomFlag]:
    return [
        RoomFlag(
            kind=FlagKind.DECIDER_COOLING,
            customer_ids=(person.customer.id,),
            feedback_ids=_latest_of(rows, person.customer.id),
            facts={"seen_in": one.kind.value, "n": one.n, "earlier": one.earlier, "later": one.later, "p": one.p},
        )
        for person in _deciders(roles)
        for one in person.falls[:1]
    ]


def _silent(
    roles: Sequence[RoleTone], rows: Sequence[VoiceRow], answers: Sequence[KpiObservation], *, at: datetime
) -> list[RoomFlag]:
    said, given = _by_person(rows), _answers_by_person(answers)
    found = []
    for person in _deciders(roles):
        name = person.customer.id
        gap = usual_gap(_moments(said.get(name, []), given.get(name, [])))
        if gap is None or person.last_heard is None or person.customer.churned_on is not None:
            continue
        silence = at - person.last_heard
        if silence >= max(LEAST_SILENCE, 2 * gap):
            facts: dict[str, float | int | str] = {"days": silence.days, "usual_days": max(1, gap.days)}
            latest = _latest_of(rows, name)[:1]
            found.append(RoomFlag(kind=FlagKind.DECIDER_SILENT, customer_ids=(name,), feedback_ids=latest, facts=facts))
    return found


def _disagreement(roles: Sequence[RoleTone], inside: Sequence[VoiceRow]) -> list[RoomFlag]:
    """Return the widest clear difference between two known roles, if there is one."""
    able = [role for role in roles if role.role is not Role.UNKNOWN and role.tone.n >= LEAST_EACH]
    found: list[tuple[float, RoomFlag]] = []
    for one, other in combinations(able, 2):
        gap = difference(one.tone, other.tone)
        if gap is None or abs(gap[0]) < LEAST_GAP or gap[1] <= 0 <= gap[2]:
            continue
        happier, sourer = (one, other) if gap[0] > 0 else (other, one)
        sour = {person.customer.id for person in sourer.people}
        ids = tuple(row.feedback_id for row in reversed(inside) if row.customer_id in sour)[:5]
        facts = _gap_facts(happier, sourer, gap)
        found.append((abs(gap[0]), RoomFlag(kind=FlagKind.ROLES_DISAGREE, customer_ids=tuple(sorted(sour)), feedback_ids=ids, facts=facts)))
    return [max(found, key=lambda pair: pair[0])[1]] if found else []


def _gap_facts(happier: RoleTone, sourer: RoleTone, gap: tuple[float, float, float]) -> dict[str, float | int | str]:
    return {
        "happier": happier.role.value,
        "sourer": sourer.role.value,
        "happier_tone": happier.tone.mean or 0.0,
        "sourer_tone": sourer.tone.mean or 0.0,
        "difference": abs(gap[0]),
        "low": min(abs(gap[1]), abs(gap[2])),
        "high": max(abs(gap[1]), abs(gap[2])),
    }


def _renewal(days_left: int | None, complaints: Sequence[OpenComplaint], *, left: bool) -> list[RoomFlag]:
    if left or days_left is None or not 0 <= days_left <= RENEWAL_DAYS or not complaints:
        return []
    ids = tuple(complaint.feedback_id for complaint in complaints)
    people = tuple(sorted({complaint.customer_id for complaint in complaints if complaint.customer_id is not None}))
    facts: dict[str, float | int | str] = {"days": days_left, "complaints": len(ids)}
    return [RoomFlag(kind=FlagKind.RENEWAL_WITH_COMPLAINT, customer_ids=people, feedback_ids=ids[:5], facts=facts)]


def _latest_of(rows: Sequence[VoiceRow], customer_id: str) -> tuple[str, ...]:
    """Return the latest comments of a person, newest first."""
    mine = sorted((row for row in rows if row.customer_id == customer_id), key=lambda row: row.submitted_at, reverse=True)
    return tuple(row.feedback_id for row in mine[:5])
