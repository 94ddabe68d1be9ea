"""Every number a page or an answer shows opens: to its figure, or to exactly the comments it counts. What does not stands here, with why.

On a page a number is any digit in the words of its main part. The numbers of a cell, line or paragraph belong together (a value with interval
and n): one link to ``/comments`` or ``/figures`` opens them. In an answer of the API it is any number: the address stands in its row, or in the row
around it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from api.main import create_app
from pipelines.service import Service
from tests.support import scorecards, seed
from voc.addresses import read_address
from voc.emerging import Emerging, EmergingLook
from voc.keys import Scope
from voc.provenance import FigureKind

HOME = "http://127.0.0.1"
LOGIN = "/issues/tag/account.login?model=nps"
CAUSE = "/root-cause?since=2026-03-01&until=2026-06-30"
PAGES = [
    "/overview", "/overview?language=ja&since=2026-03-10&until=2026-08-31", "/overview?band=detractor", "/issues", "/issues?kind=topic", "/issues?kind=aspect", LOGIN,
    "/issues/tag/billing.invoice?group=Business", CAUSE, "/drivers", "/drivers?by=aspects", "/kpis?by=quarter", "/kpis?kpi=nrr",
    "/customers", "/accounts", "/accounts/acc-026", "/customers/cus-0066", "/alerts", "/queue", "/actions", "/audit", "/unassigned", "/comments",
    "/quality", "/tags", "/proposals", "/status", "/merges",
]  # fmt: skip
OPENS = "a[href^='/comments'], a[href^='/figures']"
UNITS = {"td", "th", "li", "p", "h1", "h2", "h3", "summary", "time"}
NO_NUMBERS = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2} [A-Z]\w{2,3} \d{4}|[A-Z]\w{2,3} \d{4}–?|\d{4}-\d{2}|\d{2}:\d{2} [A-Z]{3}|FY\d{4}( Q\d)?"  # dates
    r"|95 %|−1 to 1|\[[^\]]*\]%?"  # an interval stands beside its value
    r"|(last|Last|not heard for|Not heard for) \d+ days( compared with the \d+ days before)?"
    r"|in \d+ days?|(?<![\d.])0(\.0)?%?( / 0)?(?![\d.])"  # till the renewal; nothing opens to nothing
)
NO_WORDS = "svg, form, nav, select, blockquote, code, pre, .chips, .caption, .kind, .sentence, .verbatim, .cards, .quotes"
"""Drawings (the same numbers stand in tables), what is typed or said, conditions, explanations."""
NAMES = "a[href^='/customers/'], a[href^='/accounts/'], a[href^='/issues/'], a[href^='/actions/']"
EXCEPTIONS = {
    ("*", "h1"): "a heading counts what the page lists",
    ("/issues", "p.more"): "how many rows a button shows",
    ("/issues", "section.notes p"): "the rules of the list",
    ("/root-cause", "tr[data-item] > td:first-child"): "a term's name; its numbers stand in its row and open there",
    ("/drivers", "details > summary"): "how many lines open",
    ("/comments", "div.heading, .count"): "the list itself",
    ("/customers", "div.heading > p, td:first-child"): "profiles, which the page lists, and their names",
    ("/accounts", "div.heading > p, td.name"): "profiles, which the page lists, and how many people, whom the account's page lists",
    ("/accounts/", "td a[href='#weights'], .timeline, table.facts, #people"): "weights people set and change there; single answers; the profile",
    ("/customers/", ".timeline, table.facts, .card table"): "single answers; the profile and its history",
    ("/alerts", "div.heading > p"): "the rule",
    ("/queue", "table"): "decisions and dates",
    ("/audit", "section.card > h2, section.notes, td[colspan]"): "the sitting, and how many comments are to be read yet",
    ("/actions", "section#record"): "a form",
    ("/quality", "*"): "measured on test sets when the models were made (scorecard), not on comments",
    ("/tags", "*"): "examples of own tags, which stand below each",
    ("/proposals", "*"): "what a fit of the topics found; every sentence stands below",
    ("/status", "*"): "how the service stands",
    ("/merges", "*"): "profiles and why they look alike",
}
"""(beginning of the path, what on the page): why it does not open."""
API_EXCEPTIONS = {
    ".data[].scores": "/v1/feedback: an answer as it came in",
    ".data[].analysis": "/v1/feedback: what a model said of this comment; its trace tells how",
    ".data[].nearest": "/v1/topics/unassigned: how near this sentence lies to a topic",
    ".weights": "/v1/role-weights and rooms: weights people set",
    ".profile": "of a room: the profile as it came in",
    ".flags": "of a room: its flags in words; the address of their numbers is the room's",
    ".scorecard": "/v1/quality: measured on test sets when the models were made",
    ".standing.latest": "of a profile: single answers as they came in",
    ".time_line": "of a profile: single answers as they came in",
    ".stages": "/v1/feedback/{id}/trace: what a model said of this comment",
    ".total": "/v1/queues/at-risk: how long the list is",
    ".fiscal_start": "/v1/kpis/series: a setting",
    ".max_": "/v1/limits: settings",
    ".requests_per_minute": "/v1/limits: a setting",
    ".data[].n_": "/v1/taxonomies: tags and examples people wrote",
    ".data[].redactions": "/v1/feedback: places in a text",
    ".cost": "/v1/quality: measured when the models were made",
}


@dataclass(frozen=True)
class App:
    client: TestClient
    service: Service
    key: dict[str, str]
    pages: dict[str, str] = field(default_factory=dict)

    def page(self, path: str) -> HTMLParser:
        if path not in self.pages:
            response = self.client.get(HOME + path, headers={"accept-language": "en", "accept": "text/html"})
            assert response.status_code == 200, (path, response.status_code)
            self.pages[path] = response.text
        return HTMLParser(self.pages[path])

    def get(self, path: str, **query: str) -> Any:
        response = self.client.get(HOME + path, params=query, headers=self.key)
        assert response.status_code == 200, (path, response.text)
        return response.json()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    service = seed.build(tmp_path_factory.mktemp("numbers"))
    service.quality = scorecards.quality()
    seed.fill(service, every=3)
    with service.store.write() as unit:
        key = unit.keys.create("admin", scopes=set(Scope), now=seed.NOW)[1]
        day = seed.NOW.date()
        one = Emerging(topic_id=unit.topics.find()[0].id, since=day, days=14, count=9, expected=2.5, chance=0.001, first_seen=day, new=False)
        unit.looks.put(EmergingLook(day=day, tested=5, found=(one,)))
    with TestClient(create_app(service)) as client:
        found = App(client, service, {"Authorization": f"Bearer {key}"})
        plan = {"title": "Logins", "measure": "nps", "issue_kind": "tag", "issue_id": "account.login", "starts_on": "2026-05-01", "retrospective": True}
        assert client.post(f"{HOME}/v1/actions", json=plan, headers=found.key).status_code == 201
        for drawn in found.get("/v1/audits/next", tag="account.login", limit="50")["data"]:
            tags = ["account.login"] if re.search("log ?in|ログイン", drawn["text"], re.IGNORECASE) else []
            answer = {"tags": tags, "drawn_for": drawn["drawn_for"]}
            assert client.put(f"{HOME}/v1/audits/{drawn['feedback_id']}", json=answer, headers=found.key).status_code == 200
        yield found


def closed(main: Node, path: str) -> list[str]:
    """The numbers of a page that do not open."""
    for node in main.css(NO_WORDS):
        node.decompose()
    for (start, where), why in EXCEPTIONS.items():
        assert why
        if path.startswith(start) or start == "*":
            for node in main.css(where):
                node.decompose()
    names = {one.mem_id for one in main.css(NAMES)}
    units = {}
    for text in main.traverse(include_text=True):
        if text.tag == "-text" and re.search(r"\d", NO_NUMBERS.sub("", text.text())):
            at = unit_of(text)
            if text.parent.mem_id not in names or "num" in (at.attributes.get("class") or ""):
                units[at.mem_id] = at
    return [" ".join(one.text().split()) for one in units.values() if not one.css(OPENS)]


def unit_of(text: Node) -> Node:
    """The cell, line or paragraph a text stands in."""
    at = text.parent
    while at.tag not in UNITS and at.tag != "main":
        at = at.parent
    return at


@pytest.mark.parametrize("path", PAGES)
def test_every_number_of_a_page_opens(app, path):
    main = app.page(path).css_first("main")
    assert closed(main, path) == []


def test_every_number_of_the_check_of_an_action_opens(app):
    one = app.get("/v1/actions")["data"][0]["id"]
    assert closed(app.page(f"/actions/{one}").css_first("main"), "/actions/") == []


def test_the_check_sees_a_number_that_lost_its_link(app):
    main = app.page("/accounts/acc-026").css_first("main")
    main.css_first(".tile .big a").unwrap()
    assert len(closed(main, "/accounts/acc-026")) == 1


def bare(node: Any, path: str = "", *, opens: bool = False) -> Iterator[str]:
    """The places in an answer where a number stands without an address."""
    if isinstance(node, dict):
        opens = opens or any(value for name, value in node.items() if name.split("_")[-1] == "figure")
        for name, value in node.items():
            yield from bare(value, f"{path}.{name}", opens=opens)
    elif isinstance(node, list):
        for value in node:
            yield from bare(value, f"{path}[]", opens=opens)
    elif isinstance(node, int | float) and not isinstance(node, bool) and not opens:
        yield path


def test_every_number_of_an_answer_has_an_address(app):
    lists = [path for path, verbs in app.client.app.openapi()["paths"].items() if path.startswith("/v1/") and "{" not in path and "get" in verbs]
    assert len(lists) > 20
    login = "/v1/drivers/tag/account.login/model"
    topic, said = (app.get(path)["data"][0]["id"] for path in ("/v1/topics", "/v1/feedback"))
    check = f"/v1/actions/{app.get('/v1/actions')['data'][0]['id']}/evaluation"
    single = [f"/v1/topics/{topic}", f"/v1/topics/{topic}/history", f"/v1/feedback/{said}/trace", login, check]
    single += [f"/v1/{path}" for path in ("accounts/acc-026/room", "accounts/acc-026", "customers/cus-0066")]
    needs = {"/v1/drivers": {"kpi": "nps"}, "/v1/kpis/series": {"kpi": "nps"}, login: {"kpi": "nps"}}
    found = {place for path in [*lists, *single] for place in bare(app.get(path, **needs.get(path, {})))}
    assert [place for place in found if not place.startswith(tuple(API_EXCEPTIONS))] == []


def shown_in(text: str) -> list[tuple[float, float]]:
    """The numbers of a text, and how far they may be rounded."""
    found = []
    for number, decimals, unit in re.findall(r"[−+-]?(\d[\d,]*(?:\.(\d+))?)([KM]?)(?!\w)", NO_NUMBERS.sub("", text)):
        size = {"": 1, "K": 1e3, "M": 1e6}[unit]
        found.append((float(number.replace(",", "")) * size, 0.5001 * size * 10.0 ** -len(decimals)))
    return found


def test_numbers_shown_are_those_of_their_figures_computed_again(app):
    """One address of every kind, with all the numbers that lead to it."""
    texts: dict[FigureKind, dict[str, list[str]]] = {}
    for path in PAGES:
        for link in app.page(path).css("main a[href^='/figures/']"):
            address = str(link.attributes["href"]).removeprefix("/figures/")
            kind = read_address(address).query.kind
            texts.setdefault(kind, {}).setdefault(address, []).append(link.text())
    assert len(texts) > 14
    for some in texts.values():
        address = max(some, key=lambda one: len(some[one]))
        said = app.get(f"/v1/figures/{address}")
        assert said["state"]["fresh"], said
        figure = said["figure"]
        known = [abs(one) for one in (figure["value"], figure["low"], figure["high"], figure["n"], *figure["parts"].values()) if one is not None]
        known += [figure["parts"][name] / (figure["parts"][f"{name}_total"] or 1) for name in ("previous", "recent") if f"{name}_total" in figure["parts"]]
        for text in some[address]:
            wrong = [seen for seen, off in shown_in(text) if all(min(abs(seen - one), abs(seen - 100 * one)) > off for one in known)]
            assert wrong == [], (figure["query"]["kind"], text, known)


@pytest.mark.parametrize("path", [LOGIN, "/issues/tag/billing.invoice?group=Business"])
def test_a_share_that_is_asked_for_is_the_one_that_was_shown(app, path):
    links = app.page(path).css("td a[href^='/figures?']")
    for link in (links[0], links[len(links) // 2], links[-1]):
        tiles = app.page(str(link.attributes["href"])).css(".tile")
        assert tiles[0].css_first(".big").text() == link.text()
        assert "Fresh" in tiles[2].text()
