"""How the sentiments of sentences become a comment's."""

from voc.sentiment import NEUTRAL, Sentiment, SentimentLabel, combine, label_of


def said(score: float, *, confidence: float = 0.9, abstained: bool = False) -> Sentiment:
    return Sentiment(label=label_of(score), score=score, confidence=confidence, abstained=abstained)


def test_a_comment_without_sentences_is_neutral() -> None:
    assert combine([], []) == NEUTRAL


def test_one_sentence_speaks_for_the_comment() -> None:
    assert combine([said(-0.8)], [10]).label is SentimentLabel.NEGATIVE


def test_praise_and_complaint_in_one_comment_are_mixed() -> None:
    assert combine([said(0.8), said(-0.75)], [10, 10]).label is SentimentLabel.MIXED


def test_a_mixed_sentence_makes_a_comment_mixed() -> None:
    both = Sentiment(label=SentimentLabel.MIXED, score=0.02, confidence=0.46)
    assert combine([both], [10]).label is SentimentLabel.MIXED
    assert combine([both, said(0.9)], [10, 10]).label is SentimentLabel.MIXED


def test_a_side_must_be_clear_to_be_spoken_against() -> None:
    assert combine([said(0.8), said(-0.69)], [10, 10]).label is not SentimentLabel.MIXED
    assert combine([said(0.8), said(-0.71)], [10, 10]).label is SentimentLabel.MIXED


def test_a_sentence_the_model_is_unsure_of_makes_nothing_mixed() -> None:
    assert combine([said(0.8), said(-0.7, abstained=True, confidence=0.1)], [10, 10]).label is SentimentLabel.POSITIVE


def test_long_sure_sentences_weigh_more() -> None:
    assert combine([said(-0.3), said(0.3)], [100, 10]).score < 0 < combine([said(-0.3), said(0.3)], [10, 100]).score
    assert combine([said(-0.3, confidence=0.9), said(0.3, confidence=0.1)], [10, 10]).score < 0


def test_a_comment_abstains_only_where_every_sentence_does() -> None:
    assert combine([said(0.1, abstained=True), said(0.1, abstained=True)], [1, 1]).abstained
    assert not combine([said(0.1, abstained=True), said(0.9)], [1, 1]).abstained


def test_the_order_of_sentences_does_not_matter() -> None:
    several = [said(0.5), said(-0.1), said(0.2)]
    assert combine(several, [1, 2, 3]).label is combine(several[::-1], [3, 2, 1]).label
