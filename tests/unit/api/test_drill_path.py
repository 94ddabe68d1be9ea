"""An opened issue narrowed step by step: reason, group, product, release, down to quotes; over HTTP, on the page, by the command line."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import Running, running
from tests.support.commands import here
from tests.unit.api.test_explain import QUESTION, two_quarters
from voc.keys import Scope
from voc.topics import Topic, TopicAssignment

LOGIN = "tag:account.login"
PAGE = "/root-cause?kpi=nps&since=2026-04-01&until=2026-06-30&before_since=2026-01-01&before_until=2026-03-31&lang=en"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Twenty answers a quarter; all who name the login in the second one do so of codes, large customers in release 4.2."""
    with running(Path(tmp_path_factory.mktemp("path"))) as found:
        two_quarters(
            found,
            lambda month, at: {
                "segment": "smb" if at < 10 else "enterprise", "product": "tsumugi",
                "metadata": {"release": "4.2" if at >= 10 and month == "05" else "4.1"},
            },
        )  # fmt: skip
        found.work()
        with found.service.store.write() as unit:
            unit.topics.put([Topic(id="tp_codes", name="codes never arrive", keywords=(), example_ids=(), size=10, centroid=bytes(8))])
            names = [one.id for one in unit.feedback.find(_everything(), limit=100) if "log in" in one.verbatim and one.submitted_at.month == 5]
            unit.topics.assign([TopicAssignment(sentence_id=f"{name}.0", topic_id="tp_codes", similarity=0.9) for name in names])
        found.client.post("/login", data={"key": found.secrets[Scope.ADMIN]})
        yield found


def _everything() -> Any:
    from voc.filters import FeedbackFilter

    return FeedbackFilter()


def opened(app: Running, **within: str) -> dict[str, Any]:
    answer = app.post("/v1/explain", QUESTION | {"open": LOGIN, "within": within, "opened": 1})
    assert answer.status_code == 200, answer.text
    (drill,) = answer.json()["drills"]
    return drill


def counts(drill: dict[str, Any]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(line["kind"], line["name"]): (line["n_before"], line["n_after"]) for line in drill["lines"]}


def test_each_step_narrows_what_the_next_ones_say(told: Running) -> None:
    assert counts(opened(told))["reason", "codes never arrive"] == (0, 10)
    codes = opened(told, reason="topic:tp_codes")
    assert counts(codes) == {("group", "enterprise"): (0, 5), ("group", "smb"): (0, 5), ("product", "tsumugi"): (0, 10), ("release", "4.1"): (0, 5), ("release", "4.2"): (0, 5)}
    large = opened(told, reason="topic:tp_codes", group="enterprise")
    assert counts(large) == {("product", "tsumugi"): (0, 5), ("release", "4.2"): (0, 5)}
    last = opened(told, reason="topic:tp_codes", group="enterprise", product="tsumugi", release="4.2")
    assert last["lines"] == []
    assert len(last["quotes"]) == 5
    assert all(int(quote["text"].partition("05-")[2].partition(")")[0]) >= 10 for quote in last["quotes"]), "of large customers alone"
    assert opened(told, group="nobody")["quotes"] == []


def test_the_numbers_of_a_narrowed_line_have_addresses_of_their_own(told: Running) -> None:
    wide = next(line for line in opened(told)["lines"] if line["name"] == "4.2")
    line = next(line for line in opened(told, reason="topic:tp_codes", group="smb")["lines"] if line["name"] == "4.1")
    assert line["figure"] != wide["figure"]
    said = told.get(f"/v1/figures/{line['figure']}").json()
    assert said["state"]["fresh"]
    assert (said["figure"]["n"], said["figure"]["evidence_count"]) == (5, 5)


def test_an_issue_that_is_none_of_the_largest_is_opened_too(told: Running) -> None:
    asked = QUESTION | {"opened": 1, "open": "topic:tp_codes"}
    assert [drill["issue"]["id"] for drill in told.post("/v1/explain", asked).json()["drills"]] == ["tp_codes", "account.login"]
    assert len(told.post("/v1/explain", QUESTION | {"opened": 1, "open": LOGIN}).json()["drills"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"open": "tag:no.such"}, "open"), ({"open": "login"}, "open"), ({"within": {"group": "smb"}}, "open"),
        ({"open": LOGIN, "within": {"reason": "codes"}}, "within/reason"), ({"open": LOGIN, "within": {"colour": "red"}}, "within/*"),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_refused(told: Running, body: dict[str, Any], field: str) -> None:
    answer = told.post("/v1/explain", QUESTION | body)
    assert answer.status_code in {400, 422}
    assert answer.json()["errors"][0]["pointer"] == f"#/{field}"


@pytest.mark.parametrize(
    "dates",
    [{"before_until": "0001-01-02"}, {"until": "0001-01-20"}, {"since": "0001-01-02"}, {"since": "0900-01-01"}, {"since": "0026-04-01", "before_until": "0026-03-31"}],
)  # fmt: skip
def test_dates_no_time_lies_before_are_refused_on_the_page_and_by_the_command(told: Running, dates: dict[str, str]) -> None:
    """Why: a year that is half typed (0026) broke the page."""
    for path in ("/root-cause", "/root-cause.csv"):
        assert told.client.get(path, params=dates).status_code == 422
    names = {"since": "--from", "until": "--to", "before_until": "--before-to"}
    done = here(told.service.settings.data_dir, "explain", *(part for name, day in dates.items() for part in (names[name], day)))
    assert (done.exit_code, done.stderr.count("[bad_filter]")) == (65, 1)


def step(app: Running, page: str, name: str) -> str:
    """Follow the link of a line of an opened issue."""
    links = {unescape(text): unescape(address) for address, text in re.findall(r'<a href="([^"]*)" title="Only these comments">([^<]*)<', page)}
    assert links[name].endswith(f"#{LOGIN}")
    return app.client.get(links[name].partition("#")[0]).text


def chips(page: str) -> dict[str, str]:
    """Return what the opened issue is narrowed to, each with the address without it."""
    card = page.partition(f'id="{LOGIN}"')[2].partition("</section>")[0]
    found = re.findall(r'<a class="chip" href="([^"]*)"[^>]*>(.*?)</a>', card)
    return {" ".join(re.sub(r"<[^>]*>", " ", text).split()): unescape(address) for address, text in found}


def test_the_page_is_narrowed_line_by_line_and_widened_again(told: Running) -> None:
    page = told.client.get(PAGE).text
    assert chips(page) == {}
    codes = step(told, page, "codes never arrive")
    large = step(told, codes, "enterprise")
    assert list(chips(large)) == ["Reason codes never arrive ×", "Group enterprise ×"]
    card = large.partition(f'id="{LOGIN}"')[2].partition("</section>")[0]
    assert card.count("<blockquote") == 5
    assert "4.2" in card
    assert "4.1" not in card
    wider = told.client.get(chips(large)["Reason codes never arrive ×"].partition("#")[0]).text
    assert list(chips(wider)) == ["Group enterprise ×"]
    assert told.client.get(PAGE + "&open=nonsense").status_code == 422
    assert "<script>alert" not in told.client.get(f"{PAGE}&open={LOGIN}&in_group=<script>alert(1)</script>").text
