"""Drill: one issue of a ledger opened: by reason, group, product and release, what its comments scored before and after.

A reason is an issue of the other kind: the topics inside a tag, the tags inside a topic. It is shown where comments about the issue
name it more often than all comments do, so that what everybody speaks of is no reason for anything.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from voc.drivers import Issue, Voice
from voc.ledger import UNNARROWED, DrillKind, DrillLine, DrillPath
from voc.voices import issue_key

MOST_LINES = 6
MIN_REASON = 3
"""Fewer comments about the issue that name a reason: it is not shown."""
MIN_LIFT = 1.5
"""So many times the share of all comments a reason must have among those about the issue."""


Places = Mapping[DrillKind, Mapping[str, str | None]]
"""For product and release, by feedback id, where it is known."""


def narrowed(voices: Sequence[Voice], *, issue: Issue, path: DrillPath, places: Places) -> list[Voice]:
    """Return the comments about the issue that lie on the path."""
    key = issue_key(issue)
    of: dict[DrillKind, Callable[[Voice, str], bool]] = {
        DrillKind.REASON: lambda voice, name: name in voice.issue_keys,
        DrillKind.GROUP: lambda voice, name: voice.segment == name,
        **{kind: partial(_stands, place) for kind, place in places.items()},
    }
    steps = path.steps().items()
    return [voice for voice in voices if key in voice.issue_keys and all(of[kind](voice, name) for kind, name in steps)]


def _stands(place: Mapping[str, str | None], voice: Voice, name: str) -> bool:
    return place.get(voice.feedback_id) == name


def drill_lines(
    issue: Issue,
    *,
    before: Sequence[Voice],
    after: Sequence[Voice],
    others: Sequence[Issue],
    places: Places,
    path: DrillPath = UNNARROWED,
) -> tuple[DrillLine, ...]:
    """Return the lines of an issue's drill, most comments first inside each kind; a kind the path has chosen from has none.

    Parameters
    ----------
    before, after
        All comments with a value on each side.
    others
        Issues of the other kind: possible reasons.
    places
        Where comments belong to.
    path
        What the issue is narrowed to.
    """
    mine = [narrowed(side, issue=issue, path=path, places=places) for side in (before, after)]
    everything = [*before, *after]
    lines = _reasons(mine, others=others, everything=everything)
    lines += _split(DrillKind.GROUP, mine, lambda voice: voice.segment)
    for kind, place in places.items():
        lines += [line for line in _split(kind, mine, _placed(place)) if line.name is not None]
    return tuple(line for line in lines if line.kind not in path.steps())


def _reasons(mine: Sequence[Sequence[Voice]], *, others: Sequence[Issue], everything: Sequence[Voice]) -> list[DrillLine]:
    lines = []
    about = sum(len(side) for side in mine)
    for other in others:
        key = issue_key(other)
        inside = [[voice for voice in side if key in voice.issue_keys] for side in mine]
        count = sum(len(side) for side in inside)
        everywhere = sum(key in voice.issue_keys for voice in everything)
        if count >= MIN_REASON and count * len(everything) >= MIN_LIFT * everywhere * about:
            lines.append(_line(DrillKind.REASON, other.name, *inside, issue=other))
    return _largest(lines)


def _split(kind: DrillKind, mine: Sequence[Sequence[Voice]], of: Callable[[Voice], str | None]) -> list[DrillLine]:
    names = {of(voice) for side in mine for voice in side}
    return _largest([_line(kind, name, *([voice for voice in side if of(voice) == name] for side in mine)) for name in names])


def _placed(place: Mapping[str, str | None]) -> Callable[[Voice], str | None]:
    return lambda voice: place.get(voice.feedback_id)


def _line(kind: DrillKind, name: str | None, before: Sequence[Voice], after: Sequence[Voice], *, issue: Issue | None = None) -> DrillLine:
    return DrillLine(
        kind=kind,
        name=name,
        issue=issue,
        n_before=len(before),
        n_after=len(after),
        value_before=_mean(before),
        value_after=_mean(after),
        evidence=tuple(voice.feedback_id for voice in (*before, *after)),
    )


def _mean(voices: Sequence[Voice]) -> float | None:
    return sum(voice.value for voice in voices) / len(voices) if voices else None


def _largest(lines: Sequence[DrillLine]) -> list[DrillLine]:
    return sorted(lines, key=lambda line: (-(line.n_before + line.n_after), line.name or ""))[:MOST_LINES]
