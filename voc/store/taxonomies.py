"""Users' own taxonomies in the store, and what was learnt for them and for the shipped one; at most one of either kind is active."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from voc.errors import NotFoundError
from voc.store.feedback import chunks
from voc.store.rows import table
from voc.store.tables import LearntTagsRow, TagCorrectionRow, TaxonomyRow, TopicAssignmentRow, TopicRow
from voc.tag_learning import LearntTags, TagQuality
from voc.taxonomy import SHIPPED_NAME, Tag, Taxonomy
from voc.topics import TopicState

TAXONOMIES = table(TaxonomyRow)
TOPICS = table(TopicRow)
ASSIGNMENTS = table(TopicAssignmentRow)
LEARNT = table(LearntTagsRow)
CORRECTIONS = table(TagCorrectionRow)


class TaxonomyStore:
    """Taxonomies and what was learnt inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, taxonomy: Taxonomy, *, now: datetime) -> bool:
        """Keep a taxonomy in the place of an earlier one of its name, with the tags that stand for topics; return whether it is new."""
        taxonomy = taxonomy.model_copy(update={"tags": (*taxonomy.tags, *self._for_topics(taxonomy))})
        gone = self._connection.execute(delete(TAXONOMIES).where(TAXONOMIES.c.name == taxonomy.name))
        row = {"name": taxonomy.name, "content": taxonomy.model_dump(mode="json"), "imported_at": now}
        self._connection.execute(insert(TAXONOMIES), [row])
        return gone.rowcount == 0

    def add_tag(self, name: str, tag: Tag, *, now: datetime) -> None:
        """Add a tag to a taxonomy; where there is none of the name, it is made."""
        mine = next((own for own in self.find() if own.name == name), Taxonomy(name=name, version="1", tags=()))
        self.put(mine.model_copy(update={"tags": (*mine.tags, tag)}), now=now)

    def drop_tag(self, name: str, tag: Tag) -> None:
        """Take a tag out of a taxonomy unless it was changed since; a taxonomy without tags goes."""
        mine = next((own for own in self.find() if own.name == name), None)
        if mine is None or tag not in mine.tags:
            return
        left = mine.model_copy(update={"tags": tuple(one for one in mine.tags if one != tag)})
        here = TAXONOMIES.c.name == name
        if left.tags:
            self._connection.execute(update(TAXONOMIES).where(here).values(content=left.model_dump(mode="json")))
        else:
            self._connection.execute(delete(TAXONOMIES).where(here))

    def find(self) -> list[Taxonomy]:
        """Return all own taxonomies by name."""
        rows = self._connection.execute(select(TAXONOMIES.c.content).order_by(TAXONOMIES.c.name))
        return [Taxonomy.model_validate(row.content) for row in rows]

    def with_own(self, shipped: Taxonomy) -> Taxonomy:
        """Return the shipped taxonomy with the tags of all own ones before its own.

        A shipped tag's id stays the shipped tag's; of an id in several own ones the first by the taxonomy's name counts.
        """
        own: dict[str, Tag] = {}
        for taxonomy in self.find():
            for tag in taxonomy.tags:
                if shipped.tag(tag.id) is None:
                    own.setdefault(tag.id, tag)
        return shipped.model_copy(update={"tags": (*own.values(), *shipped.tags)}) if own else shipped

    def get(self, name: str) -> Taxonomy:
        """Return a user's taxonomy.

        Raises
        ------
        NotFoundError
            If there is none of the name.
        """
        row = self._connection.execute(select(TAXONOMIES.c.content).where(TAXONOMIES.c.name == name)).one_or_none()
        if row is None:
            raise NotFoundError(taxonomy=name)
        return Taxonomy.model_validate(row.content)

    def _for_topics(self, taxonomy: Taxonomy) -> list[Tag]:
        """Return the tags that stand in a topic's place and that the taxonomy does not bring along."""
        query = select(TOPICS.c.tag).where(TOPICS.c.taxonomy == taxonomy.name, TOPICS.c.state == TopicState.TAGGED.value)
        linked = {row.tag for row in self._connection.execute(query)}
        before = next((own for own in self.find() if own.name == taxonomy.name), None)
        return [] if before is None else [tag for tag in before.tags if tag.id in linked and taxonomy.tag(tag.id) is None]

    def activate(self, learnt: LearntTags, *, now: datetime) -> None:
        """Keep what was learnt in the place of what was learnt before for its taxonomy, and use it, the shipped beside a user's own."""
        shipped = learnt.taxonomy.name == SHIPPED_NAME
        same_kind = LEARNT.c.taxonomy == SHIPPED_NAME if shipped else LEARNT.c.taxonomy != SHIPPED_NAME
        self._connection.execute(update(LEARNT).where(same_kind).values(active=False))
        self.forget(learnt.taxonomy.name)
        row = {
            "taxonomy": learnt.taxonomy.name,
            "version": learnt.version,
            "encoder": learnt.encoder,
            "content": learnt.taxonomy.model_dump(mode="json"),
            "weights": learnt.weights,
            "config": learnt.config,
            "quality": [tag.model_dump(mode="json") for tag in learnt.quality],
            "learnt_at": now,
            "active": True,
        }
        self._connection.execute(insert(LEARNT), [row])

    def forget(self, name: str) -> bool:
        """Forget what was learnt for a taxonomy; return whether anything was. The taxonomy and the corrections stay."""
        return self._connection.execute(delete(LEARNT).where(LEARNT.c.taxonomy == name)).rowcount > 0

    def active(self) -> tuple[LearntTags, ...]:
        """Return what is in use: learnt for the shipped taxonomy, then for a user's own."""
        return tuple(sorted(map(_learnt, self._connection.execute(select(LEARNT).where(LEARNT.c.active))), key=_shipped_first))

    def revision(self) -> tuple[object, ...]:
        """Return what changes whenever a taxonomy is brought in, changed, learnt or forgotten."""
        row = self._connection.execute(select(func.count(), func.max(TAXONOMIES.c.imported_at)).select_from(TAXONOMIES)).one()
        return (*row, *self.active_stamps())

    def active_stamps(self) -> tuple[str, ...]:
        """Return ``name-version`` of what is in use, without reading its weights."""
        rows = self._connection.execute(select(LEARNT.c.taxonomy, LEARNT.c.version).where(LEARNT.c.active))
        return tuple(sorted(f"{row.taxonomy}-{row.version}" for row in rows))

    def learnt_from(self, feedback_ids: Sequence[str]) -> list[str]:
        """Return the taxonomies, shipped one included, learnt with people's corrections of these comments or their sentences in a topic."""
        tags: set[str] = set()
        for some in chunks(feedback_ids):
            linked = select(TOPICS.c.tag).join(ASSIGNMENTS, ASSIGNMENTS.c.topic_id == TOPICS.c.id)
            linked = linked.where(TOPICS.c.tag.is_not(None), ASSIGNMENTS.c.feedback_id.in_(some))
            tags |= set(self._connection.execute(linked).scalars())
            tags |= set(self._connection.execute(select(CORRECTIONS.c.tag).where(CORRECTIONS.c.feedback_id.in_(some))).scalars())
        learnt = self._connection.execute(select(LEARNT.c.taxonomy, LEARNT.c.content)).all()
        return sorted({row.taxonomy for row in learnt if any(tag["id"] in tags for tag in row.content["tags"])})

    def forget_older(self, names: Sequence[str]) -> None:
        """Forget what was once learnt for these taxonomies and is not in use."""
        self._connection.execute(delete(LEARNT).where(LEARNT.c.taxonomy.in_(names), LEARNT.c.active.is_(False)))

    def learnt(self, name: str) -> tuple[LearntTags, datetime] | None:
        """Return what was learnt last for a taxonomy, and when."""
        query = select(LEARNT).where(LEARNT.c.taxonomy == name).order_by(LEARNT.c.learnt_at.desc()).limit(1)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else (_learnt(row), row.learnt_at)


def _shipped_first(learnt: LearntTags) -> bool:
    return learnt.taxonomy.name != SHIPPED_NAME


def _learnt(row: Any) -> LearntTags:
    return LearntTags(
        taxonomy=Taxonomy.model_validate(row.content),
        version=row.version,
        encoder=row.encoder,
        weights=bytes(row.weights),
        config=row.config,
        quality=tuple(TagQuality(**tag) for tag in row.quality),
    )
