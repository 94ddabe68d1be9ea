"""Companies and names of the sample data, all invented and written by hand.

Invariants: eighty companies with unique names; ``staff`` has one letter per person (u user, a admin, b buyer, d decider); every
person who signs a mail in the comments works, in the role given there, for the company in the signature.
"""

from dataclasses import dataclass
from datetime import date

AOZORA = "青空フーズ株式会社"
AOZORA_ID = "acc-017"


@dataclass(frozen=True)
class Company:
    """One invented company as written down by hand; ``joined`` and ``left`` are set where the story needs the day."""

    name: str
    language: str
    plan: str
    region: str
    staff: str
    joined: date | None = None
    left: date | None = None


def _ja(plan: str, *rows: tuple[str, str, str], joined: date | None = None, left: date | None = None) -> tuple[Company, ...]:
    return tuple(Company(name, "ja", plan, region, staff, joined, left) for name, region, staff in rows)


def _en(plan: str, *rows: tuple[str, str, str], joined: date | None = None, left: date | None = None) -> tuple[Company, ...]:
    return tuple(Company(name, "en", plan, region, staff, joined, left) for name, region, staff in rows)


ENTERPRISE_JA = (
    *_ja("Enterprise", (AOZORA, "関西", "uuuuud"), joined=date(2023, 12, 1)),
    *_ja(
        "Enterprise",
        ("株式会社オリベア機工", "関西", "uuad"), ("北貝興産株式会社", "東北", "uab"), ("医療法人そらまめ会", "九州", "uuad"),
        ("東峰野電装株式会社", "関東", "uuaad"), ("株式会社さくらぎ製薬", "関東", "uad"), ("港洋海運株式会社", "関西", "uuab"),
        ("株式会社みのり野百貨店", "中部", "uua"), ("瑞川鉄工株式会社", "中部", "uab"), ("株式会社アカツキノ精機", "関東", "uuad"),
    ),
    *_ja("Enterprise", ("常盤森ホールディングス株式会社", "関東", "uad"), left=date(2026, 9, 30)),
    *_ja("Enterprise", ("北辰見警備株式会社", "北海道", "uabd"), joined=date(2026, 6, 22)),
)

BUSINESS_JA = (
    *_ja(
        "Business",
        ("株式会社みなと紙器", "関東", "uab"), ("株式会社ひばり設備", "関東", "uab"), ("宮園印刷株式会社", "九州", "uab"),
        ("カナリヤ商会株式会社", "関西", "ub"), ("株式会社ゆきわり食器", "中部", "uab"), ("ほしの保育サービス株式会社", "関東", "ua"),
        ("カササギ測量設計株式会社", "東北", "uad"), ("有限会社こだま木工", "中部", "ub"), ("株式会社はるかぜ旅行", "九州", "uab"),
        ("株式会社あじさい薬局", "関東", "uad"), ("銀杏坂不動産株式会社", "関東", "ub"), ("株式会社ほたる電設", "関西", "ab"),
        ("株式会社うみねこ食品", "東北", "ubd"), ("株式会社どんぐり菓子", "関西", "ud"),
    ),
    *_ja("Business", ("しのぶえロジ株式会社", "関東", "uad"), joined=date(2024, 4, 1)),
    *_ja("Business", ("鶴見台運輸株式会社", "関東", "uad"), left=date(2026, 6, 30)),
    *_ja("Business", ("株式会社きつつき建材", "九州", "uab"), left=date(2026, 8, 31)),
    *_ja("Business", ("株式会社つたえ広告社", "関西", "uab"), left=date(2026, 9, 30)),
    *_ja("Business", ("株式会社すずかけ教育", "関東", "uab"), joined=date(2025, 11, 4)),
    *_ja("Business", ("株式会社もくれん衣料", "中部", "uab"), joined=date(2026, 1, 13)),
    *_ja("Business", ("株式会社たけのこ通信", "関東", "uab"), joined=date(2026, 2, 16)),
    *_ja("Business", ("丸葉出版株式会社", "関東", "uad"), joined=date(2026, 4, 6)),
)

STARTER_JA = (
    *_ja(
        "Starter",
        ("まるひげ工務店", "東北", "ud"), ("有限会社とびうお水産", "九州", "a"), ("株式会社こもれび企画", "関東", "u"),
        ("うの製作所", "関西", "u"), ("株式会社ツバキノ塗装", "関東", "ua"), ("藍染工房みずは", "四国", "u"),
        ("千鳥飴本舗株式会社", "関西", "ub"), ("すみれ町歯科", "関東", "a"), ("喫茶と焙煎ゆうなぎ", "四国", "u"),
        ("みかづき写真館", "中部", "u"),
    ),
    *_ja("Starter", ("りんどう税務会計事務所", "関東", "ud"), left=date(2026, 3, 31)),
    *_ja("Starter", ("めだか設計事務所", "東北", "ua"), left=date(2026, 5, 31)),
    *_ja("Starter", ("杉皮工芸", "中部", "a"), joined=date(2025, 10, 20)),
    *_ja("Starter", ("てまり人形店", "関西", "a"), joined=date(2025, 12, 8)),
    *_ja("Starter", ("合同会社ななくさ", "関東", "ad"), joined=date(2026, 3, 2)),
    *_ja("Starter", ("有限会社せせらぎ園芸", "九州", "ua"), joined=date(2026, 5, 11)),
    *_ja("Starter", ("株式会社おたまじゃくし", "関東", "ua"), joined=date(2026, 7, 1)),
    *_ja("Starter", ("株式会社かざぐるま", "北海道", "ua"), joined=date(2026, 8, 3)),
)

ENTERPRISE_EN = (
    *_en(
        "Enterprise",
        ("Pellworth Example Group", "Europe", "uuad"), ("Exampledale Care Homes", "Europe", "uuab"),
        ("Brindlewick Example Insurance", "Europe", "uuad"), ("Castellane Optica", "Europe", "uua"),
        ("Northmere Straits Logistics", "APAC", "uuad"), ("Quarry Hill Schools Trust", "Europe", "ua"),
    ),
    *_en("Enterprise", ("Halvorsen Kestrel AS", "Europe", "uab"), joined=date(2026, 7, 6)),
)

BUSINESS_EN = (
    *_en(
        "Business",
        ("Lindenhof Werkzeuge GmbH", "Europe", "uab"), ("Sample Lane Foods", "APAC", "ua"), ("Kawabe Trading (Example) Co.", "APAC", "ub"),
        ("Whitcombe & Daughters Surveyors", "Europe", "ua"), ("Vetroblu Import", "Europe", "ub"),
        ("Penhallow Marine Supplies", "Europe", "ud"),
        ("Lumenka Glass", "Europe", "uab"), ("Rookwood Tannery Example Ltd", "Europe", "ab"),
    ),
    *_en("Business", ("Moonfern Packaging", "APAC", "uab"), left=date(2026, 7, 31)),
    *_en("Business", ("Tidewater Lane Studios", "Europe", "ubd"), left=date(2026, 10, 15)),
    *_en("Business", ("Peppercorn Quay Catering", "APAC", "uab"), joined=date(2026, 3, 9)),
    *_en("Business", ("Kurrajong Fieldworks", "APAC", "uad"), joined=date(2026, 5, 18)),
)

STARTER_EN = (
    *_en(
        "Starter",
        ("Marsh & Tolley Ltd", "Europe", "ua"), ("Bluefinch Interiors", "Europe", "ud"), ("Applegarth Joinery", "Europe", "a"),
        ("Saltmarsh Example Physio", "APAC", "a"), ("Harbour Thimble Tailors", "APAC", "u"),
    ),
    *_en("Starter", ("Two Lanterns Bookshop", "Europe", "ud"), left=date(2026, 4, 30)),
    *_en("Starter", ("Little Orchard Example Nursery", "APAC", "ua"), joined=date(2025, 11, 17)),
    *_en("Starter", ("Green Bollard Cycles", "Europe", "ua"), joined=date(2026, 1, 19)),
    *_en("Starter", ("Paper Crane Tutors", "APAC", "ad"), joined=date(2026, 8, 10)),
)

COMPANIES = ENTERPRISE_JA + BUSINESS_JA + STARTER_JA + ENTERPRISE_EN + BUSINESS_EN + STARTER_EN
