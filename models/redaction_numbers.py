"""Numbers that belong to a person: phone, payment card, My Number, customer number; found by shape, check digit and context.

All functions read the folded copy of a text (ASCII digits and dashes) and yield ``(start, end)``.
"""

import re
from collections.abc import Iterator

_GAP = r"[ \u200b-\u200d\u2060\ufeff]"
_SEP = rf"(?:{_GAP}?[-ー.()]{_GAP}?|{_GAP})"
_BEFORE = r"(?<![\d])"
_AFTER = r"(?![\d]|[.,]\d|-\d)"

_JAPANESE_PHONE = re.compile(
    rf"{_BEFORE}\(?(?P<a>0\d{{1,4}}){_SEP}{{0,2}}(?P<b>\d{{1,4}}){_SEP}{{1,2}}(?P<c>\d{{3,4}}){_AFTER}"
    rf"|{_BEFORE}(?P<mobile>0[5789]0\d{{8}}|0(?:120|800|570)\d{{6,7}}){_AFTER}"
)
_BRITISH_PHONE = re.compile(rf"{_BEFORE}0(?:7\d{{3}}|1\d{{3,4}}) \d{{5,6}}{_AFTER}")
_BARE_PHONE = re.compile(rf"{_BEFORE}(?:0\d{{9,10}}|[2-9]\d{{2}}[2-9]\d{{6}}){_AFTER}")
_SHORT_PHONE = re.compile(rf"{_BEFORE}\d{{2,4}}-\d{{4}}{_AFTER}")
_INTERNATIONAL = re.compile(
    rf"(?<![\d+])\+{_GAP}?(?P<cc>\d{{1,3}})(?:{_SEP}{{0,2}}\d){{6,13}}{_AFTER}"
    rf"|{_BEFORE}81-\d{{1,2}}-\d{{4}}-\d{{4}}{_AFTER}"
)
_AMERICAN = re.compile(
    rf"{_BEFORE}(?:1[-. ])?(?:\([2-9]\d{{2}}\)[-. ]?[2-9]\d{{2}}[-. ]|[2-9]\d{{2}}(?P<s>[-.])[2-9]\d{{2}}(?P=s))\d{{4}}{_AFTER}"
    rf"|{_BEFORE}[2-9]\d{{2}} [2-9]\d{{2}} \d{{4}}{_AFTER}"
)
_CARD = re.compile(
    rf"{_BEFORE}(?=(?P<number>\d{{14,19}}{_AFTER}"
    rf"|\d{{4}}(?P<s>{_GAP}?-{_GAP}?|{_GAP})\d{{4}}(?P=s)\d{{4}}(?P=s)\d{{4}}(?:(?P=s)\d{{2,3}})?{_AFTER}"
    rf"|\d{{4}}(?P<t>[- ])\d{{6}}(?P=t)\d{{4,5}}{_AFTER}))"
)
_MY_NUMBER = re.compile(rf"{_BEFORE}(?<!\d[ -])\d{{4}}(?P<s>{_GAP}?-?{_GAP}?)\d{{4}}(?P=s)\d{{4}}(?![ ]\d){_AFTER}")
_MY_NUMBER_WORD = re.compile(r"マイナンバー|個人番号|my[ -]?number|individual number", re.IGNORECASE)
_CUSTOMER_WORD = re.compile(
    r"(?:顧客|会員|お客(?:様|さま|さん)|契約(?:者)?|加入者|利用者|ユーザー?|口座|診察券)(?:番号|ID|id|Id|コード|No\.?|№)"
    r"|\b(?:customer|client|account|acct|member(?:ship)?|contract|subscriber|policy|patient|user)[ ]?(?:number|no\.?|num\.?|id|code)"
    r"|\b(?:customer|client|account|acct|member)[ ]?#",
    re.IGNORECASE,
)
_CUSTOMER_ID = re.compile(
    r"[ ]{0,3}(?:(?:is|was|are|は|が|の|[:=#(\[「『]|no\.?|№|番号)[ ]{0,3}){0,3}"
    r"(?P<id>[A-Za-z0-9](?:[A-Za-z0-9]|[-_/](?=[A-Za-z0-9])){2,31})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_PHONE_WORD = re.compile(
    r"電話|でんわ|TEL|tel|Tel|☎|📞|📱|携帯|ケータイ|スマホ|FAX|fax|Fax|ファックス|ファクス|連絡先|直通"
    r"|phone|Phone|mobile|Mobile|cell|Cell|[Cc]all|[Cc]ontact|[Rr]each|[Tt]ext me|[Rr]ing|WhatsApp|whatsapp|number is"
)
_OTHER_NUMBER_WORD = re.compile(
    r"(?:(?:注文|受注|発注|伝票|追跡|配送|荷物|問い?合わ?せ|受付|予約|請求書?|見積|管理|製造|商品|案件|チケット|シリアル|ロット)"
    r"(?:番号|No|ID|コード)|型番|品番|JAN"
    r"|\b(?:order|tracking|invoice|ticket|case|ref(?:erence)?|serial|lot|sku|isbn|part|model|parcel|shipment|build|version|po)\b)"
    r"(?:[ :=#.(「『-]|number|num|no|id|is|was|は|が|の){0,6}$",
    re.IGNORECASE,
)
_LOOK_BACK = 24
_SHORT_DIGITS, _LONG_DIGITS = 10, 11
_MY_NUMBER_BASE = 11
_ID_DIGITS_FROM = 3
_UNREADABLE = "XX"


def phones(copy: str) -> Iterator[tuple[int, int]]:
    """Yield phone numbers: Japanese and British forms, international with plus, American forms; bare digits where called a phone."""
    for pattern, accepts in (
        (_INTERNATIONAL, _is_international),
        (_JAPANESE_PHONE, _is_domestic),
        (_BRITISH_PHONE, _is_domestic_length),
        (_AMERICAN, _is_written_as_phone),
        (_BARE_PHONE, _is_called_phone),
        (_SHORT_PHONE, _is_called_phone),
    ):
        for match in pattern.finditer(copy):
            start = match.start()
            if not _is_inside_a_name(copy, *match.span()) and not _names_other_number(copy, start) and accepts(copy, match):
                yield match.span()


def cards(copy: str) -> Iterator[tuple[int, int]]:
    """Yield payment-card numbers: a known issuer prefix with its length, and the Luhn check digit (ISO/IEC 7812-1)."""
    for match in _CARD.finditer(copy):
        start, end = match.span("number")
        digits = _digits(match["number"])
        if _is_issued(digits) and _luhn(digits) and not _is_inside_a_name(copy, start, end) and not _names_other_number(copy, start):
            yield start, end


def my_numbers(copy: str) -> Iterator[tuple[int, int]]:
    """Yield 12 digits called My Number, or 12 digits with its check digit that are not called something else."""
    for match in _MY_NUMBER.finditer(copy):
        if _is_inside_a_name(copy, *match.span()):
            continue
        before = copy[max(0, match.start() - _LOOK_BACK) : match.start()]
        called = _MY_NUMBER_WORD.search(before)
        if called or (_has_my_number_check_digit(_digits(match.group())) and not _names_other_number(copy, match.start())):
            yield match.span()


def customer_numbers(copy: str) -> Iterator[tuple[int, int]]:
    """Yield the id that follows a word for customer number; it holds at least three digits."""
    for word in _CUSTOMER_WORD.finditer(copy):
        match = _CUSTOMER_ID.match(copy, word.end())
        if match and len(_digits(match["id"])) >= _ID_DIGITS_FROM and _UNREADABLE not in match["id"].upper():
            yield match.span("id")


def _is_domestic(_: str, match: re.Match[str]) -> bool:
    if match["mobile"]:
        return True
    groups = [match["a"], match["b"], match["c"]]
    count = sum(map(len, groups))
    if match.group().startswith("(") and ")" not in match.group():
        return False
    return count == _SHORT_DIGITS or (count == _LONG_DIGITS and len(match["a"]) >= 3)  # noqa: PLR2004 - area code plus trunk zero


def _is_domestic_length(_: str, match: re.Match[str]) -> bool:
    return len(_digits(match.group())) in (_SHORT_DIGITS, _LONG_DIGITS)


def _is_international(copy: str, match: re.Match[str]) -> bool:
    import phonenumbers

    written = match.group()
    if written.startswith("81-"):
        return True
    try:
        number = phonenumbers.parse(written.replace("ー", "-"), None)
    except phonenumbers.NumberParseException:
        return False
    code = match["cc"]
    rest = written[match.end("cc") - match.start()]
    if not rest.isdigit() and str(number.country_code) != code:
        return False
    return phonenumbers.is_possible_number(number) or _called_phone(copy, match.start())


def _is_written_as_phone(copy: str, match: re.Match[str]) -> bool:
    return " " not in match.group() or "(" in match.group() or _called_phone(copy, match.start())


def _is_called_phone(copy: str, match: re.Match[str]) -> bool:
    return _called_phone(copy, match.start())


def _called_phone(copy: str, start: int) -> bool:
    return _PHONE_WORD.search(copy, max(0, start - _LOOK_BACK), start) is not None


def _names_other_number(copy: str, start: int) -> bool:
    """Tell whether the words right before the number call it something else (an order, a parcel, a part)."""
    return _OTHER_NUMBER_WORD.search(copy[max(0, start - _LOOK_BACK) : start]) is not None


def _is_inside_a_name(copy: str, start: int, end: int) -> bool:
    """Tell whether the digits continue a model name, an amount, a version or a path (``WH-1000``, ``¥1,2``, ``v4.2``)."""
    before = copy[start - 1 : start]
    if before and before in "¥$€£#_/\\=&%":
        return True
    if before and before in "-.,:" and copy[start - 2 : start - 1].isascii() and copy[start - 2 : start - 1].isalnum():
        return not (before in ".:" and copy[start - 2].isalpha())
    if before.isascii() and before.isalpha() and not _PHONE_WORD.search(copy, max(0, start - 5), start):
        return True
    after = copy[end : end + 1]
    return after.isascii() and (after.isalpha() or after in "_%") and after != "" and after not in "xXe"


def _digits(written: str) -> str:
    return "".join(char for char in written if char.isdigit())


def _luhn(digits: str) -> bool:
    total = 0
    for position, char in enumerate(reversed(digits)):
        value = int(char) * (1 + position % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - cross sum of a doubled digit
    return total % 10 == 0


def _is_issued(digits: str) -> bool:
    """Tell whether prefix and length belong to a card scheme (Visa, Mastercard, Amex, Diners, Discover, JCB, UnionPay)."""
    two, four, length = int(digits[:2]), int(digits[:4]), len(digits)
    return (
        (digits[0] == "4" and length in (16, 19))
        or (length == 16 and (51 <= two <= 55 or 2221 <= four <= 2720 or four == 6011 or two == 65 or 644 <= int(digits[:3]) <= 649))  # noqa: PLR2004 - scheme prefixes
        or (length == 15 and two in (34, 37))  # noqa: PLR2004 - Amex
        or (length == 14 and (two in (36, 38, 39) or 300 <= int(digits[:3]) <= 305))  # noqa: PLR2004 - Diners
        or (length in (16, 19) and 3528 <= four <= 3589)  # noqa: PLR2004 - JCB
        or (16 <= length <= 19 and two == 62)  # noqa: PLR2004 - UnionPay
    )


def _has_my_number_check_digit(digits: str) -> bool:
    """Tell whether the last digit is the My Number check digit (Ministry ordinance no. 85 of 2014, article 5)."""
    total = sum(int(char) * (n + 1 if n <= 6 else n - 5) for n, char in enumerate(reversed(digits[:_MY_NUMBER_BASE]), start=1))  # noqa: PLR2004 - the ordinance's weights
    rest = total % _MY_NUMBER_BASE
    return int(digits[_MY_NUMBER_BASE]) == (0 if rest <= 1 else _MY_NUMBER_BASE - rest)
