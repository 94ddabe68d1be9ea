from hypothesis import given
from hypothesis import strategies as st

from voc.feedback import Redaction, RedactionKind
from voc.masking import mask, mask_of, masked_spans


def _redaction(start, end, kind=RedactionKind.PHONE):
    return Redaction(start=start, end=end, kind=kind)


def test_each_fact_is_replaced_by_the_name_of_its_kind():
    found = [_redaction(0, 2, RedactionKind.EMAIL), _redaction(4, 6)]
    assert mask("ab, cd.", found) == "[EMAIL], [PHONE]."


def test_a_text_without_facts_stays():
    assert mask("そのまま", []) == "そのまま"


def test_offsets_are_code_points_not_bytes_or_utf16_units():
    assert mask("😀𠮷090-1", [_redaction(2, 7)]) == "😀𠮷[PHONE]"


@given(st.text(), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5), st.sampled_from(list(RedactionKind)))))
def test_masked_spans_lie_on_the_masks(text, gaps):
    found, cursor = [], 0
    for gap, length, kind in gaps:
        start = cursor + gap
        cursor = start + length
        if cursor > len(text):
            break
        found.append(_redaction(start, cursor, kind))
    masked = mask(text, found)
    moved = masked_spans(found)
    assert [masked[m.start : m.end] for m in moved] == [mask_of(f.kind) for f in found]
