"""Taxonomy: a curated, versioned tree of tags in three levels (大・中・小分類), in Japanese and English."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import model_validator

from voc.values import Value

SHIPPED = Path(__file__).parent / "taxonomies" / "cx.yaml"
SHIPPED_NAME = "cx"
"""Name of the shipped taxonomy; no other has it."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml, where PyYAML was built with it, reads the shipped file in a tenth of the time."""


class Bilingual(Value):
    """A text in both languages; written as one text where it is the same in both."""

    en: str
    ja: str

    @model_validator(mode="before")
    @classmethod
    def _same_in_both(cls, value: Any) -> Any:
        return {"en": value, "ja": value} if isinstance(value, str) else value

    def in_language(self, language: str) -> str:
        """Return the text for a reader of the language; English where it is neither."""
        return self.ja if language == "ja" else self.en


class BilingualList(Value):
    """A list of texts for each language; written as one list where the language does not matter."""

    en: tuple[str, ...] = ()
    ja: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _same_in_both(cls, value: Any) -> Any:
        return {"en": value, "ja": value} if isinstance(value, list | tuple) else value


class Tag(Value):
    """A leaf of the taxonomy."""

    id: str
    large: Bilingual
    middle: Bilingual
    small: Bilingual
    definition: Bilingual = Bilingual(en="", ja="")
    keywords: BilingualList = BilingualList()
    examples: BilingualList = BilingualList()

    @property
    def said(self) -> tuple[str, ...]:
        """Return its name and definition in both languages, each text once; underscores of a label are spaces."""
        told = (self.small.en, self.small.ja, self.definition.en, self.definition.ja)
        return tuple(dict.fromkeys(text for text in (one.replace("_", " ").strip() for one in told) if text))


class Aspect(Value):
    """A large group (大分類) with the ids of its tags, at least two: one alone says it itself."""

    id: str
    name: Bilingual
    tags: tuple[str, ...]


class Taxonomy(Value):
    """All tags of one version."""

    name: str
    version: str
    tags: tuple[Tag, ...]

    def tag(self, tag_id: str) -> Tag | None:
        """Return the tag with the id, or None."""
        return next((tag for tag in self.tags if tag.id == tag_id), None)

    def aspects(self) -> tuple[Aspect, ...]:
        """Return the large groups of two tags and more, in their order.

        Groups of several taxonomies whose English names differ in signs and case alone are one; a name without any letter or digit is none.
        """
        groups: dict[str, list[Tag]] = {}
        for tag in self.tags:
            groups.setdefault(_aspect_id(tag.large.en), []).append(tag)
        told = {name: tags for name, tags in groups.items() if name and len(tags) > 1}
        return tuple(Aspect(id=name, name=tags[0].large, tags=tuple(tag.id for tag in tags)) for name, tags in told.items())


def _aspect_id(name: str) -> str:
    """Return a name as an address can hold it.

    >>> _aspect_id("Billing & price"), _aspect_id("請求・料金")
    ('billing-price', '請求-料金')
    """
    return "-".join("".join(char if char.isalnum() else " " for char in name.casefold()).split())


def by_large(tags: Iterable[Tag], *, language: str) -> dict[str, list[Tag]]:
    """Return tags by the name of their large group (大分類), as a reader of the language sees it, in their order."""
    groups: dict[str, list[Tag]] = {}
    for tag in tags:
        groups.setdefault(tag.large.in_language(language), []).append(tag)
    return groups


def flat_taxonomy(name: str, labels: Iterable[str]) -> Taxonomy:
    """Return a taxonomy whose tags are the labels, each on a branch of its own."""
    named = {label: Bilingual(en=label, ja=label) for label in sorted(labels)}
    tags = tuple(Tag(id=label, large=text, middle=text, small=text) for label, text in named.items())
    return Taxonomy(name=name, version="1", tags=tags)


@cache
def shipped_taxonomy() -> Taxonomy:
    """Return the shipped taxonomy; its file is read once."""
    return load_taxonomy(SHIPPED)


def load_taxonomy(path: Path) -> Taxonomy:
    """Read a taxonomy from a YAML file of the project's own shape."""
    return Taxonomy.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER))  # noqa: S506  # a safe loader, both of them
