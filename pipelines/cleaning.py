"""Cleaning: which parts of a text are the customer's own words.

Invariants: cleaning never changes a verbatim, it only says which spans of it count; HTML is the exception, it is made plain before the
text is kept; spans are trimmed, in order, without overlap; where nothing would be left the whole text counts.
"""

import html
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from pipelines import mail_lines
from voc.feedback import Source, Span

MAIL_LIKE = frozenset({Source.TICKET, Source.NOTE, Source.CALL})
SIGNATURE_LINES = 10
SIGNATURE_CHARS = 80
GREETING_LINES = 4
"""Greetings and addressees stand among the first lines that are not blank."""

_TAG = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|strong|em|ul|ol|li|table|tbody|tr|td|th|html|head|body|blockquote|font|img|h[1-6]|style|pre|hr)"
    r"(?:\s[^<>]{0,1000})?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|apos|#\d{1,6}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_LINE_BLOCKS = "div, li, tr, pre, hr"
_PARAGRAPHS = "p, h1, h2, h3, h4, h5, h6, table, ul, ol"
_LINE_END = "\x1e"
"""Stands where a line must end; several beside each other end one line."""
_LINE_ENDS = re.compile(r"[ \t]*\x1e[ \t\x1e]*")
_QUOTES = "blockquote, .gmail_quote, .yahoo_quoted"
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_LINE = re.compile(r"[^\n\r]+")


def looks_like_html(text: str) -> bool:
    """Tell whether a text holds a real tag; ``a < b`` and ``<name>`` are none."""
    return "<" in text and _TAG.search(text) is not None


def strip_html(text: str) -> str:
    """Return what a reader of the HTML would see: blocks as lines, quotations as ``> `` lines, entities as characters.

    The text is returned as it is where it holds no tag and no entity, or where nothing readable would be left.
    """
    if not looks_like_html(text):
        return html.unescape(text) if _ENTITY.search(text) else text
    tree = LexborHTMLParser(text.replace("\r\n", "\n"))
    tree.strip_tags(["script", "style", "head", "title"], recursive=True)
    _mark_line_ends(tree)
    plain = tree.body.text() if tree.body else ""
    plain = _LINE_ENDS.sub("\n", plain.replace("\xa0", " "))
    plain = _BLANK_LINES.sub("\n\n", plain).strip()
    return plain or text


def _mark_line_ends(tree: LexborHTMLParser) -> None:
    """Put line breaks where a browser would, and ``> `` before the lines of outermost quotations."""
    for node in tree.css("br"):
        node.replace_with("\n")
    for blocks, before, behind in ((_LINE_BLOCKS, _LINE_END, _LINE_END), (_PARAGRAPHS, f"\n{_LINE_END}", f"{_LINE_END}\n")):
        for node in tree.css(blocks):
            node.insert_before(before)
            node.insert_after(behind)
    for node in tree.css(_QUOTES):
        lines = [line.strip() for line in node.text().replace(_LINE_END, "\n").splitlines()]
        if node.parent is not None:
            node.replace_with("\n" + "\n".join(f"> {line}" for line in lines if line) + "\n")


def own_spans(text: str, source: Source) -> tuple[Span, ...]:
    """Return the spans of a text that are the customer's own words.

    Left out: quoted replies and what follows a reply header, signatures, legal notices, and lines that are nothing but a greeting,
    an addressee or a closing formula. In tickets, notes and calls also signatures without a mark before them; in a survey ``Thank you.``
    on a line of its own is an answer.

    Parameters
    ----------
    text
        The verbatim; offsets are its code points.
    source
        The medium it came through.
    """
    found = [(match.start() + _indent(match.group()), match.group().strip()) for match in _LINE.finditer(text)]
    places = [(start, line) for start, line in found if line]
    lines = [line for _, line in places]
    paragraph_starts = _paragraph_starts(text, places)
    dropped = _dropped(lines, paragraph_starts, mail_like=source in MAIL_LIKE)
    spans = tuple(_joined([place for place, drop in zip(places, dropped, strict=True) if not drop], places))
    return spans or _whole(text)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _whole(text: str) -> tuple[Span, ...]:
    stripped = text.strip()
    start = text.find(stripped)
    return (Span(start=start, end=start + len(stripped)),) if stripped else ()


def _paragraph_starts(text: str, places: list[tuple[int, str]]) -> list[bool]:
    """Tell for each line whether a blank line stands before it."""
    starts: list[bool] = []
    end = 0
    for start, line in places:
        starts.append(not starts or text[end:start].replace("\r\n", "\n").count("\n") > 1)
        end = start + len(line)
    return starts


def _dropped(lines: list[str], paragraph_starts: list[bool], *, mail_like: bool) -> list[bool]:
    dropped = [False] * len(lines)
    end = _end_of_own_part(lines)
    dropped[end:] = [True] * (len(lines) - end)
    _drop_quotes(lines, dropped, mail_like=mail_like)
    kept = [at for at, drop in enumerate(dropped) if not drop]
    signature = _signature_start(lines, kept, paragraph_starts, mail_like=mail_like)
    for at in kept:
        dropped[at] = at >= signature
    _drop_formulas(lines, dropped)
    return dropped


def _end_of_own_part(lines: list[str]) -> int:
    """Return the first line of what was not written by the customer now: a reply below its header, a legal notice."""
    for at, line in enumerate(lines):
        if mail_lines.is_reply_header(lines, at) and not _answers_between_quotes(lines, at):
            return at
        if at and mail_lines.is_legal_notice(line):
            return at
    return len(lines)


def _answers_between_quotes(lines: list[str], header: int) -> bool:
    """Tell whether the lines below a reply header are quotes with answers among them."""
    below = lines[header + 1 :]
    if below and below[0].endswith("wrote:"):
        below = below[1:]
    return bool(below) and mail_lines.is_quote(below[0])


def _drop_quotes(lines: list[str], dropped: list[bool], *, mail_like: bool) -> None:
    for at, line in enumerate(lines):
        if mail_lines.is_reply_header(lines, at):
            dropped[at] = True
            if at + 1 < len(lines) and lines[at + 1].endswith("wrote:"):
                dropped[at + 1] = True
        beside = lines[max(0, at - 1) : at] + lines[at + 1 : at + 2]
        if mail_lines.is_quote(line) and (mail_like or any(map(mail_lines.is_quote, beside))):
            dropped[at] = True


def _signature_start(lines: list[str], kept: list[int], paragraph_starts: list[bool], *, mail_like: bool) -> int:
    """Return the line where the signature at the end begins; behind the last line where there is none."""
    for position in range(max(1, len(kept) - SIGNATURE_LINES - 1), len(kept)):
        at, rest = kept[position], kept[position:]
        if _opens_signature(lines, rest, mail_like=mail_like) or (mail_like and paragraph_starts[at] and _is_bare_signature(lines, rest)):
            return at
    return len(lines)


def _opens_signature(lines: list[str], rest: list[int], *, mail_like: bool) -> bool:
    first, below = lines[rest[0]], [lines[at] for at in rest[1:]]
    if mail_lines.is_signature_mark(first):
        return True
    if mail_lines.is_divider(first):
        return any(map(mail_lines.is_contact, below)) and not _is_prose(below)
    return mail_like and mail_lines.is_english_closing(first) and not _is_prose(below)


def _is_bare_signature(lines: list[str], rest: list[int]) -> bool:
    block = [lines[at] for at in rest]
    named = any(map(mail_lines.is_contact, block)) or mail_lines.is_japanese_name(block[0])
    return named and not _is_prose(block) and not any(mail_lines.is_greeting(line, after_greeting=False) for line in block)


def _is_prose(lines: list[str]) -> bool:
    return any(len(line) > SIGNATURE_CHARS or (mail_lines.ends_a_sentence(line) and not mail_lines.is_contact(line)) for line in lines)


def _drop_formulas(lines: list[str], dropped: list[bool]) -> None:
    """Drop whole lines that greet at the beginning or close anywhere."""
    greeted = False
    seen = 0
    for at, line in enumerate(lines):
        if dropped[at]:
            continue
        seen += 1
        greets = seen <= GREETING_LINES and mail_lines.is_greeting(line, after_greeting=greeted)
        addresses = seen <= GREETING_LINES and mail_lines.is_addressee(line)
        dropped[at] = greets or addresses or mail_lines.is_formula(line) or mail_lines.is_divider(line)
        greeted = greets or (greeted and dropped[at])


def _joined(kept: list[tuple[int, str]], places: list[tuple[int, str]]) -> Iterator[Span]:
    """Yield runs of neighbouring kept lines as one span each."""
    order = {start: at for at, (start, _) in enumerate(places)}
    begin = end = previous = -1
    for start, line in kept:
        if previous >= 0 and order[start] == previous + 1:
            end = start + len(line)
        else:
            if begin >= 0:
                yield Span(start=begin, end=end)
            begin, end = start, start + len(line)
        previous = order[start]
    if begin >= 0:
        yield Span(start=begin, end=end)
