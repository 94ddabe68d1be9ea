"""Topics in the store: runs, topics and which sentence belongs to which."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from voc.store.enrichments import sentence_id, split_sentence_id
from voc.store.feedback import insert_or_ignore
from voc.store.rows import table
from voc.store.tables import TopicAssignmentRow, TopicRow, TopicRunRow
from voc.topics import Topic, TopicAssignment, TopicRun

RUNS = table(TopicRunRow)
TOPICS = table(TopicRow)
ASSIGNMENTS = table(TopicAssignmentRow)


class TopicStore:
    """Discovery results inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, run: TopicRun, *, now: datetime) -> bool:
        """Keep a run and its topics, not yet current; return False where the run is the current one already.

        Its assignments follow by ``assign`` in transactions of their own, so that intake need not wait for thousands of rows;
        ``make_current`` ends it. A run that was stopped between is completed by doing the same again.
        """
        known = self._connection.execute(select(RUNS.c.current).where(RUNS.c.id == run.id)).one_or_none()
        if known is not None:
            return not known.current
        assigned = sum(assignment.topic_id is not None for assignment in run.assignments)
        row = {
            "id": run.id,
            "model_version": run.model_version,
            "parameters": run.parameters,
            "assigned": assigned,
            "unassigned": len(run.assignments) - assigned,
            "finished_at": now,
            "current": False,
        }
        self._connection.execute(insert(RUNS), [row])
        if run.topics:
            self._connection.execute(insert(TOPICS), [topic.model_dump() | {"run_id": run.id} for topic in run.topics])
        return True

    def assign(self, run_id: str, assignments: Sequence[TopicAssignment]) -> None:
        """Keep some of a run's assignments; those that are there already are left alone."""
        rows = [_assignment_row(run_id, assignment) for assignment in assignments]
        if rows:
            self._connection.execute(insert_or_ignore(self._connection, ASSIGNMENTS), rows)

    def make_current(self, run_id: str) -> None:
        """Let everything that asks for topics see this run from now on."""
        self._connection.execute(update(RUNS).where(RUNS.c.current, RUNS.c.id != run_id).values(current=False))
        self._connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(current=True))

    def current_run(self) -> dict[str, Any] | None:
        """Return id, model version, counts and time of the current run, or None."""
        row = self._connection.execute(select(RUNS).where(RUNS.c.current)).one_or_none()
        return None if row is None else dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name

    def find(self) -> list[Topic]:
        """Return the topics of the current run, largest first."""
        query = select(TOPICS).join(RUNS, RUNS.c.id == TOPICS.c.run_id).where(RUNS.c.current)
        return [_topic(row) for row in self._connection.execute(query.order_by(TOPICS.c.size.desc(), TOPICS.c.id))]

    def get(self, topic_id: str) -> Topic | None:
        """Return a topic of the current run, or None."""
        query = select(TOPICS).join(RUNS, RUNS.c.id == TOPICS.c.run_id).where(RUNS.c.current, TOPICS.c.id == topic_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _topic(row)

    def of_feedback(self, feedback_ids: Sequence[str]) -> dict[str, str | None]:
        """Return the current topic of every sentence of the comments, by sentence id; None where none is near enough."""
        query = select(ASSIGNMENTS).join(RUNS, RUNS.c.id == ASSIGNMENTS.c.run_id).where(RUNS.c.current)
        rows = self._connection.execute(query.where(ASSIGNMENTS.c.feedback_id.in_(list(feedback_ids))))
        return {sentence_id(row.feedback_id, row.position): row.topic_id for row in rows}

    def unassigned_share(self) -> float | None:
        """Return the share of sentences of the current run that belong to no topic, 0…1; None without a run."""
        run = self.current_run()
        if run is None or not run["assigned"] + run["unassigned"]:
            return None
        return float(run["unassigned"]) / float(run["assigned"] + run["unassigned"])

    def nearest(self, topic_id: str, *, limit: int) -> list[str]:
        """Return sentence ids of a topic, most typical first."""
        query = select(ASSIGNMENTS).join(RUNS, RUNS.c.id == ASSIGNMENTS.c.run_id).where(RUNS.c.current)
        query = query.where(ASSIGNMENTS.c.topic_id == topic_id).order_by(ASSIGNMENTS.c.similarity.desc(), ASSIGNMENTS.c.feedback_id)
        return [sentence_id(row.feedback_id, row.position) for row in self._connection.execute(query.limit(limit))]

    def count_runs(self) -> int:
        """Return how many runs are kept."""
        return int(self._connection.execute(select(func.count()).select_from(RUNS)).scalar_one())


def _topic(row: Any) -> Topic:
    return Topic(**{name: row._mapping[name] for name in Topic.model_fields})  # noqa: SLF001  # SQLAlchemy's public name


def _assignment_row(run_id: str, assignment: TopicAssignment) -> dict[str, Any]:
    feedback_id, position = split_sentence_id(assignment.sentence_id)
    return {
        "run_id": run_id,
        "feedback_id": feedback_id,
        "position": position,
        "topic_id": assignment.topic_id,
        "similarity": assignment.similarity,
    }
