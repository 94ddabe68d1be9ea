"""Which comments are one voice."""

from datetime import UTC, datetime

import pytest

from models.near_duplicates import MinHashNearDuplicates
from pipelines.duplicates import VoicedText, compare, find_duplicates, repeats_in_file
from pipelines.ingest import ingest, normalise, text_hash
from voc.feedback import Language, NewFeedback

NEAR = MinHashNearDuplicates()
LONG = "請求書のダウンロードが何度やっても失敗します。早めに直していただけると助かります。"
NEARLY = LONG + "!"
MIDDLE = "検索がとても遅くて困っています"
SHORT = "とても良かったです"
TINY = "良かったです"


def voiced(name, text, voice="", *, no_signal=False, duplicate_of=None):
    text = normalise(text)
    return VoicedText(name, voice, text, text_hash(text), NEAR.bands([text])[0], no_signal, duplicate_of)


def repeats(*new, earlier=()):
    return find_duplicates(new, earlier=earlier, near=NEAR)


@pytest.mark.parametrize(
    ("text", "again", "voices", "one_voice"),
    [
        (LONG, LONG, ("a", "a"), True),
        (LONG, NEARLY, ("a", "a"), True),
        (LONG, LONG, ("a", "b"), False),
        (LONG, NEARLY, ("a", "b"), False),
        (LONG, LONG, ("a", ""), True),
        (LONG, NEARLY, ("", "a"), True),
        (LONG, NEARLY, ("", ""), True),
        (MIDDLE, MIDDLE, ("", ""), True),
        (SHORT, SHORT, ("a", "a"), True),
        (SHORT, SHORT, ("a", ""), False),
        (SHORT, SHORT, ("", ""), False),
        (TINY, TINY, ("a", "a"), False),
        (LONG, MIDDLE, ("a", "a"), False),
    ],
)
def test_who_said_what_how_much_alike(text, again, voices, one_voice):
    found = repeats(voiced("1", text, voices[0]), voiced("2", again, voices[1]))
    assert found == ({"2": "1"} if one_voice else {})
    assert repeats(voiced("2", again, voices[1]), earlier=[voiced("1", text, voices[0])]) == found


def test_an_answer_without_a_signal_is_no_duplicate():
    answer = "特に意見や要望などはございません。"
    assert repeats(voiced("1", answer, no_signal=True), voiced("2", answer, no_signal=True)) == {}


def test_all_copies_name_the_earliest_original_never_another_copy():
    items = [voiced(str(n), LONG + "!" * n, "a") for n in range(5)]
    assert repeats(*items) == {"1": "0", "2": "0", "3": "0", "4": "0"}
    earlier = [items[0], items[1]._replace(duplicate_of="0")]
    assert repeats(*items[2:], earlier=earlier) == {"2": "0", "3": "0", "4": "0"}


def test_a_comment_compared_again_is_not_its_own_duplicate():
    assert repeats(voiced("1", LONG), earlier=[voiced("1", LONG)]) == {}


def test_ten_thousand_copies_from_as_many_customers_are_told_apart_in_time():
    items = [voiced("0", LONG, "0")._replace(id=str(n), voice=str(n)) for n in range(10_000)]
    assert repeats(*items) == {}


class Shelf:
    """Earlier comments, looked up as the store does."""

    def __init__(self, items, bands):
        self.items, self.bands = {item.id: item for item in items}, bands

    def sharing_bands(self, bands):
        return {band: [name for name, own in self.bands.items() if band in own] for band in bands}

    def sharing_text(self, hashes):
        return {wanted: [item.id for item in self.items.values() if item.text_hash == wanted] for wanted in hashes}

    def get_many(self, feedback_ids):
        return [self.items[name] for name in feedback_ids if name in self.items]


class Japanese:
    name, version = "ja", "1"

    def detect(self, texts):
        return [Language.JA] * len(texts)


class Finds:
    name, version = "none", "1"

    def find(self, texts):
        return [()] * len(texts)


def stored(*rows):
    new = [
        NewFeedback(text=text, external_id=name, customer=customer, submitted_at=datetime(2026, 1, day, tzinfo=UTC))
        for day, (name, text, customer) in enumerate(rows, start=1)
    ]
    return ingest(new, detector=Japanese(), redactor=Finds(), received_at=datetime(2026, 2, 1, tzinfo=UTC))


def test_a_batch_is_compared_with_itself_and_with_what_is_stored():
    first = stored(("1", LONG, "a"), ("2", "特になし", "a"))
    bands, found = compare(first, near=NEAR, known=Shelf([], {}))
    assert found == {}
    assert set(bands) == {item.id for item in first}
    assert bands[first[1].id] == ()
    second = stored(("3", NEARLY, "a"), ("4", LONG, "b"), ("5", "特になし", "a"), ("6", NEARLY + "!", None))
    _, found = compare(second, near=NEAR, known=Shelf(first, bands))
    assert found == {second[0].id: first[0].id, second[3].id: first[0].id}


def test_comparing_a_batch_again_gives_the_same():
    batch = stored(("1", LONG, "a"), ("2", NEARLY, "a"))
    bands, found = compare(batch, near=NEAR, known=Shelf([], {}))
    assert compare(batch, near=NEAR, known=Shelf(batch, bands)) == (bands, found)


def test_rows_of_a_file_name_the_id_of_the_row_they_repeat():
    rows = [("x", LONG), ("y", "特になし"), ("z", NEARLY), ("w", "特になし"), ("x2", SHORT), ("x3", SHORT)]
    assert repeats_in_file(rows, near=NEAR) == {2: "x"}
    assert repeats_in_file([], near=NEAR) == {}
