"""Keywords looked for together are the ones every tag finds by itself."""

import re

import pytest

from models.english_keywords import EnglishKeywords, needed_words
from models.japanese import plain
from models.training.own_corpus import read_corpus
from voc.taxonomy import shipped_taxonomy


def test_all_texts_of_the_corpus_have_the_keywords_each_tag_finds_by_itself() -> None:
    fragments = [tag.keywords.en for tag in shipped_taxonomy().tags]
    alone = [re.compile(rf"(?<!\w)(?:{'|'.join(some)})(?!\w)") for some in fragments]
    together = EnglishKeywords(fragments)
    hits = 0
    for text in [plain(row.en) for row in read_corpus()[::3] if row.en]:
        wanted = {place: {m.group().strip() for m in pattern.finditer(text)} for place, pattern in enumerate(alone) if pattern.search(text)}
        assert together.find(text) == wanted, text
        hits += len(wanted)
    assert hits > 500


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("refund\\w{0,3}", {"refu"}),
        ("due date (?:keeps|has)", {"date"}),
        ("log(?:ging|ged)?[ -]?in", {"log"}),
        ("single sign[ -]on", {"sing"}),
        ("late[ -]payment", {"paym"}),
        ("ads?", set()),
        ("(?:my|our) bills?", {"bill"}),
        ("cats?|dogs?", set()),
        ("(?:is|was) (?:very )?slow", set()),
        ("can.t afford", {"affo"}),
        ("colou?r chart", {"char"}),
        ("bill{1,2}ing", {"bil"}),
        ("(?:fast|next[ -]day) (?:delivery|shipping)", {"del", "shi"}),
        ("(?:very )(?:happy|ads?)", {"ver"}),
        ("(?:with (?:fee|tax) )?paid", set()),
        (r"\(\w (?:fee|tax)", {"fee", "tax"}),
        ("to (?:csv|pdf|tsv?)", set()),
        ("(?:fits|fit) (?:small )?", {"fit"}),
        ("(?:chang(?:e|ing)|update) my", set()),
        ("(?:change|update)? my", set()),
    ],
)
def test_one_of_the_needed_words_stands_in_every_match(fragment: str, words: set[str]) -> None:
    assert needed_words(fragment) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my cats and your dog", {0: {"cats"}, 1: {"dog"}}),
        ("concatenate the dogma", {}),
        ("logging in: a cat", {0: {"cat"}, 2: {"logging in"}}),
        ("naïve cat's log-in", {0: {"cat"}, 2: {"log-in"}}),
        ("", {}),
    ],
)
def test_matches_stand_between_word_edges(text: str, found: dict[int, set[str]]) -> None:
    keywords = EnglishKeywords([["cats?"], ["dogs?|hounds?"], ["log(?:ging)?[ -]?in"], []])
    assert keywords.find(text) == found
