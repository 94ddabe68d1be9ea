"""Auditing: which comments to read next, keeping what people say of them, and the figures corrected by it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipelines.explain.audited import audited, population
from pipelines.explain.trends import readable
from voc.audits import AuditAnswer, AuditedTag, rank
from voc.clock import Clock
from voc.drivers import Driver, IssueKind
from voc.errors import InputError, NotFoundError
from voc.feedback import Feedback
from voc.store import Store, Unit
from voc.store.group_commit import GroupCommit
from voc.voices import VoiceRow

SHEET = 20
"""Comments of one sitting: about ten minutes."""
MOST_DRAWN = 100
"""An answer is taken for a comment that stands among so many next ones; others were not drawn by chance."""


@dataclass(frozen=True)
class Drawn:
    """A comment to read, and the tag it was drawn for; None where it was drawn from all comments."""

    feedback: Feedback
    drawn_for: str | None


class Auditing:
    """What people do in audits."""

    def __init__(self, store: Store, commits: GroupCommit, *, clock: Clock) -> None:
        self._store, self._commits, self._clock = store, commits, clock

    def draw(self, *, tag: str | None, limit: int = SHEET) -> list[Drawn]:
        """Return the comments to read next: half of them drawn from all, half from those with the tag; without a tag all from all.

        They come in an order of their own, so that nobody sees from it what the model said.
        """
        with self._store.read() as unit:
            chosen = _draw(unit, tag=tag, limit=limit)
            found = {one.id: one for one in unit.feedback.get_many([name for name, _ in chosen])}
        ordered = sorted(chosen, key=lambda one: hashlib.sha256(one[0].encode()).digest())
        return [Drawn(found[name], drawn_for) for name, drawn_for in ordered if name in found]

    def answer(self, feedback_id: str, *, tags: Sequence[str] | None, drawn_for: str | None, by: str, known: Callable[[str], bool]) -> None:
        """Keep which tags a comment carries; None: the reader cannot tell. A later answer takes the place of an earlier one.

        Raises
        ------
        NotFoundError
            If there is no such comment.
        InputError
            If a tag is not known, or the comment was not drawn.
        """
        unknown = [tag for tag in tags or () if not known(tag)]
        if unknown:
            raise InputError("A tag is not known.", field="tags", unknown=len(unknown))
        with self._store.read() as unit:
            if unit.feedback.get(feedback_id) is None:
                raise NotFoundError(feedback_id=feedback_id)
            before = next((one for one in unit.audits.find() if one.feedback_id == feedback_id), None)
            if before is None and feedback_id not in _order(unit, tag=drawn_for)[:MOST_DRAWN]:
                raise InputError("This comment was not drawn; ask for the next ones.", field="feedback_id")
        drawn_for = before.drawn_for if before is not None else drawn_for
        now = self._clock()
        self._commits.do(lambda unit: unit.audits.put(feedback_id, drawn_for=drawn_for, tags=tags, by=by, now=now))

    def undo(self, feedback_id: str) -> None:
        """Take an answer back; the comment is asked about again.

        Raises
        ------
        NotFoundError
            If there is no answer to take back.
        """
        if not self._commits.do(lambda unit: unit.audits.remove(feedback_id)):
            raise NotFoundError(feedback_id=feedback_id)


def audited_tags(
    unit: Unit, *, rows: Sequence[VoiceRow], drivers: Sequence[Driver] = (), tags: Sequence[str] | None = None
) -> dict[str, AuditedTag]:
    """Return the figures corrected for tagging errors by tag; empty where nobody has audited yet.

    Parameters
    ----------
    rows
        The voices a filter leaves.
    drivers
        Measured associations of tags; each tag's own are corrected.
    tags
        Which tags; None: all that occur.
    """
    answers = unit.audits.find()
    if not answers:
        return {}
    heard = readable(rows)
    corrections = unit.corrections.standing([row.feedback_id for row in heard])
    among = population(heard, predicted=unit.audits.predicted(), answers=answers, corrections=corrections)
    of_tag: dict[str, list[Driver]] = {}
    for driver in drivers:
        if driver.issue.kind is IssueKind.TAG:
            of_tag.setdefault(driver.issue.id, []).append(driver)
    chosen = sorted({tag for _, tag in among.given} | among.known.keys()) if tags is None else tags
    return {tag: audited(tag, among=among, answers=answers, drivers=of_tag.get(tag, ())) for tag in chosen}


def answers_by(answers: Sequence[AuditAnswer], by: str) -> list[AuditAnswer]:
    """Return one person's answers, latest first."""
    return sorted((answer for answer in answers if answer.by == by), key=lambda answer: answer.at, reverse=True)


def _draw(unit: Unit, *, tag: str | None, limit: int) -> list[tuple[str, str | None]]:
    of_all = _order(unit, tag=None)[: limit if tag is None else limit // 2]
    taken = set(of_all)
    of_tag = [] if tag is None else [name for name in _order(unit, tag=tag) if name not in taken][: limit - len(of_all)]
    return [(name, None) for name in of_all] + [(name, tag) for name in of_tag]


def _order(unit: Unit, *, tag: str | None) -> list[str]:
    """Return the comments nobody has answered on, or those of them with the tag, in the order in which they are drawn."""
    done = {answer.feedback_id for answer in unit.audits.find()}
    names = unit.audits.readable() if tag is None else [name for name, tags in unit.audits.predicted().items() if tag in tags]
    return sorted((name for name in names if name not in done), key=rank)
