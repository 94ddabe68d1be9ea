"""Edits of topics on the pages: first shown with their counts, then done; topics split and sentences moved by hand."""

import re
from html import unescape

import pytest

from tests.support.app import Running
from tests.unit.api.test_topic_changes import by_id, members, propose, topics
from voc.keys import Scope
from voc.topics import Topic, TopicEdit, TopicGroup

__all__ = ["topics"]
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@pytest.fixture(autouse=True)
def _signed_in(api: Running) -> None:
    api.client.post("/login", data={"key": api.secrets[Scope.ADMIN]})


def send(api: Running, path: str, **fields: str) -> str:
    answer = api.client.post(f"{path}?lang=en", data=fields, follow_redirects=False)
    assert answer.status_code == 200, "it is only shown"
    return answer.text


def confirm(api: Running, path: str, shown: str) -> str:
    """Send the form of a preview as a browser would; return where it leads."""
    form = shown.partition('id="preview"')[2]
    answer = api.client.post(path, data={unescape(name): unescape(value) for name, value in HIDDEN.findall(form)}, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"]


def counts(shown: str) -> list[list[str]]:
    """Return the words of the number cells of each topic's line: now, an arrow, then; one number where nothing changes."""
    rows = re.findall(r"<tr>(.*?)</tr>", shown.partition("<tbody>")[2].partition("</tbody>")[0], flags=re.DOTALL)
    return [re.sub(r"<[^>]*>", " ", " ".join(re.findall(r'<td class="num">(.*?)</td>', row))).split() for row in rows]


def edits(api: Running) -> list[TopicEdit]:
    with api.service.store.read() as unit:
        return unit.topic_edits.find()


@pytest.mark.parametrize(
    ("what", "fields", "said"),
    [
        ("rename", {"name": "Sign-in & codes"}, "Name: Sign-in &amp; codes"),
        ("merge", {"other": "OTHER"}, "sentences move"),
        ("pin", {"on": "1"}, "Pinned: no fit proposes changes"),
        ("exclude", {"on": "1"}, "Hidden: it takes in its sentences, but is no issue."),
        ("group", {"name": "Access"}, "→ Access"),
        ("promote", {"taxonomy": "mine", "tag": "codes"}, "become examples of the tag"),
    ],
)
def test_an_edit_is_shown_with_its_counts_and_done_when_the_reader_says_so(
    api: Running, topics: dict[str, str], what: str, fields: dict[str, str], said: str
) -> None:
    target, other = list(topics.values())[:2]
    before, fields = by_id(api), {name: other if value == "OTHER" else value for name, value in fields.items()}
    path = f"/issues/topic/{target}/{what}"
    shown = send(api, path, **fields)
    assert said in shown
    assert (by_id(api), edits(api)) == (before, []), "nothing has changed yet"
    size, brought = len(members(api, target)), len(members(api, other))
    if what == "merge":
        assert counts(shown) == [[str(size), "→", str(size + brought)] * 2, [str(brought), "→", "0"] * 2]
    else:
        assert counts(shown) == [[str(size), str(size)]]
    assert confirm(api, path, shown) == f"/issues/topic/{target}#history"
    assert [edit.change.kind.value for edit in edits(api)] == [{"group": "regroup"}.get(what, what)]


def test_a_topic_is_split_by_hand_from_its_sentences(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    mine = members(api, target)
    assert f"/issues/topic/{target}/sentences" in api.client.get(f"/issues/topic/{target}?lang=en").text
    page = api.client.get(f"/issues/topic/{target}/sentences?lang=en").text
    assert sorted(re.findall(r'name="sentences" value="([^"]*)"', page)) == sorted(mine)
    path = f"/issues/topic/{target}/split"
    shown = api.client.post(path, data={"sentences": [mine[0], mine[1]], "name": "codes"}).text
    with api.service.store.read() as unit:
        texts = unit.enrichments.sentence_texts(mine[:2])
    assert all(text in shown for text in texts.values())
    assert [row[:3] for row in counts(shown)] == [[str(len(mine)), "→", str(len(mine) - 2)], ["0", "→", "2"]]
    assert len(members(api, target)) == len(mine)
    confirm(api, path, shown)
    made = next(topic for topic in by_id(api).values() if topic["name"] == "codes")
    assert set(members(api, made["id"])) == set(mine[:2])
    assert "Split off" in api.client.get(f"/issues/topic/{target}?lang=en").text


def test_all_sentences_shown_go_together_and_words_find_them(api: Running, topics: dict[str, str]) -> None:
    target, other = list(topics.values())[:2]
    mine = members(api, target)
    with api.service.store.read() as unit:
        text = unit.enrichments.sentence_texts(mine)[mine[0]]
    page = api.client.get(f"/issues/topic/{target}/sentences", params={"lang": "en", "words": f"  {text.upper()} "}).text
    shown_ids = re.search(r'name="shown" value="([^"]*)"', page)
    assert shown_ids is not None
    assert shown_ids[1].split() == [mine[0]]
    path = f"/issues/topic/{target}/move"
    preview = send(api, path, all="1", shown=shown_ids[1], other=other, name="")
    confirm(api, path, preview)
    assert mine[0] in members(api, other)
    api.client.post(f"/topic-edits/{edits(api)[0].number}/undo", data={"next": "/proposals"})
    assert set(members(api, target)) == set(mine)
    path = f"/issues/topic/{target}/remove"
    preview = send(api, path, sentences=mine[0])
    assert "no topic" in preview
    confirm(api, path, preview)
    assert mine[0] not in members(api, target)
    assert "No sentence says that" in api.client.get(f"/issues/topic/{target}/sentences?lang=en&words=zzz").text


@pytest.mark.parametrize(
    ("what", "fields", "status"),
    [
        ("split", {"sentences": "", "name": "codes"}, 400),
        ("split", {"sentences": "fb_none.0", "name": "codes"}, 400),
        ("split", {"sentences": "MINE", "name": " "}, 400),
        ("move", {"sentences": "MINE", "other": ""}, 422),
        ("move", {"sentences": "MINE", "other": "tp_none"}, 404),
        ("move", {"sentences": "fb_none.0", "other": "OTHER"}, 400),
        ("remove", {"sentences": ""}, 400),
        ("merge", {"other": ""}, 404),
        ("burn", {}, 422),
    ],
)
@pytest.mark.parametrize("confirmed", ["", "1"])
def test_what_cannot_be_done_is_refused_already_by_the_preview(
    api: Running, topics: dict[str, str], what: str, fields: dict[str, str], status: int, confirmed: str
) -> None:
    target, other = list(topics.values())[:2]
    real = {"MINE": members(api, target)[0], "OTHER": other}
    before = by_id(api)
    sent = {name: real.get(value, value) for name, value in fields.items()} | {"confirmed": confirmed}
    assert api.client.post(f"/issues/topic/{target}/{what}", data=sent).status_code == status
    assert by_id(api) == before


def test_a_proposal_says_what_accepting_it_does_and_when_it_cannot_be_done(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    mine = members(api, target)
    propose(api, target, mine)
    page = api.client.get("/proposals?lang=en").text
    assert [row[:3] for row in counts(page)] == [[str(len(mine)), "→", str(len(mine) - 1)], ["0", "→", "1"]]
    api.post(f"/v1/topics/{target}/remove", {"sentence_ids": [mine[0]]})
    page = api.client.get("/proposals?lang=en").text
    assert "it cannot be accepted any more" in page
    assert 'data-key="a"' not in page
    assert 'data-key="r"' in page


def test_a_group_is_renamed_after_its_preview(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    with api.service.store.write() as unit:
        found: Topic | None = unit.topics.get(target)
        assert found is not None
        unit.topic_groups.put([TopicGroup(id="tg_1", name="Old", named_by=None)])
        unit.topics.put([found.model_copy(update={"group_id": "tg_1"})])
    shown = send(api, "/topic-groups/tg_1/rename", name="Sign-in")
    assert "Old → Sign-in" in shown
    assert "1 topic<" in shown
    assert edits(api) == []
    assert confirm(api, "/topic-groups/tg_1/rename", shown) == "/issues?kind=topic"
    with api.service.store.read() as unit:
        assert unit.topic_groups.find()["tg_1"].name == "Sign-in"


def test_who_may_only_read_sees_the_sentences_and_no_boxes(api: Running, topics: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    api.client.post("/login", data={"key": api.secrets[Scope.READ]})
    page = api.client.get(f"/issues/topic/{target}/sentences?lang=ja").text
    assert "トピックの文" in page
    assert "checkbox" not in page
    assert api.client.post(f"/issues/topic/{target}/split", data={"sentences": members(api, target)[0], "name": "x"}).status_code == 403
    assert api.client.get("/issues/topic/tp_none/sentences").status_code == 404


@pytest.mark.parametrize("meanwhile", ["an edit", "an edit taken back"])
def test_what_was_shown_before_somebody_else_edited_is_shown_again_and_not_done(
    api: Running, topics: dict[str, str], meanwhile: str
) -> None:
    target, other = list(topics.values())[:2]
    done = api.post(f"/v1/topics/{other}/pin", {}).json()["edit"]
    path = f"/issues/topic/{target}/merge"
    shown = send(api, path, other=other)
    if meanwhile == "an edit":
        api.post(f"/v1/topics/{other}/rename", {"name": "Somebody else's"})
    else:
        api.post(f"/v1/topics/{other}/undo", {"edit": done})
    before = by_id(api)
    form = {unescape(name): unescape(value) for name, value in HIDDEN.findall(shown.partition('id="preview"')[2])}
    again = api.client.post(f"{path}?lang=en", data=form, follow_redirects=False)
    assert (again.status_code, by_id(api)) == (200, before)
    assert "Somebody has edited these topics since you looked" in again.text
    assert confirm(api, path, again.text) == f"/issues/topic/{target}#history"
    assert other not in by_id(api)


def test_a_refusal_says_why_and_blames_nobody(api: Running, topics: dict[str, str]) -> None:
    target, other = list(topics.values())[:2]
    path = f"/issues/topic/{target}"
    api.post(f"/v1/topics/{target}/pin", {})
    every = " ".join(members(api, target))
    tried = {
        "No sentence was chosen": (f"{path}/remove", {}),
        "A name has 1 to 120 characters.": (f"{path}/rename", {"name": "x" * 121}),
        "It is so already": (f"{path}/pin", {"on": "1"}),
        "A split takes some": (f"{path}/split", {"name": "all", "sentences": every}),
        "Choose another topic.": (f"{path}/merge", {"other": target}),
        "Names of tags and taxonomies": (f"{path}/promote", {"taxonomy": "a/b", "tag": "t"}),
        "Something that is needed is missing": (f"{path}/move", {"sentences": every}),
        "Too much was sent at once": (f"{path}/rename", {"name": "x" * 20_000}),
    }
    for said, (place, fields) in tried.items():
        page = api.client.post(f"{place}?lang=en", data=fields).text
        assert said in page
        assert "Nothing was changed." in page
        assert "on our side" not in page
    api.post(f"/v1/topics/{target}/merge", {"topic_ids": [other]})
    page = api.client.post(f"/issues/topic/{other}/exclude?lang=ja", data={"on": "1"}).text
    assert "別のトピックに統合されました" in page
    refused = api.post(f"/v1/topics/{other}/exclude", {}).json()
    assert [field["problem"] for field in refused["fields"]] == ["merged"], "programs are told as well"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/unassigned/leave", {"sentences": "garbage"}),
        ("/unassigned/leave", {"sentences": "a.b"}),
        ("/unassigned/move", {"sentences": "a.99999999999999999999", "topic": "TOPIC"}),
        ("/topic-edits/99999999999999999999999/undo", {}),
        ("/topic-edits/0/undo", {}),
    ],
)
def test_garbage_is_refused(api: Running, topics: dict[str, str], path: str, fields: dict[str, str]) -> None:
    target = next(iter(topics.values()))
    sent = {name: target if value == "TOPIC" else value for name, value in fields.items()}
    assert api.client.post(path, data=sent).status_code in {400, 404, 422}


def test_the_history_says_who_did_what_and_what_binds_later_fits(api: Running, topics: dict[str, str]) -> None:
    target, other = list(topics.values())[:2]
    mine = members(api, target)
    assert "Nobody has edited it." in api.client.get(f"/issues/topic/{target}/history?lang=en").text
    api.post(f"/v1/topics/{other}/move", {"sentence_ids": [mine[0]], "by": "Sato"})
    api.post(f"/v1/topics/{target}/rename", {"name": "Codes", "by": "Ito"})
    page = api.client.get(f"/issues/topic/{target}/history?lang=en").text
    assert "0 sentences were put here" in page
    assert "1 sentence was taken out" in page
    assert "Named by Ito" in page
    assert "Sato" in page.partition('id="history"')[2]
    assert "1 sentence was put here" in api.client.get(f"/issues/topic/{other}/history?lang=en").text
    for topic in (target, other):
        api.post(f"/v1/topics/{topic}/undo", {})
    assert "0 sentences were taken out" in api.client.get(f"/issues/topic/{target}/history?lang=en").text
    assert "トピックの履歴" in api.client.get(f"/issues/topic/{target}?lang=ja").text
    assert api.client.get("/issues/topic/tp_none/history").status_code == 404
