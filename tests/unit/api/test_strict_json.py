"""Strict JSON: what a body may hold, and where it is wrong."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problems import BadJsonError, DuplicateNameError, UnsupportedTypeError
from api.strict_json import LARGEST_WHOLE, parse, usable
from voc.errors import BadCharactersError, NotANumberError, OutOfRangeError, VocError

NAMES = frozenset({"text", "score", "items"})


def read(raw: bytes) -> object:
    body = parse(raw)
    return usable(body.value, doubtful=body.doubtful, names=NAMES)


@pytest.mark.parametrize(
    ("raw", "line", "column"),
    [
        (b"", 1, 1),
        (b'{"text": "a"', 1, 13),
        (b'{\n  "text": oops\n}', 2, 11),
        (b'{"text":"a"} x', 1, 14),
        (b'{"text":"a\nb"}', 1, 11),
        (b'{"text":"\x93\xfa\x96{"}', 1, 10),
        (b'{\n"text":"\xff"}', 2, 9),
    ],
)
def test_broken_text_is_refused_where_it_breaks(raw: bytes, line: int, column: int) -> None:
    with pytest.raises(BadJsonError) as caught:
        read(raw)
    assert (caught.value.facts["line"], caught.value.facts["column"]) == (line, column)


@pytest.mark.parametrize(
    ("raw", "kind", "field"),
    [
        (b'{"score": NaN}', NotANumberError, "score"),
        (b'{"score": Infinity}', OutOfRangeError, "score"),
        (b'{"score": -Infinity}', OutOfRangeError, "score"),
        (b'{"score": 1e400}', OutOfRangeError, "score"),
        (b'{"score": 9223372036854775808}', OutOfRangeError, "score"),
        (b'{"score": ' + b"9" * 5_000 + b"}", OutOfRangeError, "score"),
        (b'{"items": [1, {"score": NaN}]}', NotANumberError, "items.1.score"),
        (b'{"text": "a\\ud800b"}', BadCharactersError, "text"),
        (b'{"text": "\\u0000"}', BadCharactersError, "text"),
        (b'{"\\udfff": 1}', BadCharactersError, "*"),
        (b'{"text": 1, "text": 2}', DuplicateNameError, "text"),
        (b'{"secret name": 1, "secret name": 2}', DuplicateNameError, "*"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_by_its_field(raw: bytes, kind: type[VocError], field: str) -> None:
    """Why: an untreated endpoint stored NaN as NULL, or the row and then answered 500."""
    with pytest.raises(kind) as caught:
        read(raw)
    assert caught.value.field == field


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_and_32_are_another_type(encoding: str) -> None:
    with pytest.raises(UnsupportedTypeError):
        read('{"text": "a"}'.encode(encoding))


def test_a_byte_order_mark_is_refused() -> None:
    with pytest.raises(BadJsonError):
        read(b'\xef\xbb\xbf{"text": "a"}')


@pytest.mark.parametrize("depth", [33, 100, 1_000, 100_000])
def test_nesting_stops_at_32(depth: int) -> None:
    with pytest.raises(BadJsonError) as caught:
        read(b"[" * depth + b"]" * depth)
    assert caught.value.facts["limit"] == 32


def test_32_levels_and_brackets_in_texts_are_fine() -> None:
    assert read(b"[" * 32 + b"]" * 32)
    assert read(b'{"text": "' + b"[{" * 500 + b'"}') == {"text": "[{" * 500}


def test_names_stop_at_1000() -> None:
    names = {f"n{i}": i for i in range(1_001)}
    with pytest.raises(BadJsonError):
        read(json.dumps(names).encode())
    names.popitem()
    assert read(json.dumps(names).encode()) == names


@pytest.mark.parametrize("attack", [b'"' * 100_000, b'"' + b'\\"' * 50_000, b"[" + b'"\\' * 50_000, b"\\" * 100_000, b'{"a":' * 20_000])
def test_reading_an_attack_takes_linear_time(attack: bytes) -> None:
    """Why: a pattern that goes back turns 100 KB into minutes."""
    started = time.perf_counter()
    with pytest.raises(VocError):
        read(attack)
    assert time.perf_counter() - started < 1.0


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-LARGEST_WHOLE, LARGEST_WHOLE)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
        max_leaves=20,
    )
)
def test_what_can_be_used_comes_out_as_it_went_in(value: object) -> None:
    assert read(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_by_an_error_of_ours(raw: bytes) -> None:
    codes = {"bad_json", "unsupported_type", "bad_characters", "duplicate_name", "not_a_number", "out_of_range"}
    code = None
    try:
        read(raw)
    except VocError as error:
        code = error.code
    assert code is None or code in codes
