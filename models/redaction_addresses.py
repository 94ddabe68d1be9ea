"""Postal addresses: Japanese (〒, prefecture or town with house number) and English (street, city with state and ZIP, UK postcode).

All functions read the folded copy of a text (ASCII digits and dashes) and yield ``(start, end)``.
"""

import re
from collections.abc import Iterator

_PREFECTURE = (
    r"(?:北海道|東京都|(?:京都|大阪)府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重"
    r"|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県)"
)
_KANJI = r"一-龥々ヶケノヵ"
_NUM = r"(?:\d{1,5}|[一二三四五六七八九十百〇]{1,4})"
_HOUSE = rf"{_NUM}(?:丁目|番地?|号|-|の|ー)(?:{_NUM}(?:番地?|号|-|の|ー)?){{0,3}}(?<![-のー])"
_STRONG_HOUSE = (
    rf"(?:{_NUM}丁目(?:{_NUM}(?:番地?|号|-|ー)?){{1,3}}|{_NUM}番地?(?:{_NUM}号?)?"
    r"|\d{1,5}[-ー]\d{1,5}[-ー]\d{1,5}(?:[-ー]\d{1,5})?)(?<![-ー])"
)
_BUILDING = (
    r"(?:[ ]?[^\s。、,「」()\d]{0,20}(?:ビル|マンション|アパート|ハイツ|コーポ|タワー|荘|レジデンス|ハウス)"
    r"[^\s。、,「」()ぁ-ん]{0,12})?(?:[ ]?\d{1,5}(?:号室|号|階|F))?"
)
_TOWN = rf"[ ]?[{_KANJI}ァ-ヴー]{{1,12}}?[市区町村郡]"
_AREA = r"[^\s\d。、,「」()第にでをはへと]{0,24}?"

_POSTAL_CODE = re.compile(
    r"(?:〒|郵便番号)[ :は]{0,3}\d{3}[-ー]?\d{4}(?!\d)"
    rf"(?:[ \n]{{0,2}}[^\s\d。、,「」()]{{3,40}}[ ]?(?:{_HOUSE}|\d{{1,5}}){_BUILDING})?"
)
_BARE_POSTAL_CODE = re.compile(rf"(?<![\d-])\d{{3}}-\d{{4}}(?=[ ]?{_PREFECTURE})")
_JAPANESE = re.compile(rf"{_PREFECTURE}{_TOWN}{_AREA}[ ]?{_HOUSE}{_BUILDING}")
_JAPANESE_TOWN = re.compile(
    rf"(?<![{_KANJI}])[{_KANJI}]{{1,6}}[市区町村](?:[一-龥々][{_KANJI}ァ-ヴーのが]{{0,11}}?)?[ ]?"
    rf"{_STRONG_HOUSE}{_BUILDING}(?![回人名時分円個本台件割%])"
)

_CAPITAL = r"(?:[A-Z][A-Za-z'’.-]{0,24}[ ])"
_KIND = (
    r"(?:Street|Road|Avenue|Lane|Drive|Boulevard|Court|Place|Square|Terrace|Way|Close|Crescent|Gardens|Grove|Hill|Row|Mews|Parkway|Highway"
    r"|Circle|Trail|St\.?|Rd\.?|Ave\.?|Ln\.?|Blvd\.?|Ct\.?|Pkwy\.?|Dr\.?(?=[,\n]|$|[ ](?:Apt|Suite|Unit|#)))(?![A-Za-z])"
)
_STATE = (
    r"(?:A[LKZR]|C[AOT]|D[CE]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY])"
)
_UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?[ ]\d(?![GT]B)[ABD-HJLNP-UW-Z]{2}(?![A-Za-z0-9])"
_PLACE = (
    r"(?:,?[ ](?:Apt|Apartment|Suite|Unit|Flat|Floor|#)\.?[ ]?\w{1,6})?"
    r"(?:(?:,[ ]?|\n|[ ])(?:[A-Z][a-z]{1,20}[ ,]{0,2}){1,3})?"
)
_CODE = rf"(?:[ ,\n]{{0,2}}(?:{_STATE}[ ,]{{1,2}}\d{{5}}(?:-\d{{4}})?(?!\d)|{_UK_POSTCODE}))?"
_NOT_A_STREET = r"(?!(?:AM|PM|Minutes?|Hours?|Days?|Weeks?|Months?|Years?|Miles?|Wheel|GB|TB|MB|Stars?|Mr|Mrs|Ms|Dr)\b)"
_STREET = re.compile(
    rf"(?<![\w.,$£€-])\d{{1,5}}[A-Za-z]?[ ](?:[NSEW]\.?[ ])?{_NOT_A_STREET}{_CAPITAL}{{1,4}}?{_KIND}(?:{_PLACE}{_CODE})"
)
_SMALL_STREET = re.compile(r"(?<![\w.,$£€-])\d{1,5}[ ](?!way|the|off|per|main|long|busy|side)[a-z]{3,20}[ ](?:street|road|avenue)(?![a-z])")
_CITY = re.compile(rf"(?<![A-Za-z])(?:[A-Z][a-z]{{1,20}}[ ]?){{1,3}},?[ ]{_STATE},?[ ]\d{{5}}(?:-\d{{4}})?(?!\d)")
_CODE_ALONE = re.compile(
    rf"(?<![A-Za-z0-9-]){_UK_POSTCODE}|(?<=[zZ]ip )(?:[cC]ode:? )?\d{{5}}(?:-\d{{4}})?(?!\d)"
    r"|\b[Pp]\.?[ ]?[Oo]\.? [Bb]ox \d{1,6}"
)


def addresses(copy: str) -> Iterator[tuple[int, int]]:
    """Yield postal addresses."""
    if not copy.isascii():
        yield from _japanese(copy)
    for pattern in (_STREET, _SMALL_STREET, _CITY, _CODE_ALONE):
        for match in pattern.finditer(copy):
            yield _trimmed(copy, *match.span())


def _japanese(copy: str) -> Iterator[tuple[int, int]]:
    for match in _POSTAL_CODE.finditer(copy):
        yield _trimmed(copy, *match.span())
    for pattern in (_BARE_POSTAL_CODE, _JAPANESE, _JAPANESE_TOWN):
        for match in pattern.finditer(copy):
            yield _trimmed(copy, *match.span())


def _trimmed(copy: str, start: int, end: int) -> tuple[int, int]:
    while end > start and copy[end - 1] in " ,\n":
        end -= 1
    return start, end
