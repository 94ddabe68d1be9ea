"""ONNX files: what one refers to outside of itself, read from its bytes without building or running the graph.

A graph may keep tensors in other files (any path) and may name operators of a library that somebody loads into the process. Both are
refused. Invariants: bytes are read, never executed; nesting is bounded; a file that is no protocol buffer of this shape is refused too.
Field numbers: onnx.proto3 of the ONNX project.
"""

from collections.abc import Iterator
from pathlib import Path

OWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
"""Operators that ONNX Runtime itself carries; an operator of another domain needs a library loaded beside the file."""
DEEPEST = 64
VARINT, FIXED_64, LENGTH, FIXED_32 = 0, 1, 2, 5
OPSET_DOMAIN, FUNCTION_DOMAIN = 1, 10
EXTERNAL_DATA, DATA_LOCATION = 13, 14

PARTS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 8: "opset", 20: "training", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "function": {7: "node", 9: "opset", 11: "attribute"},
    "training": {1: "graph", 2: "graph"},
    "opset": {},
    "tensor": {},
}
"""Which fields of a message hold messages that matter here."""


def foreign_parts(path: Path) -> str | None:
    """Return what an ONNX file needs from outside, or None where it stands on its own."""
    domains: set[str] = set()
    defined: set[str] = set()
    try:
        for kind, number, value in _fields(memoryview(path.read_bytes()), "model", 0):
            if kind == "tensor" and (number == EXTERNAL_DATA or (number == DATA_LOCATION and value)):
                return "keeps data in another file"
            if kind == "opset":  # without a domain it is that of ONNX itself
                domains.add(_text(value) if number == OPSET_DOMAIN else "")
            if kind == "function" and number == FUNCTION_DOMAIN:
                defined.add(_text(value))
    except (ValueError, IndexError):
        return "is not an ONNX file"
    foreign = domains - OWN_DOMAINS - defined
    if foreign:
        return f"names operators of a foreign library: {min(foreign)[:40]}"
    return None if domains else "is not an ONNX file"


def _fields(data: memoryview, kind: str, depth: int) -> Iterator[tuple[str, int, int | memoryview]]:
    """Yield every field of a message and of the messages in it, with the kind of message it stands in."""
    if depth > DEEPEST:
        message = "nested too deeply"
        raise ValueError(message)
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        number, value, place = _field(data, key, place)
        yield kind, number, value
        inner = PARTS[kind].get(number)
        if inner is not None:
            if isinstance(value, int):
                message = "a number where a message belongs"
                raise ValueError(message)
            yield from _fields(value, inner, depth + 1)


def _field(data: memoryview, key: int, place: int) -> tuple[int, int | memoryview, int]:
    number, wire = key >> 3, key & 7
    if wire == VARINT:
        value, place = _varint(data, place)
        return number, value, place
    if wire == LENGTH:
        length, place = _varint(data, place)
    elif wire in {FIXED_32, FIXED_64}:
        length = 4 if wire == FIXED_32 else 8
    else:
        message = "unknown wire type"
        raise ValueError(message)
    if place + length > len(data):
        message = "cut off"
        raise ValueError(message)
    return number, data[place : place + length], place + length


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004  # the sign that another byte follows
            return value, place
    message = "number too long"
    raise ValueError(message)


def _text(value: int | memoryview) -> str:
    return "" if isinstance(value, int) else bytes(value).decode("utf-8", "replace")
