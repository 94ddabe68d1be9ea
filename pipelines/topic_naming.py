"""Topic naming: gives names to topics and groups that have none in a language yet; a name that stands never changes, whoever gave it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar

from voc.ports import TopicNamer
from voc.topics import Proposal, Topic, TopicGroup, TopicName, TopicSentence

LANGUAGES = ("ja", "en")
Named = TypeVar("Named", Topic, TopicGroup)


def named(
    topics: Sequence[Topic], proposals: Sequence[Proposal], sentences: Sequence[TopicSentence], home: Mapping[str, str], namer: TopicNamer
) -> tuple[list[Topic], list[Proposal]]:
    """Return the topics, and the proposals with the topics they would make, named.

    Parameters
    ----------
    home
        The topic of each sentence that has one, by sentence id.
    """
    parts = {part.topic.id: part for proposal in proposals for part in proposal.parts}
    in_part = {sentence: name for name, part in parts.items() for sentence in part.sentence_ids}
    groups = _by_group(sentences, {**home, **in_part})
    unnamed = [topic.id for topic in topics if _misses_a_name(topic)]
    wanted = [name for name in (*unnamed, *parts) if name in groups]
    if not wanted:
        return list(topics), list(proposals)
    kept = [name.text for topic in topics for name in topic.names.values()] + [topic.name for topic in topics if topic.named_by is not None]
    found = namer.names(groups, wanted=wanted, taken=kept)

    def with_names(topic: Topic) -> Topic:
        return _with_names(topic, found.get(topic.id, {}), groups.get(topic.id, ()))

    def with_parts(proposal: Proposal) -> Proposal:
        renamed = tuple(part.model_copy(update={"topic": with_names(part.topic)}) for part in proposal.parts)
        return proposal.model_copy(update={"parts": renamed})

    return [with_names(topic) for topic in topics], [with_parts(proposal) for proposal in proposals]


def named_groups(
    groups: Sequence[TopicGroup], topics: Sequence[Topic], sentences: Sequence[TopicSentence], home: Mapping[str, str], namer: TopicNamer
) -> list[TopicGroup]:
    """Return the groups, those without a name called by the words that tell them from the others."""
    group_of = {topic.id: topic.group_id for topic in topics if topic.group_id is not None}
    members = _by_group(sentences, {sentence: group_of[topic] for sentence, topic in home.items() if topic in group_of})
    wanted = [group.id for group in groups if group.named_by is None and not group.names and group.id in members]
    if not wanted:
        return list(groups)
    kept = [name.text for group in groups for name in group.names.values()] + [group.name for group in groups if group.named_by is not None]
    found = namer.words(members, wanted=wanted, taken=kept)
    return [_with_names(group, found.get(group.id, {}), members.get(group.id, ())) for group in groups]


def _with_names(one: Named, names: Mapping[str, TopicName], sentences: Sequence[TopicSentence]) -> Named:
    """Return it with the names it lacks; the first it gets in the language of most of its sentences also stands for all others."""
    if not names or one.named_by is not None:
        return one
    told = names.get(_main_language(sentences)) or names[min(names)]
    return one.model_copy(update={"names": {**names, **one.names}, "name": one.name if one.names else told.text})


def _misses_a_name(topic: Topic) -> bool:
    return topic.named_by is None and any(language not in topic.names for language in LANGUAGES)


def _by_group(sentences: Sequence[TopicSentence], group_of: Mapping[str, str]) -> dict[str, list[TopicSentence]]:
    found: dict[str, list[TopicSentence]] = defaultdict(list)
    for sentence in sentences:
        if sentence.id in group_of:
            found[group_of[sentence.id]].append(sentence)
    return dict(found)


def _main_language(sentences: Sequence[TopicSentence]) -> str:
    counts = Counter(sentence.language.value for sentence in sentences)
    return min(counts, key=lambda language: (-counts[language], language))
