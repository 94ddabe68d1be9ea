"""Duplicates: who says the same thing twice is one voice in the counts; all copies are kept.

Rules, with lengths in normalised characters:

* the same known customer: equal texts from 8 characters, or nearly equal ones;
* one side's customer unknown: equal texts from 15 characters, or nearly equal ones from 20;
* two different known customers are two voices, however equal their texts;
* an answer without a signal (特になし) is never a duplicate.

Invariant: ``duplicate_of`` names the earliest original, never another duplicate.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from pipelines.ingest import normalise, text_hash
from voc.feedback import Feedback, own_words
from voc.no_signal import is_no_signal
from voc.ports import NearDuplicates

EXACT_FROM_CHARS = 8
EXACT_FROM_CHARS_UNKNOWN = 15
NEAR_FROM_CHARS = 20
MOST_CANDIDATES = 64
"""Texts looked at for one comment, oldest first: many copies of one text add no evidence."""
UNKNOWN = ""


class VoicedText(NamedTuple):
    """What comparison needs of a comment. ``voice`` is the customer's id, empty where unknown; ``text`` is normalised."""

    id: str
    voice: str
    text: str
    text_hash: str
    bands: tuple[int, ...] = ()
    no_signal: bool = False
    duplicate_of: str | None = None


class KnownFeedback(Protocol):
    """Where earlier comments are looked up."""

    def sharing_bands(self, bands: Sequence[int]) -> dict[int, list[str]]:
        """Return, for each band that is known, ids of comments that have it."""
        ...

    def sharing_text(self, hashes: Sequence[str]) -> dict[str, list[str]]:
        """Return, for each text hash that is known, ids of compared comments that have it."""
        ...

    def get_many(self, feedback_ids: Sequence[str]) -> list[Feedback]:
        """Return the comments of the ids that exist."""
        ...


def compare(
    batch: Sequence[Feedback], *, near: NearDuplicates, known: KnownFeedback
) -> tuple[dict[str, tuple[int, ...]], dict[str, str]]:
    """Compare new comments with each other and with the known ones.

    Returns
    -------
    bands
        The fingerprint bands of every comment of the batch, by id.
    duplicate_of
        The id of the original of each comment that repeats one, by id.
    """
    new = _voiced(batch, near=near)
    ids = {item.id for item in new}
    found: set[str] = set()
    for some in known.sharing_bands(sorted({band for item in new for band in item.bands})).values():
        found.update(some)
    for some in known.sharing_text(sorted({item.text_hash for item in new if not item.no_signal})).values():
        found.update(some)
    earlier = sorted(known.get_many(sorted(found - ids)), key=lambda item: (item.submitted_at, item.id))
    originals = _voiced([item for item in earlier if item.duplicate_of is None], near=near)
    return {item.id: item.bands for item in new}, find_duplicates(new, earlier=originals, near=near)


def repeats_in_file(rows: Sequence[tuple[str, str]], *, near: NearDuplicates) -> dict[int, str]:
    """Return, by position in a file, the id of the earlier row a row repeats.

    Parameters
    ----------
    rows
        Id and text of each row, in order; whose words they are is not known.
    """
    texts = [normalise(text) for _, text in rows]
    items = [
        VoicedText(id=str(at), voice=UNKNOWN, text=text, text_hash=text_hash(text), bands=bands, no_signal=is_no_signal(text))
        for at, (text, bands) in enumerate(zip(texts, near.bands(texts), strict=True))
    ]
    return {int(item): rows[int(original)][0] for item, original in find_duplicates(items, earlier=(), near=near).items()}


def find_duplicates(new: Sequence[VoicedText], *, earlier: Sequence[VoicedText], near: NearDuplicates) -> dict[str, str]:
    """Return the id of the original for each new text that repeats one.

    Parameters
    ----------
    new
        Texts to judge, oldest first; each may repeat one before it.
    earlier
        Candidates judged before, oldest first; duplicates among them are passed over.
    near
        Decides on texts that share a band.
    """
    originals = _Originals()
    for item in earlier:
        if not item.no_signal and item.duplicate_of is None:
            originals.add(item)
    duplicate_of: dict[str, str] = {}
    for item in new:
        if item.no_signal:
            continue
        original = next((other for other in originals.candidates(item) if _repeats(item, other, near=near)), None)
        if original is None:
            originals.add(item)
        else:
            duplicate_of[item.id] = original.id
    return duplicate_of


def _voiced(items: Sequence[Feedback], *, near: NearDuplicates) -> list[VoicedText]:
    texts = ["" if item.no_signal else normalise(own_words(item.verbatim, item.spans)) for item in items]
    return [
        VoicedText(item.id, item.customer_id or UNKNOWN, text, item.text_hash, bands, item.no_signal, item.duplicate_of)
        for item, text, bands in zip(items, texts, near.bands(texts), strict=True)
    ]


def _repeats(item: VoicedText, other: VoicedText, *, near: NearDuplicates) -> bool:
    if item.id == other.id or (item.voice != other.voice and UNKNOWN not in (item.voice, other.voice)):
        return False
    both_known = item.voice == other.voice != UNKNOWN
    shortest = EXACT_FROM_CHARS if both_known else EXACT_FROM_CHARS_UNKNOWN
    if item.text_hash == other.text_hash:
        return len(item.text) >= shortest
    return min(len(item.text), len(other.text)) >= NEAR_FROM_CHARS and near.alike(item.text, other.text)


class _Originals:
    """Texts that repeat none before them, found again by equal text or shared band, and by voice."""

    def __init__(self) -> None:
        self._items: list[VoicedText] = []
        self._by_text: dict[str, dict[str, list[int]]] = {}
        self._by_band: dict[int, dict[str, list[int]]] = {}

    def add(self, item: VoicedText) -> None:
        place = len(self._items)
        self._items.append(item)
        self._by_text.setdefault(item.text_hash, {}).setdefault(item.voice, []).append(place)
        for band in item.bands:
            self._by_band.setdefault(band, {}).setdefault(item.voice, []).append(place)

    def candidates(self, item: VoicedText) -> Iterator[VoicedText]:
        """Yield texts that may be repeated by the item and whose voice allows it, oldest first."""
        places = set(_allowed(self._by_text.get(item.text_hash, {}), item.voice))
        for band in item.bands:
            places.update(_allowed(self._by_band.get(band, {}), item.voice))
        for place in sorted(places)[:MOST_CANDIDATES]:
            yield self._items[place]


def _allowed(by_voice: Mapping[str, list[int]], voice: str) -> Iterator[int]:
    wanted = by_voice if voice == UNKNOWN else (voice, UNKNOWN)
    left = MOST_CANDIDATES
    for some in wanted:
        places = by_voice.get(some, [])[:left]
        left -= len(places)
        yield from places
        if left <= 0:
            return
