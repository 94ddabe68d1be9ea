"""Names by a language model: only where one is set, marked, and never a word that too few voices use."""

import json
import os
from collections.abc import Callable

import httpx
import pytest

from models.llm_names import MARK, LlmTopicNamer, llm_client
from models.topic_names import PhraseTopicNamer
from pipelines.assembly import build_namer
from voc.errors import SettingsError
from voc.feedback import Language
from voc.settings import ModelSettings, load_settings
from voc.topics import TopicSentence

LOGIN = [f"I cannot log in to the portal {end}" for end in ("again today", "again", "again since Monday", "at all", "from home", "any more")]
BILL = [f"The invoice shows a wrong amount {end}" for end in ("again today", "again", "again since Monday", "this month", "twice", "any more")]


def sentences(topic: str, texts: list[str]) -> list[TopicSentence]:
    vector = (b"\x00\x3c" + b"\x00\x00" * 383) if topic == "a" else (b"\x00\x00\x00\x3c" + b"\x00\x00" * 382)
    return [
        TopicSentence(id=f"{topic}{n}.0", feedback_id=f"{topic}{n}", text=text, language=Language.EN, voice=f"{topic}{n}", vector=vector)
        for n, text in enumerate(texts)
    ]


GROUPS = {"a": sentences("a", LOGIN), "b": sentences("b", BILL)}
WITHOUT = {topic: names["en"].text for topic, names in PhraseTopicNamer().names(GROUPS, wanted=GROUPS).items()}


def named_by(answer: Callable[[httpx.Request], httpx.Response]) -> dict[str, str]:
    client = llm_client("http://llm.invalid/v1", key="s3cret")
    client._transport = httpx.MockTransport(answer)
    found = LlmTopicNamer(PhraseTopicNamer(), client, model="tiny").names(GROUPS, wanted=GROUPS)
    return {topic: names["en"].text for topic, names in found.items()}


def saying(*names: object) -> Callable[[httpx.Request], httpx.Response]:
    said = iter(names)
    return lambda _: httpx.Response(200, json={"choices": [{"message": {"content": next(said)}}]})


def test_a_name_of_the_customers_own_words_is_taken_and_marked() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        text = 'Sure! {"en": "cannot log in", "ja": "ログインできない"}' if "portal" in request.content.decode() else '{"en": "wrong amount"}'
        return httpx.Response(200, json={"choices": [{"message": {"content": text}}]})

    assert named_by(answer) == {"a": f"cannot log in{MARK}", "b": f"wrong amount{MARK}"}
    assert [str(one.url) for one in asked] == ["http://llm.invalid/v1/chat/completions"] * 2
    assert asked[0].headers["authorization"] == "Bearer s3cret"
    assert json.loads(asked[0].content)["model"] == "tiny"


@pytest.mark.parametrize(
    "content",
    [
        '{"en": "portal of Mrs Tanaka is down"}', '{"en": "cannot log in 504"}', '{"en": ""}', '{"en": 7}', '{"en": ["log in"]}', "no idea", "{", None,
        '{"ja": "ログインできない"}', '{"en": "' + "cannot log in " * 9 + '"}',
    ],
)  # fmt: skip
def test_an_answer_that_may_not_be_shown_changes_nothing(content: object) -> None:
    """Why: a word of one customer in a name would outlive that customer's erasure."""
    assert named_by(saying(content, content)) == WITHOUT


def test_two_topics_are_not_called_the_same() -> None:
    found = named_by(saying('{"en": "again"}', '{"en": "again"}'))
    assert found == {"a": f"again{MARK}", "b": WITHOUT["b"]}


@pytest.mark.parametrize("status", [302, 401, 500])
def test_a_server_that_refuses_is_asked_once_and_the_topics_keep_their_names(status: int) -> None:
    asked: list[httpx.Request] = []
    assert named_by(lambda request: asked.append(request) or httpx.Response(status, headers={"location": "http://elsewhere.invalid"})) == WITHOUT
    assert len(asked) == 1


def test_a_server_that_is_not_there_costs_no_name() -> None:
    def gone(_: httpx.Request) -> httpx.Response:
        message = "refused"
        raise httpx.ConnectError(message)

    assert named_by(gone) == WITHOUT


def test_nobody_is_asked_unless_a_server_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(build_namer(None, ModelSettings())) is PhraseTopicNamer  # type: ignore[arg-type]
    whole = ModelSettings(namer="http://127.0.0.1:11434/v1", namer_model="qwen")
    assert type(build_namer(None, whole)) is LlmTopicNamer  # type: ignore[arg-type]
    for half in ("127.0.0.1:11434", "http://127.0.0.1:11434/v1"):
        monkeypatch.setenv("VOC_MODELS__NAMER", half)
        with pytest.raises(SettingsError, match="namer_model"):
            load_settings(dict(os.environ))
