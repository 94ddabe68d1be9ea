"""Ingest, the first stage: it makes sure that a comment is clean, new and safe to keep.

Invariants: one outcome per input, in order; the text of a ``Feedback`` was redacted before it left here, and its redactions lie on the
masks; the verbatim is otherwise as sent (only HTML is made plain); normalised copies serve comparison and are never kept in its place.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from pipelines.cleaning import own_spans, strip_html
from voc.errors import (
    BadCharactersError,
    BadDateError,
    EmptyTextError,
    FutureDateError,
    InputError,
    OutOfRangeError,
    TextTooLongError,
)
from voc.feedback import MAX_TEXT_CHARS, Feedback, Language, NewFeedback, Redaction, Source, own_words
from voc.ids import account_id, customer_id, feedback_id
from voc.kpis import Score, check_range
from voc.masking import mask, masked_spans
from voc.no_signal import is_no_signal
from voc.normal_form import nfkc
from voc.ports import LanguageDetector, Redactor

__all__ = ["content_hash", "ingest", "is_no_signal", "normalise", "text_hash"]

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
FUTURE_ALLOWED = timedelta(hours=24)
HASH_HEX_DIGITS = 32
NORMALISE_ROUNDS = 8


def normalise(text: str) -> str:
    """Return the copy texts are compared by: NFKC, case folded, blanks collapsed. ``normalise(normalise(x)) == normalise(x)``.

    >>> normalise("  ＡＢＣ　ﾃｽﾄ  ①")
    'abc テスト 1'
    """
    for _ in range(NORMALISE_ROUNDS):
        folded = " ".join(nfkc(nfkc(text).casefold()).split())
        if folded == text:
            break
        text = folded
    return text


def text_hash(text: str) -> str:
    """Return the hash of the normalised text, 128 bits in hex; equal for texts that differ in width, case and blanks only."""
    return sha256(normalise(text).encode("utf-8", "surrogatepass")).hexdigest()[:HASH_HEX_DIGITS]


def content_hash(new: NewFeedback) -> str:
    """Return the hash of everything the sender sent: equal for a repeat, different for another comment under the same key."""
    left_out = {"ordinal", "email"} | (set() if new.journey_stage else {"journey_stage"})
    sent = new.model_dump(mode="json", exclude=left_out)
    return sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()[:HASH_HEX_DIGITS]


class _Checked(NamedTuple):
    """A comment that may be kept, and its text without HTML."""

    new: NewFeedback
    plain: str


class _Redacted(NamedTuple):
    """A comment whose personal facts are masked."""

    new: NewFeedback
    verbatim: str
    redactions: tuple[Redaction, ...]
    metadata: dict[str, str]


def ingest(
    new: Sequence[NewFeedback], *, detector: LanguageDetector, redactor: Redactor, received_at: datetime
) -> list[Feedback | InputError]:
    """Check, clean, redact and identify comments; return one outcome per comment, in order.

    Parameters
    ----------
    new
        What senders handed over.
    detector, redactor
        The models asked, each once for the whole batch.
    received_at
        Now; stands in for a comment's own time where it has none. Needs a zone.

    An outcome is an error where nothing may be stored: ``empty_text``, ``text_too_long``, ``bad_characters``, ``bad_date``,
    ``future_date``, ``out_of_range``, or ``bad_request`` for two answers to one KPI.
    """
    checked = [_checked(item, received_at=received_at) for item in new]
    redacted = _redact([item for item in checked if isinstance(item, _Checked)], redactor=redactor)
    finished = iter(_finish(redacted, detector=detector, received_at=received_at.astimezone(UTC)))
    return [next(finished) if isinstance(item, _Checked) else item for item in checked]


def _checked(new: NewFeedback, *, received_at: datetime) -> _Checked | InputError:
    try:
        if len(new.text) > MAX_TEXT_CHARS:
            raise TextTooLongError(field="text", limit=MAX_TEXT_CHARS, actual=len(new.text))
        for field, value in _strings(new):
            _check_characters(field, value)
        _check_moment(new.submitted_at, received_at=received_at)
        _check_scores(new.scores)
        plain = strip_html(new.text)
        if not plain.strip():
            raise EmptyTextError(field="text")
    except InputError as error:
        return error
    return _Checked(new, plain)


def _strings(new: NewFeedback) -> Iterator[tuple[str, str]]:
    """Yield every text of a comment with the name of its field."""
    yield "text", new.text
    yield "source_name", new.source_name
    for field in ("external_id", "customer", "account", "segment", "product", "touchpoint"):
        value = getattr(new, field)
        if value is not None:
            yield field, value
    for key, value in new.metadata.items():
        yield "metadata", key
        yield f"metadata.{key}", value


def _check_characters(field: str, value: str) -> None:
    """Refuse NUL and halves of surrogate pairs: not every database can store them."""
    if "\x00" in value:
        raise BadCharactersError(field=field, position=value.index("\x00"))
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise BadCharactersError(field=field.encode("utf-8", "replace").decode(), position=error.start) from None


def _check_moment(moment: datetime | None, *, received_at: datetime) -> None:
    if moment is None:
        return
    if moment < EARLIEST:
        raise BadDateError("The date lies before 1970.", field="submitted_at")
    if moment > received_at + FUTURE_ALLOWED:
        raise FutureDateError(field="submitted_at")


def _check_scores(scores: Sequence[Score]) -> None:
    for score in scores:
        try:
            check_range(score.kpi, score.value)
        except OutOfRangeError as error:
            error.field = f"scores.{score.kpi.value}"
            raise
    if len({score.kpi for score in scores}) < len(scores):
        raise InputError("A comment carries at most one answer to a KPI.", field="scores")


def _redact(items: Sequence[_Checked], *, redactor: Redactor) -> list[_Redacted]:
    """Mask personal facts in the texts and in the values of the metadata."""
    texts = [item.plain for item in items] + [value for item in items for value in item.new.metadata.values()]
    found = redactor.find(texts)
    masked_values = (mask(text, facts) for text, facts in zip(texts[len(items) :], found[len(items) :], strict=True))
    return [
        _Redacted(
            item.new,
            mask(item.plain, facts),
            masked_spans(facts),
            {key: next(masked_values) for key in item.new.metadata},
        )
        for item, facts in zip(items, found[: len(items)], strict=True)
    ]


def _finish(items: Sequence[_Redacted], *, detector: LanguageDetector, received_at: datetime) -> list[Feedback]:
    spans = [own_spans(item.verbatim, item.new.source) for item in items]
    words = [own_words(item.verbatim, own) for item, own in zip(items, spans, strict=True)]
    languages = detector.detect(words)
    return [
        _feedback(item, language=language, received_at=received_at).model_copy(
            update={"spans": own, "no_signal": is_no_signal(said), "text_hash": text_hash(said)}
        )
        for item, own, said, language in zip(items, spans, words, languages, strict=True)
    ]


def _feedback(item: _Redacted, *, language: Language, received_at: datetime) -> Feedback:
    new = item.new
    customer, account = _or_none(new.customer), _or_none(new.account)
    return Feedback(
        id=feedback_id(new.source_name, _identity(new)),
        source=Source(new.source),
        source_name=new.source_name,
        external_id=_or_none(new.external_id),
        verbatim=item.verbatim,
        spans=(),
        language=language,
        submitted_at=new.submitted_at or received_at,
        received_at=received_at,
        timezone_assumed=new.timezone_assumed,
        customer_id=customer_id(customer) if customer else None,
        account_id=account_id(account) if account else None,
        segment=_or_none(new.segment),
        product=_or_none(new.product),
        touchpoint=_or_none(new.touchpoint),
        journey_stage=new.journey_stage,
        scores=new.scores,
        metadata=item.metadata,
        redactions=item.redactions,
        no_signal=False,
        content_hash=content_hash(new),
        text_hash="",
    )


def _identity(new: NewFeedback) -> str:
    """Return what a comment is known by at its source: the sender's id, else what it says, who, when, and which of equal rows."""
    external = _or_none(new.external_id)
    if external is not None:
        return external
    moment = new.submitted_at.isoformat() if new.submitted_at else None
    scores = [[score.kpi.value, score.value] for score in new.scores]
    facts = [new.source.value, _or_none(new.customer), moment, new.text, scores, new.ordinal]
    return f"content:{sha256(json.dumps(facts).encode()).hexdigest()}"


def _or_none(value: str | None) -> str | None:
    """Return the value without blanks around it; None where nothing is left."""
    return (value.strip() or None) if value is not None else None
