"""Own taxonomies: reading one from a file or a request, and refusing what is none; learning it is in ``pipelines.lessons``."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from voc.errors import BadFileError
from voc.taxonomy import SHIPPED_NAME, Bilingual, BilingualList, Tag, Taxonomy

YAML_SUFFIXES = (".yaml", ".yml")
NEEDED = ("tag",)
MOST_BYTES = 10_000_000
MOST_TAGS = 1_000
MAX_NAME_CHARS = 200


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
        content = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise BadFileError("The file is not YAML.") from error
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
        place = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))[:MAX_NAME_CHARS]
        raise BadFileError(f"This is not a taxonomy: see {place or 'the top level'}.", field=place or None) from None
    ids = [tag.id for tag in taxonomy.tags]
    if not ids or len(ids) > MOST_TAGS or len(set(ids)) < len(ids):
        raise BadFileError(f"A taxonomy has 1 to {MOST_TAGS} tags, each id once.", field="tags", limit=MOST_TAGS, actual=len(ids))
    if any(not part.strip() or len(part) > MAX_NAME_CHARS or "/" in part for part in [taxonomy.name, *ids]):
        raise BadFileError(f"Names and ids have 1 to {MAX_NAME_CHARS} characters and no slash.", field="name", limit=MAX_NAME_CHARS)
    if taxonomy.name == SHIPPED_NAME:
        raise BadFileError(f"{SHIPPED_NAME} is the name of the shipped taxonomy; give yours another.", field="name")
    return taxonomy


def taxonomy_from_csv(text: str, *, name: str) -> Taxonomy:
    """Read a taxonomy from CSV text: a row per example; large, middle, small and definition once per tag, language ja, en or empty.

    Raises
    ------
    BadFileError
        If the column ``tag`` is missing.
    """
    reader = csv.DictReader(io.StringIO(text))
    if any(column not in (reader.fieldnames or ()) for column in NEEDED):
        raise BadFileError("The first row must name the columns; tag is needed.", field="tag")
    rows: dict[str, list[dict[str, str]]] = {}
    for row in reader:
        cells = {column: (value or "").strip() for column, value in row.items() if isinstance(column, str)}
        if cells["tag"]:
            rows.setdefault(cells["tag"], []).append(cells)
    tags = [_tag(identifier, some).model_dump() for identifier, some in rows.items()]
    return usable_taxonomy({"name": name, "version": "1", "tags": tags})


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
