"""Address: a number's question, carried by the number itself, so that a list of numbers needs no writing and no second computation.

``fq_``, eight digits that tell a damaged address, and the question with value, n, a hash of every number of its row as they were shown, and
how many erasures there had been. It names nobody: ids in it are ours, and where words or single comments narrow a list its numbers have no
address.
"""

import base64
import json
from hashlib import sha256
from zoneinfo import ZoneInfo

from voc.errors import NotFoundError
from voc.filters import FeedbackFilter
from voc.provenance import Answer, Figure, FigureQuery, FigureState, StaleReason, written
from voc.values import Value

PREFIX = "fq_"
CHECK_DIGITS = 8
MOST_CHARS = 4_000
Versions = dict[str, str]


class Shown(Value):
    """A number as it was shown: what was asked, what came out, hashes of the row's numbers and of the versions, erasures until then."""

    query: FigureQuery
    value: float | None
    n: int
    numbers: str
    versions: str
    erasures: int


def shown(query: FigureQuery, answer: Answer | Figure, *, versions: Versions, erasures: int) -> Shown:
    """Return what an address says of a row of an answer."""
    numbers = {"value": answer.value, "low": answer.low, "high": answer.high, "n": answer.n} | answer.parts
    return Shown(
        query=query,
        value=None if answer.value is None else float(written(answer.value)),
        n=answer.n,
        numbers=_hash({name: written(number) for name, number in numbers.items()}),
        versions=_hash(versions),
        erasures=erasures,
    )


def addressed(query: FigureQuery, answer: Answer, *, versions: Versions, erasures: int) -> str | None:
    """Return the address of a row; None where words or single comments were asked for: they may name a person."""
    if query.filter.text is not None or query.filter.ids is not None:
        return None
    said = shown(query, answer, versions=versions, erasures=erasures)
    asked = query.model_dump(mode="json", exclude_defaults=True)
    numbers = [said.value, said.n, said.numbers, said.versions, said.erasures]
    plain = json.dumps([asked, *numbers], ensure_ascii=False, separators=(",", ":"))
    coded = base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")
    return f"{PREFIX}{_check(coded)}{coded}"


def read_address(text: str) -> Shown:
    """Read an address back.

    Raises
    ------
    NotFoundError
        If it is none, or was damaged.
    """
    check, coded = text[len(PREFIX) :][:CHECK_DIGITS], text[len(PREFIX) + CHECK_DIGITS :]
    if not text.startswith(PREFIX) or len(text) > MOST_CHARS or check != _check(coded):
        raise NotFoundError
    try:
        asked, *said = json.loads(base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_", validate=True))
        value, n, numbers, versions, erasures = said
        query = FigureQuery(**asked | {"filter": FeedbackFilter(**asked.get("filter", {}))})
        ZoneInfo(query.zone)
        return Shown(query=query, value=value, n=n, numbers=numbers, versions=versions, erasures=erasures)
    except (ValueError, TypeError, AttributeError, KeyError, OSError, RecursionError):
        raise NotFoundError from None


def as_figure(text: str, then: Shown, now: Figure | None, *, erasures: int) -> tuple[Figure, FigureState]:
    """Return the figure of an address, and whether it still holds; ``erasures``: how many there have been by now.

    While it holds, all else about it is as it is now; once it does not, only the value and n that were shown are known.
    """
    said = None if now is None else shown(then.query, now, versions=now.versions, erasures=erasures)
    reasons = [StaleReason.GONE] if said is None else _changes(then, said)
    if now is not None and not reasons:
        return now.model_copy(update={"id": text}), FigureState(fresh=True, now=now)
    if erasures > then.erasures and (said is None or said.numbers != then.numbers):
        reasons.insert(0, StaleReason.ERASED)
    old = Figure(id=text, query=then.query, value=then.value, n=then.n, versions={}, evidence_digest="", evidence_count=0, as_of=None)
    return old, FigureState(fresh=False, reasons=tuple(reasons), now=now)


def _changes(then: Shown, now: Shown) -> list[StaleReason]:
    reasons = [StaleReason.EVIDENCE] if now.n != then.n else []
    reasons += [StaleReason.VERSIONS] if now.versions != then.versions else []
    return reasons or ([StaleReason.VALUE] if now.numbers != then.numbers else [])


def _check(coded: str) -> str:
    return sha256(coded.encode()).hexdigest()[:CHECK_DIGITS]


def _hash(named: dict[str, str]) -> str:
    return sha256("\x1f".join(f"{name}={named[name]}" for name in sorted(named)).encode()).hexdigest()[:CHECK_DIGITS]
