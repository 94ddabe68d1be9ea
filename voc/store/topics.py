"""Topics in the store: durable topics, which sentence belongs to which, and the fits. Sizes are counted, never kept."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, select, update

from voc.store.enrichments import EnrichmentStore, sentence_id, split_sentence_id
from voc.store.feedback import chunks, insert_or_replace
from voc.store.rows import table
from voc.store.tables import FeedbackRow, SentenceRow, TopicAssignmentRow, TopicRow, TopicRunRow
from voc.topics import Topic, TopicAssignment, TopicRun, TopicState, Unassigned, name_for

RUNS = table(TopicRunRow)
TOPICS = table(TopicRow)
ASSIGNMENTS = table(TopicAssignmentRow)
SENTENCES = table(SentenceRow)
FEEDBACK = table(FeedbackRow)


class TopicStore:
    """Topics inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_run(self, run: TopicRun, *, encoder: str, now: datetime) -> None:
        """Note a fit: by what, over how many sentences of which encoder; an equal one again only renews its time."""
        row = {
            "id": run.id,
            "model_version": run.model_version,
            "encoder": encoder,
            "parameters": run.parameters,
            "sentences": len(run.assignments),
            "finished_at": now,
        }
        self._connection.execute(insert_or_replace(self._connection, RUNS), [row])

    def current_run(self) -> dict[str, Any] | None:
        """Return id, model version, encoder, parameters, number of sentences and time of the latest fit, or None."""
        row = self._connection.execute(select(RUNS).order_by(RUNS.c.finished_at.desc(), RUNS.c.id).limit(1)).one_or_none()
        return None if row is None else dict(row._mapping)  # noqa: SLF001  # SQLAlchemy's public name

    def put(self, topics: Sequence[Topic]) -> None:
        """Keep topics in the place of earlier ones of their ids."""
        rows = [topic.model_dump(exclude={"size"}) for topic in topics]
        if rows:
            self._connection.execute(insert_or_replace(self._connection, TOPICS), rows)

    def remove(self, topic_ids: Sequence[str]) -> None:
        """Forget topics; their assignments are the caller's to move."""
        for some in chunks(topic_ids):
            self._connection.execute(delete(TOPICS).where(TOPICS.c.id.in_(some)))

    def find(self, *, states: Iterable[TopicState] = (TopicState.ACTIVE,)) -> list[Topic]:
        """Return the topics in these states, largest first."""
        wanted = [state.value for state in states]
        sizes = self._sizes()
        found = [_topic(row, sizes) for row in self._connection.execute(select(TOPICS).where(TOPICS.c.state.in_(wanted)))]
        return sorted(found, key=lambda topic: (-topic.size, topic.id))

    def get(self, topic_id: str) -> Topic | None:
        """Return a topic in whatever state, or None."""
        row = self._connection.execute(select(TOPICS).where(TOPICS.c.id == topic_id)).one_or_none()
        return None if row is None else _topic(row, self._sizes(topic_id))

    def assign(self, assignments: Sequence[TopicAssignment]) -> None:
        """Keep assignments in the place of earlier ones of their sentences."""
        rows = [_assignment_row(assignment) for assignment in assignments]
        if rows:
            self._connection.execute(insert_or_replace(self._connection, ASSIGNMENTS), rows)

    def assignments(self, sentence_ids: Sequence[str] | None = None) -> dict[str, TopicAssignment]:
        """Return the assignments of the sentences, or of all, by sentence id."""
        if sentence_ids is None:
            return {found.sentence_id: found for found in map(_assignment, self._connection.execute(select(ASSIGNMENTS)))}
        wanted, found = set(sentence_ids), {}
        for some in chunks(sorted({split_sentence_id(name)[0] for name in wanted})):
            for row in self._connection.execute(select(ASSIGNMENTS).where(ASSIGNMENTS.c.feedback_id.in_(some))):
                assignment = _assignment(row)
                if assignment.sentence_id in wanted:
                    found[assignment.sentence_id] = assignment
        return found

    def members(self, topic_ids: Sequence[str]) -> dict[str, list[str]]:
        """Return the sentence ids of each topic in a fixed order."""
        found: dict[str, list[str]] = {name: [] for name in topic_ids}
        query = select(ASSIGNMENTS.c.topic_id, ASSIGNMENTS.c.feedback_id, ASSIGNMENTS.c.position)
        query = query.where(ASSIGNMENTS.c.topic_id.in_(list(topic_ids))).order_by(ASSIGNMENTS.c.feedback_id, ASSIGNMENTS.c.position)
        for row in self._connection.execute(query):
            found[row.topic_id].append(sentence_id(row.feedback_id, row.position))
        return found

    def settle(self, sentence_ids: Iterable[str]) -> None:
        """Mark the assignments of the sentences as seen by a fit; what came in while it was computed waits for the next."""
        seen = set(sentence_ids)
        query = select(ASSIGNMENTS.c.feedback_id, ASSIGNMENTS.c.position).where(ASSIGNMENTS.c.settled.is_(False))
        waiting = [row for row in self._connection.execute(query) if sentence_id(row.feedback_id, row.position) in seen]
        mine = and_(ASSIGNMENTS.c.feedback_id == bindparam("of"), ASSIGNMENTS.c.position == bindparam("at"))
        if waiting:
            rows = [{"of": row.feedback_id, "at": row.position} for row in waiting]
            self._connection.execute(update(ASSIGNMENTS).where(mine).values(settled=True), rows)

    def orphans(self) -> list[str]:
        """Return the ids of sentences that have an assignment and are gone."""
        stands = (
            select(SENTENCES.c.feedback_id)
            .join(FEEDBACK, and_(SENTENCES.c.feedback_id == FEEDBACK.c.id, SENTENCES.c.model_version == FEEDBACK.c.handled_version))
            .where(SENTENCES.c.feedback_id == ASSIGNMENTS.c.feedback_id, SENTENCES.c.position == ASSIGNMENTS.c.position)
            .where(FEEDBACK.c.duplicate_of.is_(None), FEEDBACK.c.no_signal.is_(False), SENTENCES.c.intent != "no_signal")
        )
        query = select(ASSIGNMENTS.c.feedback_id, ASSIGNMENTS.c.position).where(~stands.exists())
        return [sentence_id(row.feedback_id, row.position) for row in self._connection.execute(query)]

    def forget(self, sentence_ids: Sequence[str]) -> None:
        """Forget the assignments of the sentences."""
        for feedback_id, position in map(split_sentence_id, sentence_ids):
            mine = and_(ASSIGNMENTS.c.feedback_id == feedback_id, ASSIGNMENTS.c.position == position)
            self._connection.execute(delete(ASSIGNMENTS).where(mine))

    def sentences_of_names(self, language: str) -> dict[str, str]:
        """Return the real sentence that shows each standing topic's name best, for a reader of the language, by topic id."""
        names = {topic.id: name_for(topic.names, language) for topic in self.find()}
        wanted = {key: name.example_id for key, name in names.items() if name is not None and name.example_id is not None}
        texts = EnrichmentStore(self._connection).sentence_texts(sorted(set(wanted.values())))
        return {key: texts[sentence] for key, sentence in wanted.items() if sentence in texts}

    def of_feedback(self, feedback_ids: Sequence[str]) -> dict[str, str | None]:
        """Return the topic of every assigned sentence of the comments, by sentence id; None where none is near enough."""
        found: dict[str, str | None] = {}
        for some in chunks(feedback_ids):
            for row in self._connection.execute(select(ASSIGNMENTS).where(ASSIGNMENTS.c.feedback_id.in_(some))):
                found[sentence_id(row.feedback_id, row.position)] = row.topic_id
        return found

    def count_assigned(self) -> int:
        """Return how many sentences have an assignment, be it to none."""
        return sum(self._sizes().values())

    def unassigned(self) -> Unassigned:
        """Return how many sentences belong to no topic, of how many."""
        sizes = self._sizes()
        return Unassigned(sentences=sum(sizes.values()), without=sizes.get(None, 0))

    def count_left(self) -> int:
        """Return how many sentences a person has left without a topic."""
        left = ASSIGNMENTS.c.topic_id.is_(None) & ASSIGNMENTS.c.by_person
        return int(self._connection.execute(select(func.count()).select_from(ASSIGNMENTS).where(left)).scalar_one())

    def unassigned_comments(self) -> list[str]:
        """Return the ids of the comments with a sentence that belongs to no topic."""
        query = select(ASSIGNMENTS.c.feedback_id).where(ASSIGNMENTS.c.topic_id.is_(None)).distinct().order_by(ASSIGNMENTS.c.feedback_id)
        return list(self._connection.execute(query).scalars())

    def tag_examples(self, taxonomy: str, *, each: int) -> list[tuple[str, str]]:
        """Return tag and words of the most typical sentences of every topic in whose place a tag of the taxonomy stands."""
        linked = select(TOPICS.c.id, TOPICS.c.tag).where(TOPICS.c.taxonomy == taxonomy, TOPICS.c.state == TopicState.TAGGED.value)
        found: list[tuple[str, str]] = []
        for topic in self._connection.execute(linked.order_by(TOPICS.c.id)).all():
            query = (
                select(SENTENCES.c.start, SENTENCES.c.end, FEEDBACK.c.verbatim)
                .join(FEEDBACK, and_(SENTENCES.c.feedback_id == FEEDBACK.c.id, SENTENCES.c.model_version == FEEDBACK.c.handled_version))
                .join(
                    ASSIGNMENTS,
                    and_(ASSIGNMENTS.c.feedback_id == SENTENCES.c.feedback_id, ASSIGNMENTS.c.position == SENTENCES.c.position),
                )
                .where(ASSIGNMENTS.c.topic_id == topic.id)
                .order_by(
                    ASSIGNMENTS.c.by_person.desc(), ASSIGNMENTS.c.similarity.desc(), SENTENCES.c.feedback_id, SENTENCES.c.position
                )
                .limit(each)
            )
            found += [(topic.tag, row.verbatim[row.start : row.end]) for row in self._connection.execute(query)]
        return found

    def _sizes(self, topic_id: str | None = None) -> Mapping[str | None, int]:
        query = select(ASSIGNMENTS.c.topic_id, func.count().label("n")).group_by(ASSIGNMENTS.c.topic_id)
        if topic_id is not None:
            query = query.where(ASSIGNMENTS.c.topic_id == topic_id)
        return {row.topic_id: int(row.n) for row in self._connection.execute(query)}


def _topic(row: Any, sizes: Mapping[str | None, int]) -> Topic:
    return Topic(**dict(row._mapping), size=sizes.get(row.id, 0))  # noqa: SLF001  # SQLAlchemy's public name


def _assignment(row: Any) -> TopicAssignment:
    return TopicAssignment(
        sentence_id=sentence_id(row.feedback_id, row.position),
        topic_id=row.topic_id,
        similarity=row.similarity,
        settled=row.settled,
        by_person=row.by_person,
    )


def _assignment_row(assignment: TopicAssignment) -> dict[str, Any]:
    feedback_id, position = split_sentence_id(assignment.sentence_id)
    return {"feedback_id": feedback_id, "position": position} | assignment.model_dump(exclude={"sentence_id"})
