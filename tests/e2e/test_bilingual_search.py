"""Meaning crosses the languages: a Japanese comment is found by an English one and back, by vectors alone."""

import pytest

from pipelines.assembly import build_understanding

PAIRS = [
    ("請求書の金額が先月と違うので、理由を教えてください。", "The amount on my bill differs from last month; please tell me why."),
    ("窓口の方がとても親切で、安心して相談できました。", "The person at the counter was so kind that I felt at ease asking."),
    ("荷物が届いたとき、箱がつぶれて中身が割れていました。", "When the parcel arrived the box was crushed and the contents were broken."),
    ("画面を開くたびに三十秒も待たされます。", "Every time I open the page I have to wait half a minute."),
    ("来月で契約をやめることを考えています。", "I am thinking of ending my contract next month."),
    ("部屋が寒くて、夜中に何度も目が覚めました。", "The room was so cold that I woke up several times at night."),
]


@pytest.mark.models
@pytest.mark.parametrize("asked", [0, 1], ids=["japanese finds english", "english finds japanese"])
def test_each_comment_finds_its_translation_among_the_six(asked: int) -> None:
    encoder = build_understanding().encoder
    vectors = [encoder.encode([pair[side] for pair in PAIRS]).vectors for side in (asked, 1 - asked)]
    assert (vectors[0] @ vectors[1].T).argmax(axis=1).tolist() == list(range(len(PAIRS)))
