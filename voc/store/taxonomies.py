"""Users' own taxonomies in the store, and what was learnt for them and for the shipped one; at most one of either kind is active."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from voc.errors import NotFoundError
from voc.store.feedback import chunks
from voc.store.rows import table
from voc.store.tables import LearntTagsRow, TagCorrectionRow, TaxonomyRow
from voc.tag_learning import LearntTags, TagQuality
from voc.taxonomy import SHIPPED_NAME, Taxonomy

TAXONOMIES = table(TaxonomyRow)
LEARNT = table(LearntTagsRow)
CORRECTIONS = table(TagCorrectionRow)


class TaxonomyStore:
    """Taxonomies and what was learnt inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, taxonomy: Taxonomy, *, now: datetime) -> bool:
        """Keep a taxonomy in the place of an earlier one of its name; return whether it is new."""
        gone = self._connection.execute(delete(TAXONOMIES).where(TAXONOMIES.c.name == taxonomy.name))
        row = {"name": taxonomy.name, "content": taxonomy.model_dump(mode="json"), "imported_at": now}
        self._connection.execute(insert(TAXONOMIES), [row])
        return gone.rowcount == 0

    def find(self) -> list[Taxonomy]:
        """Return all own taxonomies by name."""
        rows = self._connection.execute(select(TAXONOMIES.c.content).order_by(TAXONOMIES.c.name))
        return [Taxonomy.model_validate(row.content) for row in rows]

    def with_own(self, shipped: Taxonomy) -> Taxonomy:
        """Return the shipped taxonomy with the tags of all own ones before its own; a shipped tag's id stays the shipped tag's."""
        own = [tag for taxonomy in self.find() for tag in taxonomy.tags if shipped.tag(tag.id) is None]
        return shipped.model_copy(update={"tags": (*own, *shipped.tags)}) if own else shipped

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

    def active_stamps(self) -> tuple[str, ...]:
        """Return ``name-version`` of what is in use, without reading its weights."""
        rows = self._connection.execute(select(LEARNT.c.taxonomy, LEARNT.c.version).where(LEARNT.c.active))
        return tuple(sorted(f"{row.taxonomy}-{row.version}" for row in rows))

    def learnt_from(self, feedback_ids: Sequence[str]) -> list[str]:
        """Return the taxonomies, the shipped one among them, that were learnt with people's corrections of these comments."""
        tags: set[str] = set()
        for some in chunks(feedback_ids):
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
