"""Every word of the pages stands in both catalogues, and a visitor gets the language they asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api.pages.words import CATALOGUES, choose_language, words

PAGES = CATALOGUES.parent / "pages"


def used() -> set[str]:
    methods = [("templates/**.html", "jinja2"), ("**.py", "python")]
    options = {"templates/**.html": {"trim_blocks": "true"}}
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(str(PAGES), methods, options, keywords=keywords)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def entries(language: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for message in catalogue(language):
        if message.id:
            single = message.id if isinstance(message.id, str) else message.id[0]
            yield single, (message.string,) if isinstance(message.string, str) else tuple(message.string)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_word_used_stands_in_the_catalogue_and_no_other(language):
    assert {single for single, _ in entries(language)} == used()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_word_is_left_untranslated(language):
    assert [single for single, strings in entries(language) if not all(strings)] == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_translation_has_the_same_places_to_fill_as_its_original(language):
    import re

    def places(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)s|%%", text))

    assert [single for single, strings in entries(language) if any(places(s) != places(single) for s in strings)] == []


def test_japanese_words_are_japanese():
    """Why: an entry copied from English would pass as translated."""
    same = {"KPI", "Id"}
    kept = [single for single, strings in entries("ja") if single not in same and not any("ぁ" <= c <= "鿿" for c in "".join(strings))]
    assert kept == []


def test_numbers_choose_the_form_in_english_and_not_in_japanese():
    english, japanese = words("en"), words("ja")
    singular, plural = "%(num)s comment", "%(num)s comments"
    assert [english.many(singular, plural, n) for n in (1, 2)] == [singular, plural]
    assert japanese.many(singular, plural, 1) == japanese.many(singular, plural, 2) == "%(num)s件のコメント"


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "language"),
    [
        ("ja", "en", "en", "ja"),
        ("xx", "en", "ja", "en"),
        (None, None, "ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        (None, None, "fr, en;q=0.4, ja;q=0.3", "en"),
        (None, None, "ja;q=0, de", "en"),
        (None, None, "ja;q=oops", "en"),
        (None, None, None, "en"),
    ],
)
def test_the_address_wins_over_the_cookie_and_the_cookie_over_the_browser(asked, remembered, accepted, language):
    assert choose_language(asked=asked, remembered=remembered, accepted=accepted) == language


def test_catalogues_are_text_only():
    assert list(Path(CATALOGUES).rglob("*.mo")) == []
