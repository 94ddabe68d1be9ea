"""Act: raise an alert when enough distinct accounts complain about one issue within a window.

An issue stands at its threshold at a mention when at least ``min_accounts`` distinct voices mentioned it in the window that ends with
that mention (its start excluded). Such moments form one episode as long as the count is not below the threshold for a whole window in
between; an episode is one alert. So a complaint that goes on makes one alert longer, and only one that went quiet raises a new one.

Invariants: the same mentions give the same alerts, however often and on top of whatever earlier result; no alert is ever taken back
or reopened here: an alert whose mentions are gone stays as it was, and its state belongs to people.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from voc.alerts import Alert, AlertRule, Mention
from voc.drivers import Issue
from voc.ids import derived_id
from voc.voices import VoiceRow, issue_key

MAX_EVIDENCE = 20


@dataclass
class _Episode:
    """Mentions ``first`` to ``last`` (indices, both included) of one alert, when it crossed, and when the count will have fallen."""

    first: int
    last: int
    crossed_at: datetime
    falls_at: datetime


def mentions(rows: Iterable[VoiceRow], *, issues: Iterable[Issue]) -> tuple[Mention, ...]:
    """Return one mention per comment and issue it complains about."""
    known = {issue_key(issue): issue for issue in issues}
    return tuple(
        Mention(
            issue_kind=known[key].kind,
            issue_id=known[key].id,
            issue_name=known[key].name,
            feedback_id=row.feedback_id,
            voice=row.cluster,
            submitted_at=row.submitted_at,
        )
        for row in rows
        for key in sorted(row.complained_keys)
        if key in known
    )


def alerts(heard: Sequence[Mention], *, rule: AlertRule, existing: Sequence[Alert] = ()) -> tuple[Alert, ...]:
    """Apply a rule to the mentions of all issues, in O(n log n).

    Parameters
    ----------
    heard
        Every mention since the oldest alert that may still grow, in any order.
    rule
        The threshold and the window.
    existing
        Alerts of earlier calls. One that overlaps an episode of its rule and issue is that episode's alert: it keeps id, state and
        notes, and gets the episode's accounts, evidence and window.

    Returns
    -------
    tuple of Alert
        All alerts, existing ones included, oldest first.
    """
    by_issue: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in heard:
        by_issue[mention.issue_kind.value, mention.issue_id].append(mention)
    fresh: list[Alert] = []
    for said in by_issue.values():
        said.sort(key=lambda mention: (mention.submitted_at, mention.feedback_id))
        fresh += [_alert(said, episode=episode, rule=rule) for episode in _episodes(said, rule=rule)]
    answer = {alert.id: alert for alert in existing}
    free = dict(answer)
    for alert in sorted(fresh, key=lambda alert: (alert.id not in answer, alert.window_from, alert.id)):
        earlier = _same(alert, existing=free.values())
        merged = alert if earlier is None else _extended(earlier, fresh=alert)
        free.pop(merged.id, None)
        answer[merged.id] = merged
    return tuple(sorted(answer.values(), key=lambda alert: (alert.window_from, alert.id)))


def _episodes(said: Sequence[Mention], *, rule: AlertRule) -> list[_Episode]:
    """Slide the window over one issue's mentions, oldest first."""
    window = timedelta(days=rule.window_days)
    latest: OrderedDict[str, datetime] = OrderedDict()
    episodes: list[_Episode] = []
    start = 0
    for at, mention in enumerate(said):
        now = mention.submitted_at
        latest[mention.voice] = now
        latest.move_to_end(mention.voice)
        while next(iter(latest.values())) <= now - window:
            latest.popitem(last=False)
        while said[start].submitted_at <= now - window:
            start += 1
        if len(latest) < rule.min_accounts:
            continue
        falls_at = next(islice(reversed(latest.values()), rule.min_accounts - 1, None)) + window
        if episodes and now - episodes[-1].falls_at < window:
            episodes[-1].last, episodes[-1].falls_at = at, falls_at
        else:
            episodes.append(_Episode(first=start, last=at, crossed_at=now, falls_at=falls_at))
    return episodes


def _alert(said: Sequence[Mention], *, episode: _Episode, rule: AlertRule) -> Alert:
    """Return the episode as a new open alert."""
    covered = said[episode.first : episode.last + 1]
    newest = covered[-1]
    evidence = dict.fromkeys(mention.feedback_id for mention in reversed(covered))
    return Alert(
        id=derived_id("al", rule.id, newest.issue_kind.value, newest.issue_id, episode.crossed_at.date().isoformat()),
        rule_id=rule.id,
        issue_kind=newest.issue_kind,
        issue_id=newest.issue_id,
        issue_name=newest.issue_name,
        accounts=len({mention.voice for mention in covered}),
        threshold=rule.min_accounts,
        window_from=covered[0].submitted_at,
        window_to=newest.submitted_at,
        evidence=tuple(islice(evidence, MAX_EVIDENCE)),
    )


def _same(fresh: Alert, *, existing: Iterable[Alert]) -> Alert | None:
    """Return the earlier alert of the same episode: of the same id, else the oldest that overlaps it; None where there is none."""

    def subject(alert: Alert) -> tuple[str, str, str]:
        return (alert.rule_id, alert.issue_kind.value, alert.issue_id)

    overlapping = [
        alert
        for alert in existing
        if alert.id == fresh.id
        or (subject(alert) == subject(fresh) and alert.window_from <= fresh.window_to and fresh.window_from <= alert.window_to)
    ]
    return min(overlapping, key=lambda alert: (alert.id != fresh.id, alert.window_from, alert.id), default=None)


def _extended(earlier: Alert, *, fresh: Alert) -> Alert:
    """Return the earlier alert with the episode's figures; what people wrote on it stays."""
    return fresh.model_copy(
        update={
            "id": earlier.id,
            "state": earlier.state,
            "note": earlier.note,
            "changed_by": earlier.changed_by,
            "changed_at": earlier.changed_at,
        }
    )
