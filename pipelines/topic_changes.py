"""Topic changes: what people do to topics, as values: the topics before and after and the sentences that move. Nothing is written here.

Invariants: no sentence is lost (a move names where it comes from and goes to); a topic's id never changes; lineage has no circles: a merged
topic can neither be merged into nor split, and a topic never takes in one it came from itself.
"""

from collections.abc import Mapping, Sequence
from unicodedata import category

from voc.errors import InputError
from voc.ids import derived_id
from voc.taxonomy import Tag
from voc.topics import ChangeKind, Move, Proposal, ProposalKind, ProposedPart, TagPlace, Topic, TopicChange, TopicGroup, TopicState

LONGEST_NAME = 120
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
"""Categories of characters that nobody sees, which could hide a name or turn what stands beside it."""
MOST_TAG_EXAMPLES = 50
"""Sentences of a topic that a tag in its place is learnt from: the most typical ones."""


def rename(topic: Topic, name: str, *, by: str) -> TopicChange:
    """Give a topic a name of a person's; no fit changes it."""
    return _of_one(ChangeKind.RENAME, topic, topic.model_copy(update={"name": _good_name(name), "names": {}, "named_by": by}))


def regroup(topic: Topic, group: TopicGroup, *, made: bool = False) -> TopicChange:
    """Put a topic into a group, which is made by it where it is new; no fit moves the topic again."""
    _must_stand(topic)
    change = _of_one(ChangeKind.REGROUP, topic, topic.model_copy(update={"group_id": group.id, "group_by_person": True}))
    return change.model_copy(update={"groups_after": (group,)}) if made else change


def new_group(topic: Topic, name: str, *, by: str) -> TopicGroup:
    """Return a group of a person's own making, for this topic first."""
    wanted = _good_name(name)
    return TopicGroup(id=derived_id("tg", topic.id, wanted), name=wanted, named_by=by)


def rename_group(group: TopicGroup, name: str, *, by: str) -> TopicChange:
    """Give a group a name of a person's; no fit changes it."""
    after = group.model_copy(update={"name": _good_name(name), "names": {}, "named_by": by})
    if after == group:
        raise InputError("The group is already called so.", problem="already_so", group_id=group.id)
    return TopicChange(kind=ChangeKind.RENAME_GROUP, groups_before=(group,), groups_after=(after,))


def pin(topic: Topic, *, pinned: bool) -> TopicChange:
    """Let fits propose nothing about a topic, or let them again."""
    return _of_one(ChangeKind.PIN, topic, topic.model_copy(update={"pinned": pinned}))


def tag_instead(topic: Topic, *, taxonomy: str, tag: Tag, made: bool) -> TopicChange:
    """Let a tag stand in a topic's place: the topic is no issue any more, its most typical sentences become examples of the tag."""
    _must_stand(topic)
    if topic.state is TopicState.TAGGED:
        raise InputError("A tag stands in the topic's place already.", problem="already_so", topic_id=topic.id, tag=topic.tag)
    if not topic.size:
        raise InputError("The topic has no sentences to learn from.", problem="no_sentence", topic_id=topic.id)
    place = TagPlace(taxonomy=taxonomy, tag=tag, made=made, examples=min(topic.size, MOST_TAG_EXAMPLES))
    after = topic.model_copy(update={"state": TopicState.TAGGED, "taxonomy": taxonomy, "tag": tag.id})
    return _of_one(ChangeKind.PROMOTE if made else ChangeKind.ABSORB, topic, after).model_copy(update={"tag": place})


def exclude(topic: Topic, *, excluded: bool) -> TopicChange:
    """Hide a topic: it keeps taking in its sentences, but is no issue; or show it again."""
    _must_stand(topic)
    if topic.state in (TopicState.RETIRED, TopicState.TAGGED):
        raise InputError(f"A {topic.state.value} topic is no issue already.", problem="already_so", topic_id=topic.id)
    state = TopicState.EXCLUDED if excluded else TopicState.ACTIVE
    return _of_one(ChangeKind.EXCLUDE, topic, topic.model_copy(update={"state": state}))


def retire(topic: Topic) -> TopicChange:
    """Let a topic take in no more sentences; those it has stay with it."""
    _must_stand(topic)
    return _of_one(ChangeKind.RETIRE, topic, topic.model_copy(update={"state": TopicState.RETIRED}))


def merge(into: Topic, others: Sequence[Topic], *, members: Mapping[str, Sequence[str]], topics: Mapping[str, Topic]) -> TopicChange:
    """Bring the sentences of ``others`` into ``into``; ``members`` are the sentence ids of each topic, ``topics`` all there are."""
    if not others or len({into.id, *(topic.id for topic in others)}) <= len(others):
        raise InputError("A topic is merged with one or more other ones.", problem="not_another", field="topic_ids")
    for topic in (into, *others):
        _must_stand(topic)
    origins = _origins(into, topics)
    for topic in others:
        if topic.id in origins:
            message = "The topic came from the other one: let that one take it in."
            raise InputError(message, problem="came_from_it", topic_id=into.id, instead=topic.id)
    moves = tuple(Move(sentence_id=s, from_topic=topic.id, to_topic=into.id) for topic in others for s in members.get(topic.id, ()))
    gone = tuple(topic.model_copy(update={"state": TopicState.MERGED, "merged_into": into.id, "size": 0}) for topic in others)
    kept = into.model_copy(update={"size": into.size + len(moves)})
    return TopicChange(kind=ChangeKind.MERGE, before=(into, *others), after=(kept, *gone), moves=moves)


def split(topic: Topic, parts: Sequence[ProposedPart]) -> TopicChange:
    """Let groups of a topic's sentences become topics of their own; the rest keeps the topic's id and name."""
    _must_stand(topic)
    leaving = [sentence for part in parts for sentence in part.sentence_ids]
    if not leaving or len(set(leaving)) < len(leaving) or len(leaving) >= topic.size:
        message = "A split takes some of a topic's sentences, each once, and leaves others."
        raise InputError(message, problem="not_some", field="sentence_ids")
    made = tuple(
        part.topic.model_copy(
            update={"parents": (topic.id,), "size": len(part.sentence_ids), "state": TopicState.ACTIVE, "taxonomy": None, "tag": None}
        )
        for part in parts
    )
    moves = tuple(Move(sentence_id=s, from_topic=topic.id, to_topic=part.topic.id) for part in parts for s in part.sentence_ids)
    kept = topic.model_copy(update={"size": topic.size - len(leaving)})
    return TopicChange(kind=ChangeKind.SPLIT, before=(topic,), after=(kept, *made), moves=moves)


def move(sentence_ids: Sequence[str], to: Topic | None, *, standing: Mapping[str, str | None]) -> TopicChange:
    """Move sentences to a topic, or to none; ``standing`` says where each of them is."""
    if to is not None:
        _must_stand(to)
    goal = to.id if to is not None else None
    if not sentence_ids or any(sentence not in standing for sentence in sentence_ids):
        raise InputError("A sentence to move is not known.", problem="no_sentence", field="sentence_ids")
    moves = [Move(sentence_id=s, from_topic=standing[s], to_topic=goal) for s in dict.fromkeys(sentence_ids) if standing[s] != goal]
    if not moves:
        raise InputError("The sentences are there already.", problem="already_so", field="sentence_ids")
    return TopicChange(kind=ChangeKind.MOVE, moves=tuple(moves))


def leave(sentence_ids: Sequence[str], *, standing: Mapping[str, str | None]) -> TopicChange:
    """Leave sentences that belong to no topic without one: a move to where they are, after which no fit moves them."""
    if not sentence_ids or any(standing.get(sentence, "") is not None for sentence in sentence_ids):
        raise InputError("A sentence to leave without a topic is not known, or has one.", problem="no_sentence", field="sentence_ids")
    moves = tuple(Move(sentence_id=sentence, from_topic=None, to_topic=None) for sentence in dict.fromkeys(sentence_ids))
    return TopicChange(kind=ChangeKind.MOVE, moves=moves)


def accepted(proposal: Proposal, topics: Mapping[str, Topic], *, members: Mapping[str, Sequence[str]]) -> TopicChange:
    """Return what a proposal does when it is accepted; ``topics`` are all there are.

    Of topics to merge the first takes the others in, unless it came from one of them: then that one does.
    ``members`` holds the ids of each topic, and under "" those of none; sentences that are not among them stay where they are.
    """
    concerned = [topics[name] for name in proposal.topic_ids]
    if proposal.kind is ProposalKind.MERGE:
        into = next(one for one in concerned if not _origins(one, topics) & set(proposal.topic_ids))
        return merge(into, [one for one in concerned if one is not into], members=members, topics=topics)
    if proposal.kind is ProposalKind.RETIRE:
        return retire(concerned[0])
    if proposal.kind is ProposalKind.SPLIT:
        still = set(members[concerned[0].id])
        parts = [part.model_copy(update={"sentence_ids": tuple(s for s in part.sentence_ids if s in still)}) for part in proposal.parts]
        return split(concerned[0], [part for part in parts if part.sentence_ids])
    part = proposal.parts[0]
    where = {sentence: name or None for name, ids in members.items() for sentence in ids}
    moves = tuple(Move(sentence_id=s, from_topic=where[s], to_topic=part.topic.id) for s in part.sentence_ids if s in where)
    if not moves:
        raise InputError("All sentences of the proposal have been moved or are gone.", problem="no_sentence", proposal=proposal.id)
    return TopicChange(kind=ChangeKind.NEW, after=(part.topic.model_copy(update={"size": len(moves)}),), moves=moves)


def own_part(topic: Topic, sentence_ids: Sequence[str], *, name: str, by: str) -> ProposedPart:
    """Return the part a person cuts out of a topic by hand; its keywords and examples are found at the next fit."""
    wanted = _good_name(name)
    ids = tuple(dict.fromkeys(sentence_ids))
    made = topic.model_copy(
        update={
            "id": derived_id("tp", topic.id, *sorted(ids)), "name": wanted, "names": {}, "named_by": by, "keywords": (),
            "example_ids": ids[:5], "pinned": False, "merged_into": None,
        }
    )  # fmt: skip
    return ProposedPart(topic=made, sentence_ids=ids)


def _good_name(name: str) -> str:
    wanted = " ".join("".join(char for char in name if char.isspace() or category(char) not in UNSEEN).split())
    if not 0 < len(wanted) <= LONGEST_NAME:
        raise InputError(f"A name has 1 to {LONGEST_NAME} characters.", problem="bad_name", field="name")
    return wanted


def _of_one(kind: ChangeKind, before: Topic, after: Topic) -> TopicChange:
    if before == after:
        raise InputError("The topic is already so.", problem="already_so", topic_id=before.id)
    return TopicChange(kind=kind, before=(before,), after=(after,))


def _origins(topic: Topic, topics: Mapping[str, Topic]) -> set[str]:
    """Return the ids of the topics this one came from, in however many steps, and of those they were merged into."""
    found: set[str] = set()
    ahead = [topic]
    while ahead:
        one = ahead.pop()
        fresh = {*one.parents, *([one.merged_into] if one.merged_into else [])} - found
        found |= fresh
        ahead += [topics[name] for name in fresh if name in topics]
    return found


def _must_stand(topic: Topic) -> None:
    if topic.state is TopicState.MERGED:
        raise InputError("The topic was merged into another one.", problem="merged", topic_id=topic.id, merged_into=topic.merged_into)
