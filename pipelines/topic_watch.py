"""Topic watch: which topics emerge, seen once for every day that is over; reads the voices, asks ``pipelines.explain.emerging``."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from pipelines.explain.emerging import NEEDED_DAYS, Said, look
from pipelines.explain.trends import readable
from voc.drivers import IssueKind
from voc.emerging import EmergingLook
from voc.store.enrichments import split_sentence_id
from voc.store.unit import Unit
from voc.topics import Proposal, ProposalKind, ProposalState
from voc.voices import VoiceRow


def last_day(latest: datetime, *, now: datetime) -> date:
    """Return the last day (UTC) that is over and from which on nothing newer was said."""
    return min(latest.astimezone(UTC).date(), now.astimezone(UTC).date() - timedelta(days=1))


def look_is_due(unit: Unit, *, now: datetime) -> bool:
    """Tell whether a day is over that no look took into account."""
    latest, kept = unit.feedback.period()[1], unit.looks.latest()
    return latest is not None and kept is not None and kept.day < last_day(latest, now=now)


def watched(unit: Unit, rows: Sequence[VoiceRow], *, now: datetime, per_week: float) -> EmergingLook | None:
    """Return the look over the voices, oldest first: active topics, and those an open proposal would make. None: nobody has said anything.

    Parameters
    ----------
    per_week
        False alarms a week that are put up with.
    """
    heard = readable(rows)
    if not heard:
        return None
    day = last_day(heard[-1].submitted_at, now=now).toordinal()
    active = {topic.id for topic in unit.topics.find()}
    proposed = {part.topic.id: one for one in _new(unit) for part in one.parts}
    asked: dict[str, list[str]] = defaultdict(list)
    for name, proposal in proposed.items():
        for sentence in {split_sentence_id(s)[0] for part in proposal.parts if part.topic.id == name for s in part.sentence_ids}:
            asked[sentence].append(name)
    spoken: dict[str, list[Said]] = defaultdict(list)
    everyone = []
    prefix = f"{IssueKind.TOPIC.value}:"
    for row in heard:
        said = Said(row.submitted_at.astimezone(UTC).date().toordinal(), row.cluster)
        if said.day <= day - NEEDED_DAYS or said.day > day:
            continue
        everyone.append(said)
        for name in [*(key.removeprefix(prefix) for key in row.issue_keys if key.startswith(prefix)), *asked.get(row.feedback_id, ())]:
            if name in active or name in proposed:
                spoken[name].append(said)
    found = look(spoken, everyone, day=day, per_week=per_week)
    named = {name: proposal.id for name, proposal in proposed.items()}
    marked = tuple(one.model_copy(update={"proposal_id": named.get(one.topic_id)}) for one in found.found)
    return found.model_copy(update={"found": marked})


def _new(unit: Unit) -> list[Proposal]:
    return [one for one in unit.proposals.find(state=ProposalState.OPEN) if one.kind is ProposalKind.NEW]
