"""Topic tags: a topic made a tag of a user's own, or taken in by one; what such a tag is learnt from.

No sentence is copied: a tag in a topic's place is learnt from the topic's most typical sentences as they are at that time, so that what
is erased, moved or undone is no example any more.
"""

from pipelines.own_taxonomies import MAX_NAME_CHARS, MOST_TAGS, NAMED_SO, can_be_named
from pipelines.topic_changes import tag_instead
from pipelines.topic_editing import Build
from voc.errors import InputError
from voc.store import Unit
from voc.taxonomy import Bilingual, Tag, Taxonomy
from voc.topics import Topic, TopicChange


def promoted(taxonomy: str, tag: str, *, name: str | None, shipped: Taxonomy) -> Build:
    """Make a topic a new tag of an own taxonomy, which is made too where there is none of the name."""
    place, wanted, said = (" ".join(text.split()) for text in (taxonomy, tag, name or tag))
    if not can_be_named(place) or not can_be_named(wanted):
        raise InputError(NAMED_SO, problem="bad_tag_name", field="tag" if can_be_named(place) else "taxonomy", limit=MAX_NAME_CHARS)
    if not 0 < len(said) <= MAX_NAME_CHARS:
        message = f"What a tag is called has 1 to {MAX_NAME_CHARS} characters."
        raise InputError(message, problem="bad_tag_name", field="name", limit=MAX_NAME_CHARS)
    if place == shipped.name:
        raise InputError("The shipped taxonomy takes no tags of your own; name another one.", problem="shipped_taxonomy", field="taxonomy")

    def build(unit: Unit, topic: Topic) -> TopicChange:
        known = unit.taxonomies.with_own(shipped)
        if known.tag(wanted) is not None:
            message = "There is such a tag already; let it absorb the topic instead."
            raise InputError(message, problem="tag_is_there", field="tag", tag=wanted)
        mine = next((own for own in unit.taxonomies.find() if own.name == place), None)
        if mine is not None and len(mine.tags) >= MOST_TAGS:
            raise InputError(f"A taxonomy has at most {MOST_TAGS} tags.", problem="too_many", field="taxonomy", limit=MOST_TAGS)
        level = Bilingual(en=said, ja=said)
        return tag_instead(topic, taxonomy=place, tag=Tag(id=wanted, large=level, middle=level, small=level), made=True)

    return build


def absorbed(taxonomy: str, tag: str) -> Build:
    """Let a tag of an own taxonomy take a topic in."""

    def build(unit: Unit, topic: Topic) -> TopicChange:
        found = unit.taxonomies.get(taxonomy).tag(tag)
        if found is None:
            raise InputError("The taxonomy has no such tag; promote the topic to make it.", problem="no_such_tag", field="tag", tag=tag)
        return tag_instead(topic, taxonomy=taxonomy, tag=found, made=False)

    return build
