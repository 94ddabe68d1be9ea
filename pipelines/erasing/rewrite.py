"""Rewriting rows that outlive a person: JSON and texts lose the ids of the person's comments, their words, and what names them.

Invariants: nothing else of a row changes; a list loses its items, an object that is about one comment of theirs goes whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.erasing.recognise import Recogniser
from pipelines.erasing.topics import name_goes
from voc.topics import ProposalState, Topic

GONE = object()
"""Stands for a value that is taken out."""
ABOUT = ("feedback_id", "sentence_id", "customer_id")
"""An object with one of these is about that comment, sentence or customer."""
WORDS = ("keywords", "examples", "because")
"""Lists of these names hold words of comments: what only the person said goes."""
ERASED_TEXT = "[…]"
"""In the place of a text that named the person."""


@dataclass(frozen=True)
class Rewriting:
    """What is taken out, and what takes its place."""

    who: Recogniser
    dropped_words: frozenset[str] = frozenset()
    """Keywords that too few voices use now."""
    topics: Mapping[str, Topic] = field(default_factory=dict)
    """Topics as they stand now: their names take the place of older ones that go."""

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row without the person; a proposal that loses sentences is left to the next fit."""
        after = {name: self._column(value, of_words=name in WORDS) for name, value in self._of_topic(dict(row)).items()}
        if "parts" in after and after != dict(row) and after["state"] == ProposalState.OPEN.value:
            after["state"] = ProposalState.SUPERSEDED.value
        return after

    def _column(self, value: Any, *, of_words: bool) -> Any:
        if isinstance(value, bytes):
            return value
        changed = self._value(value, of_words=of_words)
        if changed is not GONE:
            return changed
        return type(value)() if isinstance(value, str | list | dict) else None

    def _value(self, value: Any, *, of_words: bool) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [item for item in (self._item(one, of_words=of_words) for one in value) if item is not GONE]
        if isinstance(value, dict):
            return self._object(value, of_words=of_words)
        return value

    def _item(self, value: Any, *, of_words: bool) -> Any:
        if isinstance(value, str) and of_words and (value in self.dropped_words or self.who.is_theirs(value)):
            return GONE
        return self._value(value, of_words=of_words)

    def _text(self, text: str) -> Any:
        if self.who.is_id(text):
            return GONE
        return ERASED_TEXT if self.who.names(text) else text

    def _object(self, value: dict[str, Any], *, of_words: bool) -> Any:
        if any(isinstance(value.get(name), str) and self.who.is_id(value[name]) for name in ABOUT):
            return GONE
        kept = {name: item for name, item in self._of_topic(value).items() if not self.who.is_id(name)}
        changed = {
            name: item if name == "centroid" else self._value(item, of_words=of_words or name in WORDS) for name, item in kept.items()
        }
        return {name: None if item is GONE else item for name, item in changed.items()}

    def _of_names(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return what has names by language without those that go; one of them that was also its name is replaced."""
        names = value.get("names")
        if not isinstance(names, dict):
            return value
        goes = {key for key, name in names.items() if name_goes(str(name["text"]), self.who, self.dropped_words)}
        if not goes:
            return value
        kept = {key: name for key, name in names.items() if key not in goes}
        replaced = any(names[key]["text"] == value.get("name") for key in goes)
        left = next((kept[key]["text"] for key in sorted(kept)), ERASED_TEXT)
        return value | {"names": kept} | ({"name": left} if replaced else {})

    def _of_topic(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return a topic as it once was, a group, or what names one, without names that are the person's words."""
        value = self._of_names(value)
        field = "issue_name" if "issue_name" in value else "name"
        name, topic = value.get(field), self.topics.get(str(value.get("issue_id", value.get("id"))))
        if not isinstance(name, str) or (topic is None and "centroid" not in value):
            return value
        goes = self.who.is_theirs(name) or any(part in self.dropped_words for part in name.split(" · "))
        return value | {field: topic.name if topic is not None else ERASED_TEXT} if goes else value
