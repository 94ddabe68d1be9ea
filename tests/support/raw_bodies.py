"""Bodies that break untreated endpoints: every one must be refused with a problem document and leave no row."""

import json
from itertools import product

DEEP = 100_000


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def refused_bodies() -> dict[str, bytes]:
    """Bodies no POST or PUT of ours may take, by name; at least 120."""
    return _broken() | unusable_values() | _encodings() | _wrong_kinds()


def _broken() -> dict[str, bytes]:
    good = '{"text":"a","kpi":"nps","value":1,"query":"a","name":"a","note":"a"}'
    cut = {f"cut at {n}": good[:n].encode() for n in range(0, len(good) - 1, 4)}
    return cut | {
        "empty": b"",
        "blank": b"   ",
        "trailing": good.encode() + b" x",
        "two values": good.encode() + good.encode(),
        "trailing comma": b'{"text":"a",}',
        "single quotes": b"{'text':'a'}",
        "comment": b'{"text":"a"/*x*/}',
        "bare word": b"text",
        "python literal": b'{"text":None}',
        "raw newline in string": b'{"text":"a\nb"}',
        "raw NUL": b'{"text":"a\x00b"}',
        "raw control": b'{"text":"a\x01b"}',
        "bad escape": b'{"text":"\\x41"}',
        "half escape": b'{"text":"\\u12"}',
        "unclosed string": b'{"text":"a',
        "only quotes": b'"' * 1_000,
        "only backslashes": b"\\" * 1_000,
        "leading zero": b'{"value":007}',
        "hex number": b'{"value":0x10}',
        "plus number": b'{"value":+1}',
        "dot number": b'{"value":.5}',
        "form": b"text=a&score=1",
        "xml": b"<feedback><text>a</text></feedback>",
        "yaml": b"text: a\nscore: 1",
        "multipart": b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\na\r\n--x--',
        "deep arrays": b"[" * DEEP + b"]" * DEEP,
        "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        "open arrays": b"[" * DEEP,
        "33 deep": b"[" * 33 + b"]" * 33,
        "100 deep in metadata": b'{"text":"a","metadata":' + b'{"a":' * 100 + b"1" + b"}" * 101,
        "many names": _json({f"n{i}": i for i in range(200_000)})[:900_000],
        "many small names": _json({str(i): 0 for i in range(2_000)}),
    }


def unusable_values() -> dict[str, bytes]:
    """Numbers and strings no field takes, in fields every form knows."""
    numbers = ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9223372036854775808", "1" + "0" * 30, "9" * 5_000, "-" + "9" * 400]
    fields = ["score", "value", "limit", "text", "revenue_per_year"]
    found = {f"{field} {number[:12]}": f'{{"text":"a","{field}":{number}}}'.encode() for field, number in product(fields, numbers)}
    strings = ["\\ud800", "a\\ud800b", "\\udc00", "\\ud800\\ud800", "\\u0000", "a\\u0000"]
    found |= {
        f"{field} {text}": f'{{"{field}":"{text}"}}'.encode()
        for field, text in product(["text", "name", "query", "note", "external_id"], strings)
    }
    return found | {
        "surrogate in a name": b'{"text":"a","\\ud800":"b"}',
        "NUL in a name": b'{"text":"a","\\u0000":"b"}',
        "surrogate in metadata": b'{"text":"a","metadata":{"a":"\\udfff"}}',
        "the same name twice": b'{"text":"a","text":"b"}',
        "the same name twice inside": b'{"text":"a","metadata":{"k":"1","k":"2"}}',
        "date NaN": b'{"text":"a","submitted_at":NaN}',
    }


def _encodings() -> dict[str, bytes]:
    text = '{"text":"使いにくい"}'
    names = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp932", "euc-jp", "iso-2022-jp-ext", "utf-8-sig", "utf-7")
    found = {name: text.encode(name) for name in names}
    found["iso-2022-jp-ext"] = b'{"text":"\x1b$B;H$$\x1b(B"}'
    found["utf-7"] = b'{"text":"a" +AHs-}'
    return found | {
        "latin-1": '{"text":"café"}'.encode("latin-1"),
        "cut multibyte": '{"text":"使"}'.encode()[:-3],
        "overlong": b'{"text":"\xc0\x80"}',
        "wtf-8 surrogate": b'{"text":"\xed\xa0\x80"}',
        "beyond unicode": b'{"text":"\xf4\x90\x80\x80"}',
        "gzip": bytes.fromhex("1f8b0800000000000003ab562a49ad2851b2524a54aa0500"),
    }


def _wrong_kinds() -> dict[str, bytes]:
    """Valid JSON no form takes."""
    return {
        f"kind {raw[:24]}": raw.encode()
        for raw in (
            "null",
            "true",
            "1",
            '"text"',
            '["a", 1',
            "[[[]]",
            '{"text":{}}',
            '{"text":[]}',
            '{"text":1}',
            '{"text":true}',
            '{"query":{}}',
            '{"items":{}}',
            '{"name":{}}',
            '{"state":5}',
            '{"id":{},"text":"a"}',
            '{"role":"root","text":"a"}',
            '{"tenant_id":"t","text":"a"}',
            '{"ids":"all"}',
            '{"note":{}}',
        )
    }
