"""Enrichments in the store: what each model version said of each comment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, true, tuple_, update

from voc.enrichment import Enrichment
from voc.feedback import Language
from voc.filters import FeedbackFilter
from voc.store import filters
from voc.store.corrections import CorrectionStore
from voc.store.feedback import chunks
from voc.store.rows import enrichment_to_row, row_to_enrichment, row_to_sentence, sentence_to_row, table
from voc.store.search import SearchStore
from voc.store.tables import AttemptRow, EnrichmentRow, FeedbackRow, FeedbackTagRow, SentenceRow, TopicAssignmentRow
from voc.tag_learning import corrected
from voc.topics import TopicSentence

FEEDBACK = table(FeedbackRow)
ENRICHMENTS = table(EnrichmentRow)
SENTENCES = table(SentenceRow)
TAGS = table(FeedbackTagRow)
ATTEMPTS = table(AttemptRow)
ASSIGNMENTS = table(TopicAssignmentRow)
VECTOR_TYPE = np.dtype("<f2")


def sentence_id(feedback_id: str, position: int) -> str:
    """Return the id of a sentence."""
    return f"{feedback_id}.{position}"


def split_sentence_id(identifier: str) -> tuple[str, int]:
    """Return feedback id and position of a sentence id."""
    feedback_id, _, position = identifier.rpartition(".")
    return feedback_id, int(position)


class EnrichmentStore:
    """Results of the models inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, results: Sequence[Enrichment], *, now: datetime) -> None:
        """Keep results and take their comments off the work list, in one transaction.

        A second result of the same models is not kept: the one on record stands again where another model's stood since.
        """
        if not results:
            return
        fresh = self._fresh(results)
        if fresh:
            self._connection.execute(insert(ENRICHMENTS), [enrichment_to_row(result) | {"computed_at": now} for result in fresh])
        sentences = [sentence_to_row(result, sentence) for result in fresh for sentence in result.sentences]
        if sentences:
            self._connection.execute(insert(SENTENCES), sentences)
        self._put_tags(results)
        SearchStore(self._connection).put({result.feedback_id: result.words for result in results})
        version = results[0].model.version
        for some in chunks([result.feedback_id for result in results]):
            self._connection.execute(update(FEEDBACK).where(FEEDBACK.c.id.in_(some)).values(handled_version=version))
            self._connection.execute(
                delete(ATTEMPTS).where(ATTEMPTS.c.feedback_id.in_(some), ATTEMPTS.c.model_version == version)
            )

    def _put_tags(self, results: Sequence[Enrichment]) -> None:
        """Keep what filters and counts read of the tags, as people corrected them."""
        ids, version = [result.feedback_id for result in results], results[0].model.version
        said = CorrectionStore(self._connection).standing(ids)
        for some in chunks(ids):
            self._connection.execute(delete(TAGS).where(TAGS.c.feedback_id.in_(some), TAGS.c.model_version == version))
        tags = {
            (result.feedback_id, tag.tag): {"tag": tag.tag, "model_version": version, "feedback_id": result.feedback_id, "score": tag.score}
            for result in results
            for tag in corrected(result.tags, said.get(result.feedback_id, {}))
        }
        if tags:
            self._connection.execute(insert(TAGS), list(tags.values()))

    def get(self, feedback_id: str) -> Enrichment | None:
        """Return the result that stands for the comment, with its sentences, or None."""
        return self.get_many([feedback_id]).get(feedback_id)

    def get_many(self, feedback_ids: Sequence[str]) -> dict[str, Enrichment]:
        """Return the standing results of those comments that have one, their tags as people corrected them."""
        found: dict[str, Enrichment] = {}
        for some in chunks(feedback_ids):
            sentences: dict[str, list[Any]] = {}
            for row in self._connection.execute(_standing_sentences().where(FEEDBACK.c.id.in_(some)).order_by(SENTENCES.c.position)):
                sentences.setdefault(row.feedback_id, []).append(row_to_sentence(row))
            query = select(ENRICHMENTS).join(FEEDBACK, filters.current_enrichment()).where(FEEDBACK.c.id.in_(some))
            said = CorrectionStore(self._connection).standing(some)
            for row in self._connection.execute(query):
                result = row_to_enrichment(row, tuple(sentences.get(row.feedback_id, ())))
                tags = corrected(result.tags, said.get(row.feedback_id, {}))
                found[row.feedback_id] = result.model_copy(update={"tags": tags})
        return found

    def history(self, feedback_id: str) -> list[tuple[str, datetime]]:
        """Return model versions that analysed the comment and when, oldest first."""
        query = select(ENRICHMENTS.c.model_version, ENRICHMENTS.c.computed_at).where(ENRICHMENTS.c.feedback_id == feedback_id)
        return [(row.model_version, row.computed_at) for row in self._connection.execute(query.order_by(ENRICHMENTS.c.computed_at))]

    def count(self, model_version: str) -> int:
        """Return how many comments this model version has analysed and stands for."""
        query = select(func.count()).select_from(ENRICHMENTS).join(FEEDBACK, filters.current_enrichment())
        return int(self._connection.execute(query.where(ENRICHMENTS.c.model_version == model_version)).scalar_one())

    def sentences_for_topics(
        self,
        *,
        encoder: str | None = None,
        unassigned_only: bool = False,
        of_topics: Sequence[str] | None = None,
        without_topic: FeedbackFilter | None = None,
    ) -> list[TopicSentence]:
        """Return every standing sentence that can belong to a topic: no repeats of a voice, no comments without signal.

        ``encoder`` (``name/version``): only sentences with a vector of that encoder, since vectors of two encoders cannot be compared.
        ``unassigned_only``: only those without an assignment, be it to none. ``of_topics``: only those that belong to one of them.
        ``without_topic``: only those that were assigned to none, and not by a person, of comments that match.
        """
        query = (
            select(
                SENTENCES.c.feedback_id,
                SENTENCES.c.position,
                SENTENCES.c.start,
                SENTENCES.c.end,
                SENTENCES.c.vector,
                FEEDBACK.c.verbatim,
                FEEDBACK.c.language,
                FEEDBACK.c.customer_id,
                FEEDBACK.c.submitted_at,
            )
            .join(FEEDBACK, _sentence_stands())
            .where(FEEDBACK.c.duplicate_of.is_(None), FEEDBACK.c.no_signal.is_(False), SENTENCES.c.intent != "no_signal")
            .where(self._of_encoder(encoder))
            .order_by(SENTENCES.c.feedback_id, SENTENCES.c.position)
        )
        mine = (ASSIGNMENTS.c.feedback_id == SENTENCES.c.feedback_id) & (ASSIGNMENTS.c.position == SENTENCES.c.position)
        if unassigned_only:
            query = query.where(~select(ASSIGNMENTS.c.feedback_id).where(mine).exists())
        if of_topics is not None:
            query = query.join(ASSIGNMENTS, mine).where(ASSIGNMENTS.c.topic_id.in_(sorted(of_topics)))
        if without_topic is not None:
            free = ASSIGNMENTS.c.topic_id.is_(None) & ASSIGNMENTS.c.by_person.is_(False)
            query = query.join(ASSIGNMENTS, mine).where(free, *filters.conditions(without_topic))
        return [
            TopicSentence(
                id=sentence_id(row.feedback_id, row.position),
                feedback_id=row.feedback_id,
                text=row.verbatim[row.start : row.end],
                language=Language(row.language),
                voice=row.customer_id or row.feedback_id,
                vector=row.vector,
                submitted_at=row.submitted_at,
            )
            for row in self._connection.execute(query)
        ]

    def count_sentences(self) -> int:
        """Return how many sentences stand."""
        query = select(func.count()).select_from(SENTENCES).join(FEEDBACK, _sentence_stands())
        return int(self._connection.execute(query).scalar_one())

    def sentence_texts(self, sentence_ids: Sequence[str]) -> dict[str, str]:
        """Return the words of the sentences that exist, by sentence id."""
        wanted = set(sentence_ids)
        texts: dict[str, str] = {}
        for some in chunks(sorted({split_sentence_id(identifier)[0] for identifier in wanted})):
            for row in self._connection.execute(_standing_sentences().add_columns(FEEDBACK.c.verbatim).where(FEEDBACK.c.id.in_(some))):
                identifier = sentence_id(row.feedback_id, row.position)
                if identifier in wanted:
                    texts[identifier] = row.verbatim[row.start : row.end]
        return texts

    def vectors(self, *, encoder: str | None = None, of: Sequence[str] | None = None) -> tuple[list[str], np.ndarray]:
        """Return the standing sentences' ids and vectors, shape [n, d], float16, for search by meaning; a comment's stand together.

        Parameters
        ----------
        encoder
            ``name/version``: only vectors of that encoder; without it all must be of one encoder.
        of
            Only of these comments; None for all.
        """
        query = select(SENTENCES.c.feedback_id, SENTENCES.c.position, SENTENCES.c.vector).join(FEEDBACK, _sentence_stands())
        query = query.where(self._of_encoder(encoder)).order_by(SENTENCES.c.feedback_id, SENTENCES.c.position)
        ids: list[str] = []
        buffer = bytearray()
        for part in [query] if of is None else [query.where(SENTENCES.c.feedback_id.in_(some)) for some in chunks(of)]:
            for row in self._connection.execute(part):
                ids.append(sentence_id(row.feedback_id, row.position))
                buffer += row.vector
        return ids, np.frombuffer(buffer, dtype=VECTOR_TYPE).reshape(len(ids), -1 if ids else 0)

    def versions(self) -> list[str]:
        """Return the model versions whose results stand."""
        handled = select(FEEDBACK.c.handled_version).where(FEEDBACK.c.handled_version.is_not(None)).distinct()
        return sorted(self._connection.execute(handled).scalars())

    def results_since(self, moment: datetime) -> list[str]:
        """Return the comment of each result computed after the moment."""
        return list(self._connection.execute(select(ENRICHMENTS.c.feedback_id).where(ENRICHMENTS.c.computed_at > moment)).scalars())

    def freshness(self) -> tuple[int, datetime | None]:
        """Return number of results and the moment of the latest; changes whenever results do."""
        row = self._connection.execute(select(func.count(), func.max(ENRICHMENTS.c.computed_at))).one()
        return row[0], row[1]

    def _of_encoder(self, encoder: str | None) -> ColumnElement[bool]:
        """Return the condition that a sentence's vector comes from the encoder."""
        if encoder is None:
            return true()
        one_each = select(func.min(ENRICHMENTS.c.feedback_id), ENRICHMENTS.c.model_version).group_by(ENRICHMENTS.c.model_version)
        rows = self._connection.execute(
            select(ENRICHMENTS.c.model_version, ENRICHMENTS.c.models).where(
                tuple_(ENRICHMENTS.c.feedback_id, ENRICHMENTS.c.model_version).in_(one_each)
            )
        )
        return SENTENCES.c.model_version.in_([row.model_version for row in rows if row.models.get("encoder") == encoder])

    def _fresh(self, results: Sequence[Enrichment]) -> list[Enrichment]:
        known: set[tuple[str, str]] = set()
        for some in chunks([result.feedback_id for result in results]):
            query = select(ENRICHMENTS.c.feedback_id, ENRICHMENTS.c.model_version).where(ENRICHMENTS.c.feedback_id.in_(some))
            known |= {(row.feedback_id, row.model_version) for row in self._connection.execute(query)}
        there = self._there([result.feedback_id for result in results])
        return [r for r in results if r.feedback_id in there and (r.feedback_id, r.model.version) not in known]

    def _there(self, feedback_ids: Sequence[str]) -> set[str]:
        """Return which of the comments are still here: one may have been erased while the models read it."""
        there: set[str] = set()
        for some in chunks(feedback_ids):
            there |= set(self._connection.execute(select(FEEDBACK.c.id).where(FEEDBACK.c.id.in_(some))).scalars())
        return there


def _sentence_stands() -> Any:
    return and_(SENTENCES.c.feedback_id == FEEDBACK.c.id, SENTENCES.c.model_version == FEEDBACK.c.handled_version)


def _standing_sentences() -> Any:
    return select(SENTENCES).join(FEEDBACK, _sentence_stands())
