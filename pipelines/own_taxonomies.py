"""Own taxonomies: reading one from a file or a request, and refusing what is none; learning it is in ``pipelines.lessons``."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unicodedata import category

import yaml
from pydantic import ValidationError

from pipelines.sources.rows import unusable_character
from voc.errors import BadFileError
from voc.taxonomy import SHIPPED_NAME, Bilingual, BilingualList, Tag, Taxonomy

YAML_SUFFIXES = (".yaml", ".yml")
NEEDED = ("tag",)
LANGUAGES = ("", "en", "ja")
CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Classes of characters that no name has: control characters, halves of surrogate pairs, breaks of lines and paragraphs."""
MOST_BYTES = 10_000_000
MOST_TAGS = 1_000
MAX_NAME_CHARS = 200
NAMED_SO = (
    f"Names and ids have 1 to {MAX_NAME_CHARS} characters, no slash, no line break or other control character, "
    "and no space at either end."
)


def read_taxonomy(path: Path, *, name: str | None = None) -> Taxonomy:
    """Read a taxonomy from YAML (the shape of the shipped one) or CSV (tag, large, middle, small, definition, example, language).

    Raises
    ------
    BadFileError
        If the file is too large, of another kind, or does not hold a taxonomy.
    """
    if path.stat().st_size > MOST_BYTES:
        raise BadFileError(f"The file is larger than {MOST_BYTES} bytes.", limit=MOST_BYTES, actual=path.stat().st_size)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFileError("The file is not UTF-8; save it as UTF-8.") from error
    stem = name or path.name.split(".")[0]
    return taxonomy_from_yaml(text, name=name) if path.suffix.lower() in YAML_SUFFIXES else taxonomy_from_csv(text, name=stem)


def taxonomy_from_yaml(text: str, *, name: str | None = None) -> Taxonomy:
    """Read a taxonomy from YAML text; aliases are refused, so that a small file stays small.

    Raises
    ------
    BadFileError
        If it is not YAML or not a taxonomy.
    """
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise BadFileError("The file uses YAML aliases, which are not taken.")
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # makes text, lists and mappings only: 404 and no are names here
    except (yaml.YAMLError, RecursionError) as error:
        raise BadFileError(f"The file is not YAML{_line_of(error)}.") from error
    return usable_taxonomy(content | ({"name": name} if name else {}) if isinstance(content, dict) else content)


def usable_taxonomy(content: Any) -> Taxonomy:
    """Return the taxonomy that JSON or YAML content describes.

    Raises
    ------
    BadFileError
        If it describes none, or breaks a limit; with the place.
    """
    try:
        taxonomy = Taxonomy.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))[:MAX_NAME_CHARS]
        message = f"This is not a taxonomy: see {place or 'the top level'} ({first['msg'].lower()})."
        raise BadFileError(message, field=place or None) from None
    ids = [tag.id for tag in taxonomy.tags]
    if not ids or len(ids) > MOST_TAGS:
        raise BadFileError(f"A taxonomy has 1 to {MOST_TAGS} tags.", field="tags", limit=MOST_TAGS, actual=len(ids))
    _refuse_names([taxonomy.name, *ids])
    twice = [name for name, times in Counter(ids).items() if times > 1]
    if twice:
        raise BadFileError(f"A tag's id stands once in a taxonomy; twice: {', '.join(twice[:5])}.", field="tags")
    long = [tag.id for tag in taxonomy.tags if max(len(tag.large.en), len(tag.large.ja)) > MAX_NAME_CHARS]
    if long:
        message = f"The name of a large group has at most {MAX_NAME_CHARS} characters; longer: that of {', '.join(long[:5])}."
        raise BadFileError(message, field="tags", limit=MAX_NAME_CHARS)
    if taxonomy.name == SHIPPED_NAME:
        raise BadFileError(f"{SHIPPED_NAME} is the name of the shipped taxonomy; give yours another.", field="name")
    if any(map(unusable_character, _strings(taxonomy.model_dump()))):
        raise BadFileError("A text holds NUL or half of a surrogate pair, which cannot be stored.")
    return taxonomy


def can_be_named(name: str) -> bool:
    """Tell whether a taxonomy or a tag can have the name: an address and a table can show it, and it does not only look like another."""
    shown = name == name.strip() and not CONTROL & set(map(category, name))
    return shown and 1 <= len(name) <= MAX_NAME_CHARS and "/" not in name and name not in {".", ".."}


def _refuse_names(names: Sequence[str]) -> None:
    for name in names:
        if not can_be_named(name):
            raise BadFileError(f"{NAMED_SO[:-1]}: {name[:40]!a}.", field="name", limit=MAX_NAME_CHARS)


def _strings(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list | tuple):
        for part in content.values() if isinstance(content, dict) else content:
            yield from _strings(part)


def _line_of(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" (line {mark.line + 1})" if mark else ""


def taxonomy_from_csv(text: str, *, name: str) -> Taxonomy:
    """Read a taxonomy from CSV text: a row per example; large, middle, small and definition once per tag, language ja, en or empty.

    Raises
    ------
    BadFileError
        If the column ``tag`` is missing, a cell is too long or a language is neither ja nor en.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    try:
        for cells in _cells(csv.DictReader(io.StringIO(text))):
            rows.setdefault(cells["tag"], []).append(cells)
    except csv.Error as error:
        raise BadFileError(f"The file is not CSV that can be read: {error}.") from error
    tags = [_tag(identifier, some).model_dump() for identifier, some in rows.items()]
    return usable_taxonomy({"name": name, "version": "1", "tags": tags})


def _cells(reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    """Yield the rows that name a tag, their cells without space around them."""
    if any(column not in (reader.fieldnames or ()) for column in NEEDED):
        raise BadFileError("The first row must name the columns, with commas between; tag is needed.", field="tag")
    for row in reader:
        cells = {column: (value or "").strip() for column, value in row.items() if isinstance(column, str)}
        cells["language"] = cells.get("language", "").lower()
        if cells["language"] not in LANGUAGES:
            raise BadFileError(f"Line {reader.line_num}: language is ja, en or empty.", field="language")
        if cells["tag"]:
            yield cells


def _tag(identifier: str, rows: Sequence[dict[str, str]]) -> Tag:
    def level(column: str, fallback: str) -> Bilingual:
        said = {row.get("language", ""): row[column] for row in reversed(rows) if row.get(column)}
        anywhere = next(iter(said.values()), fallback)
        return Bilingual(en=said.get("en", anywhere), ja=said.get("ja", anywhere))

    examples = {
        language: tuple(row["example"] for row in rows if row.get("example") and row.get("language", "") in {language, ""})
        for language in ("en", "ja")
    }
    return Tag(
        id=identifier,
        large=level("large", identifier),
        middle=level("middle", identifier),
        small=level("small", identifier),
        definition=level("definition", ""),
        examples=BilingualList(**examples),
    )
