"""Masking: what stands in a text in place of the personal facts found in it.

Invariants: a mask names only the kind (``[EMAIL]``), so nothing of the fact survives; masking the same text twice changes nothing
the second time, because no recogniser takes a mask for a fact; what ``masked_spans`` returns lies on the masks of the masked text.
"""

from collections.abc import Sequence

from voc.feedback import Redaction, RedactionKind


def mask_of(kind: RedactionKind) -> str:
    """Return the mask of a kind.

    >>> mask_of(RedactionKind.MY_NUMBER)
    '[MY_NUMBER]'
    """
    return f"[{kind.value.upper()}]"


def mask(text: str, redactions: Sequence[Redaction]) -> str:
    """Return the text with every redaction replaced by its mask.

    Parameters
    ----------
    text
        The text the redactions were found in.
    redactions
        In order, without overlap; offsets are code points in ``text``.

    >>> mask("mail a@b.jp now", [Redaction(start=5, end=11, kind=RedactionKind.EMAIL)])
    'mail [EMAIL] now'
    """
    if not redactions:
        return text
    parts: list[str] = []
    cursor = 0
    for redaction in redactions:
        parts += (text[cursor : redaction.start], mask_of(redaction.kind))
        cursor = redaction.end
    parts.append(text[cursor:])
    return "".join(parts)


def masked_spans(redactions: Sequence[Redaction]) -> tuple[Redaction, ...]:
    """Return where the masks of ``redactions`` stand in the masked text.

    >>> masked_spans([Redaction(start=5, end=11, kind=RedactionKind.EMAIL)])[0].end
    12
    """
    moved: list[Redaction] = []
    shift = 0
    for redaction in redactions:
        start = redaction.start + shift
        end = start + len(mask_of(redaction.kind))
        moved.append(Redaction(start=start, end=end, kind=redaction.kind))
        shift = end - redaction.end
    return tuple(moved)
