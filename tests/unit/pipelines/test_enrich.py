"""Enrich: sentences become a comment; the models are replaced by ones whose answers can be foretold."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from pipelines.enrich import INTENT_ORDER, PASSAGE_CHARS, URGENCY_ORDER, Understanding, _Heard, _intents, _mood, confidence, enrich
from voc.enrichment import CommentText, Intent, TagScore, Urgency
from voc.feedback import Language, Span
from voc.ports import Cues, Encoded
from voc.sentiment import Sentiment, SentimentLabel, label_of


class Splitter:
    name, version = "full stops", "1"

    def split(self, text: str, language: Language) -> tuple[Span, ...]:
        del language
        spans, start = [], 0
        for at, char in enumerate(text):
            if char == ".":
                spans.append(Span(start=start, end=at + 1))
                start = at + 1
        return tuple(spans)


class Encoder:
    name, version = "counting", "1"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, sentences: Sequence[str]) -> Encoded:
        self.encoded += sentences
        vectors = np.zeros((len(sentences), 384), np.float32)
        vectors[:, 0] = 1
        return Encoded(vectors, vectors, tuple(len(sentence) > 50 for sentence in sentences))


class Words:
    """Reads ``good``, ``bad``, ``leave``, ``now``, ``idiot`` and ``login``."""

    name, version = "words", "1"

    def sentiments(self, sentences: Sequence[str], encoded: Encoded) -> list[Sentiment]:
        del encoded
        scores = [0.9 * (("good" in s) - ("bad" in s)) for s in sentences]
        return [Sentiment(label=label_of(score), score=score, confidence=0.9) for score in scores]

    def cues(self, sentences: Sequence[str], sentiments: Sequence[Sentiment], encoded: Encoded) -> list[Cues]:
        del encoded
        return [
            Cues(
                intent=_intent(text, s),
                urgency=Urgency.NOW if "now" in text else Urgency.NONE,
                churn=0.9 if "leave" in text else 0.0,
                abusive=0.8 if "idiot" in text else 0.1,
            )
            for text, s in zip(sentences, sentiments, strict=True)
        ]

    def says_nothing(self, sentence: str) -> bool:
        return sentence.strip() == "hello."

    def tags(self, sentences: Sequence[str], encoded: Encoded) -> list[tuple[TagScore, ...]]:
        del encoded
        return [(TagScore(tag="account.login", score=0.5 + 0.1 * s.count("login")),) if "login" in s else () for s in sentences]

    def taxonomy_tags(self) -> tuple[()]:
        return ()


def _intent(text: str, sentiment: Sentiment) -> Intent:
    if text.strip() == "hello.":
        return Intent.NO_SIGNAL
    return Intent.COMPLAINT if sentiment.score < 0 else Intent.QUESTION if "?" in text else Intent.COMMENT


@pytest.fixture
def models() -> Understanding:
    words = Words()
    return Understanding(splitter=Splitter(), encoder=Encoder(), sentiment=words, cues=words, tagger=words)


def comment(text: str, *, name: str = "fb_1", spans: tuple[Span, ...] | None = None, no_signal: bool = False) -> CommentText:
    return CommentText(id=name, verbatim=text, spans=spans or (Span(start=0, end=len(text)),), language=Language.EN, no_signal=no_signal)


def test_there_is_one_result_per_comment_in_order(models: Understanding) -> None:
    assert [result.feedback_id for result in enrich([comment("a.", name=n) for n in "cab"], models)] == ["c", "a", "b"]
    assert enrich([], models) == []


def test_offsets_name_the_sentence_in_the_verbatim_also_behind_a_left_out_part(models: Understanding) -> None:
    text = "> quoted. good start. bad end. -- Kim"
    (result,) = enrich([comment(text, spans=(Span(start=10, end=21), Span(start=22, end=30)))], models)
    assert [text[s.start : s.end] for s in result.sentences] == ["good start.", "bad end."]


def test_a_result_does_not_depend_on_its_neighbours(models: Understanding) -> None:
    texts = [comment(f"login is bad {n}. good.", name=str(n)) for n in range(5)]
    assert enrich(texts, models) == [enrich([text], models)[0] for text in texts]


def test_identical_sentences_are_read_once(models: Understanding) -> None:
    enrich([comment("same. same. other.", name=str(n)) for n in range(3)] + [comment("other.")], models)
    assert isinstance(models.encoder, Encoder)
    assert sorted(models.encoder.encoded) == [" other.", " same.", "other.", "same.", "same. same. other."]


def test_the_comment_read_whole_says_what_it_wants_and_its_sentences_what_else_there_is(models: Understanding) -> None:
    """Why: sentence by sentence, a complaint in one word of a long praise made the comment a complaint (LOG.md)."""
    (result,) = enrich([comment("good good. one bad thing. so good.")], models)
    assert [sentence.intent for sentence in result.sentences] == [Intent.COMMENT, Intent.COMPLAINT, Intent.COMMENT]
    assert result.intents == (Intent.COMMENT, Intent.COMPLAINT)


def test_a_request_with_a_complaint_beside_it_is_a_complaint_where_the_whole_is_negative() -> None:
    """Why: 「ログインできません。急ぎ対応をお願いします。」 is no mere wish, and who has to save a customer reads complaints."""

    def heard(intent: Intent, score: float) -> _Heard:
        sentiment = Sentiment(label=label_of(score), score=score, confidence=0.9)
        return _Heard(sentiment, Cues(intent, Urgency.NONE, churn=0.0, abusive=0.0), too_long=False)

    broken, please = heard(Intent.COMPLAINT, -0.9), heard(Intent.REQUEST, 0.0)
    assert _intents([heard(Intent.REQUEST, -0.9)], [broken, please]) == (Intent.COMPLAINT, Intent.REQUEST)
    assert _intents([heard(Intent.REQUEST, 0.0)], [broken, please]) == (Intent.REQUEST, Intent.COMPLAINT)
    assert _intents([heard(Intent.REQUEST, -0.9)], [please]) == (Intent.REQUEST,)
    several = [heard(Intent.REQUEST, 0.0), heard(Intent.COMMENT, 0.0)]
    assert _intents(several, [broken, *several]) == (Intent.REQUEST, Intent.COMPLAINT, Intent.COMMENT)


def test_sentences_that_disagree_make_the_comment_mixed_whatever_the_whole_says(models: Understanding) -> None:
    (result,) = enrich([comment("good. login bad. login login good.")], models)
    assert (result.sentiment.label, result.sentiment.score) == (SentimentLabel.MIXED, 0.0)
    assert [(tag.tag, round(tag.score, 1)) for tag in result.tags] == [("account.login", 0.7)]


def test_the_surer_of_both_readings_says_how_the_comment_feels() -> None:
    def heard(score: float, confidence: float, label: SentimentLabel | None = None) -> _Heard:
        sentiment = Sentiment(label=label or label_of(score), score=score, confidence=confidence)
        return _Heard(sentiment, Cues(Intent.COMMENT, Urgency.NONE, churn=0.0, abusive=0.0), too_long=False)

    parts, passage = [(0, 10, "a" * 10), (10, 20, "b" * 10)], [(0, 20, "a" * 10 + "b" * 10)]
    sentences = [heard(-0.8, 0.8), heard(0.0, 0.6)]
    assert _mood(parts, sentences, passage, [heard(0.1, 0.6)]).label is SentimentLabel.NEGATIVE
    assert _mood(parts, sentences, passage, [heard(0.1, 0.9)]).label is SentimentLabel.NEUTRAL
    both = _mood(parts, sentences, passage, [heard(-0.1, 0.4, SentimentLabel.MIXED)])
    assert (both.label, both.score < 0) == (SentimentLabel.MIXED, True)


def test_who_says_it_in_one_sentence_is_heard_to_leave_though_the_whole_sounds_less_like_it(models: Understanding) -> None:
    """Why: "We are cancelling at the end of the month. Please just tell me how." was below one half, read as a whole only."""
    (result,) = enrich([comment("leave. please tell how.")], models)
    assert result.churn == 0.9

    class Calmer(Words):
        def cues(self, sentences: Sequence[str], sentiments: Sequence[Sentiment], encoded: Encoded) -> list[Cues]:
            found = super().cues(sentences, sentiments, encoded)
            return [replace(one, churn=one.churn / 3 if "please" in text else one.churn) for one, text in zip(found, sentences, strict=True)]

    (result,) = enrich([comment("leave. please tell how.")], replace(models, cues=Calmer()))
    assert result.churn == 0.6


def test_of_several_passages_the_most_urgent_speaks_and_the_gravest_intent_comes_first(models: Understanding) -> None:
    """Why: a passage holds only so much, and what was left out between two sentences parts them."""
    long = "we wait. " * (PASSAGE_CHARS // len("we wait. "))
    for text, spans in ((f"why? {long}leave now. bad.", None), ("why? > bad. leave now. bad.", (Span(start=0, end=5), Span(start=12, end=27)))):
        (result,) = enrich([comment(text, spans=spans)], models)
        assert (result.urgency, result.churn, result.intents[0]) == (Urgency.NOW, 0.9, Intent.COMPLAINT)
    assert isinstance(models.encoder, Encoder)
    assert max(map(len, models.encoder.encoded)) <= PASSAGE_CHARS
    assert not any(">" in text for text in models.encoder.encoded)


def test_greetings_at_the_ends_are_not_read_with_the_rest(models: Understanding) -> None:
    """Why: with its closing a complaint was read as neutral."""
    (result,) = enrich([comment("hello. bad. slow. hello.")], models)
    assert isinstance(models.encoder, Encoder)
    assert " bad. slow." in models.encoder.encoded
    assert not any("hello" in text and "bad" in text for text in models.encoder.encoded)
    assert result.intent is Intent.COMPLAINT
    (nothing,) = enrich([comment("hello. hello.")], models)
    assert nothing.intents == (Intent.NO_SIGNAL,)


def test_one_abusive_sentence_makes_the_comment_abusive_and_takes_nothing_from_its_complaint(models: Understanding) -> None:
    (result,) = enrich([comment("login bad. you idiot. good.")], models)
    assert result.abusive == 0.8
    assert Intent.COMPLAINT in result.intents
    assert [tag.tag for tag in result.tags] == ["account.login"]


def test_a_comment_without_signal_is_counted_not_read(models: Understanding) -> None:
    (result,) = enrich([comment("bad.", no_signal=True)], models)
    assert (result.intent, result.sentiment.label, result.tags) == (Intent.NO_SIGNAL, SentimentLabel.NEUTRAL, ())


def test_what_the_model_did_not_read_to_the_end_is_marked(models: Understanding) -> None:
    assert enrich([comment("x" * 60 + ".")], models)[0].truncated
    assert not enrich([comment("x.")], models)[0].truncated


def test_more_sentences_than_are_kept_are_marked(models: Understanding) -> None:
    (result,) = enrich([comment("a." * 1_500)], models)
    assert (len(result.sentences), result.truncated) == (1_000, True)


def test_the_stamp_changes_with_any_model(models: Understanding) -> None:
    other = Words()
    other.version = "2"
    changed = Understanding(splitter=models.splitter, encoder=models.encoder, sentiment=other, cues=models.cues, tagger=models.tagger)
    assert models.stamp().version != changed.stamp().version
    assert models.stamp() == models.stamp()


def chances(**given: float) -> tuple[float, ...]:
    return tuple(given.get(intent.value, 0.0) for intent in Intent)


ORDER = (*INTENT_ORDER, Intent.NO_SIGNAL)


def test_one_sentence_is_as_sure_as_its_own_chance() -> None:
    row = chances(complaint=0.2, request=0.7, comment=0.1)
    assert [confidence(intent, [row], ORDER) for intent in (Intent.COMPLAINT, Intent.REQUEST, Intent.COMMENT, Intent.NO_SIGNAL)] == [0.2, 0.7, 0.1, 0]


def test_how_sure_a_comment_is_by_hand() -> None:
    """Two passages: a complaint unless neither complains; a request unless one complains or neither asks."""
    rows = [chances(complaint=0.2, request=0.7, comment=0.1), chances(complaint=0.5, comment=0.5)]
    assert confidence(Intent.COMPLAINT, rows, ORDER) == pytest.approx(1 - 0.8 * 0.5)
    assert confidence(Intent.REQUEST, rows, ORDER) == pytest.approx(0.8 * 0.5 - 0.1 * 0.5)
    assert sum(confidence(intent, rows, ORDER) or 0 for intent in ORDER) == pytest.approx(1)


def test_the_urgency_of_a_comment_is_that_of_its_most_urgent_passage() -> None:
    rows = [(0.9, 0.1, 0.0), (0.5, 0.3, 0.2)]
    assert confidence(Urgency.NONE, rows, URGENCY_ORDER[::-1]) == pytest.approx(0.9 * 0.5)
    assert confidence(Urgency.NOW, rows, URGENCY_ORDER[::-1]) == pytest.approx(0.2)


def test_models_that_state_no_chances_leave_the_comment_without_and_a_comment_without_signal_is_sure(models: Understanding) -> None:
    read, empty = enrich([comment("login bad.", name="a"), comment("bad.", name="b", no_signal=True)], models)
    assert (read.intent_confidence, read.urgency_confidence) == (None, None)
    assert (empty.intent_confidence, empty.urgency_confidence) == (1.0, 1.0)
