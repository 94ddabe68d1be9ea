"""Bodies: how much is read of a request, and of what kind.

Invariant: no more than the limit and one network read (64 KB) is ever held of one body, whatever its Content-Length says.
"""

from collections.abc import AsyncIterator

from fastapi import Request

from api.dependencies import service_of
from api.problems import BodyTooLargeError, UnsupportedTypeError

JSON_TYPES = frozenset({"application/json"})
LINE_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})


def media_type(request: Request) -> str:
    """Return the type of the body, lower-cased.

    Raises
    ------
    UnsupportedTypeError
        If it is compressed, or in another character set than UTF-8.
    """
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.lower().partition("charset=")[2].partition(";")[0].strip(' "')
    encoding = request.headers.get("content-encoding", "identity").lower()
    if charset not in {"", "utf-8", "utf8"} or encoding != "identity":
        raise UnsupportedTypeError
    return kind.strip().lower()


def is_json(kind: str) -> bool:
    """Tell whether a media type is JSON."""
    return kind in JSON_TYPES or (kind.startswith("application/") and kind.endswith("+json"))


async def one_body(request: Request) -> bytes:
    """Read the JSON body of one thing.

    Raises
    ------
    UnsupportedTypeError
        If it is not announced as JSON.
    BodyTooLargeError
        If it is larger than the limit.
    """
    if not is_json(media_type(request)):
        raise UnsupportedTypeError
    return await _read(request, limit=service_of(request).settings.intake.max_body_bytes)


async def batch_body(request: Request) -> bytes:
    """Read a batch as JSON or as lines of JSON; the rest as ``one_body``."""
    kind = media_type(request)
    if not is_json(kind) and kind not in LINE_TYPES:
        raise UnsupportedTypeError
    return await _read(request, limit=service_of(request).settings.intake.max_batch_bytes)


async def _read(request: Request, *, limit: int) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:18]) > limit:
        raise BodyTooLargeError(limit=limit, actual=int(announced[:18]))
    body = bytearray()
    async for chunk in _chunks(request):
        body += chunk
        if len(body) > limit:
            raise BodyTooLargeError(limit=limit, actual=len(body))
    return bytes(body)


def _chunks(request: Request) -> AsyncIterator[bytes]:
    return request.stream()
