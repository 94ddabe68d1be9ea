"""The pages over a real store, read as a browser would read them but without one: numbers, words, access, hostile text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from api.main import create_app
from pipelines.service import Service
from tests.support import scorecards, seed
from voc.alerts import AlertState
from voc.feedback import NewFeedback, Source
from voc.keys import Scope

HOME = "http://127.0.0.1"
PATHS = [
    "/overview",
    "/issues",
    "/issues?kind=topic&sort=impact&kpi=csat",
    "/issues?sort=score&kpi=churn&all=1",
    "/issues/tag/account.login",
    "/root-cause?since=2026-03-01&until=2026-06-30",
    "/drivers",
    "/kpis?by=quarter",
    "/comments",
    "/customers",
    "/accounts",
    "/accounts?churned=1",
    "/accounts/acc-026",
    "/customers/cus-0066",
    "/alerts",
    "/queue",
    "/queue?case=handled&reason=leaving",
    "/actions",
    "/audit",
    "/audit?for=billing.invoice",
    "/unassigned",
    "/quality",
    "/tags",
    "/proposals",
    "/status",
    "/search?q=login",
]


@dataclass
class Pages:
    """A filled application and a reader."""

    client: TestClient
    service: Service

    def get(self, path: str, *, language: str = "en") -> HTMLParser:
        response = self.client.get(path, headers={"accept-language": language, "accept": "text/html"})
        assert response.status_code == 200, (path, response.status_code, response.text[:500])
        return HTMLParser(response.text)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    service = seed.build(tmp_path_factory.mktemp("pages"))
    service.quality = scorecards.quality()
    nothing = [NewFeedback(text="特になし", source=Source.SURVEY, source_name="demo", external_id=f"none-{n}") for n in range(2)]
    seed.fill(service, every=2, extra=nothing)
    with TestClient(create_app(service), base_url=HOME) as client:
        yield Pages(client=client, service=service)


def total_of(page: HTMLParser) -> int:
    found = page.css_first("[data-total]")
    return int(found.attributes["data-total"] or 0) if found is not None else 0


def numbers(page: HTMLParser) -> dict[str, int]:
    return {str(node.attributes["href"]): int(node.attributes["data-count"] or -1) for node in page.css("a[data-count]")}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_answers_in_both_languages_and_says_so(pages, path, language):
    page = pages.get(path, language=language)
    assert page.css_first("html").attributes["lang"] == language
    assert page.css_first("h1").text(strip=True)
    assert not page.css("style, [style], script:not([src])"), "inline styles and scripts are refused by the policy"


@pytest.mark.parametrize(
    "path",
    [
        "/overview",
        "/overview?language=ja&since=2026-03-01&until=2026-08-31",
        "/overview?segment=Enterprise",
        "/overview?tag=account.login",
        "/overview?duplicates=only",
        "/overview?band=detractor",
        "/issues",
        "/issues?kind=topic&kpi=csat",
        "/issues?kpi=churn&language=en",
        "/issues?tag=billing.invoice",
        "/issues/tag/billing.invoice",
        "/issues/tag/account.login?source=ticket",
        "/issues/tag/billing.invoice?group=Business&since=2026-03-10",
        "/audit",
    "/drivers?kpi=nps&language=ja",
    "/root-cause?since=2026-03-01&until=2026-06-30",
    "/root-cause?since=2025-11-01&until=2026-10-31&compare=Enterprise&against=Business&by=both",
        "/customers",
        "/accounts",
        "/accounts/acc-026",
        "/customers/cus-0066",
        "/alerts",
        "/status",
    ],
)
def test_every_number_leads_to_as_many_comments(pages, path):
    """Why: a number nobody can check is not trusted twice."""
    shown = numbers(pages.get(path))
    wrong = {href: (count, found) for href, count in shown.items() if (found := total_of(pages.get(href))) != count}
    assert shown or "duplicates" in path
    assert wrong == {}


def test_paging_shows_every_comment_once_and_newest_first(pages):
    seen: list[str] = []
    address: str | None = "/comments?source=ticket"
    while address is not None:
        page = pages.get(address)
        seen += [re.search(r"selected=(\w+)", str(a.attributes["href"])).group(1) for a in page.css("a[data-open].card-link")]
        more = page.css_first("a[rel=next]")
        address = str(more.attributes["href"]) if more is not None else None
    assert len(seen) == len(set(seen)) == total_of(pages.get("/comments?source=ticket")) > 25
    with pages.service.store.read() as unit:
        moments = [feedback.submitted_at for feedback in unit.feedback.get_many(seen)]
    assert moments == sorted(moments, reverse=True)


def test_the_panel_says_why_a_tag_stands_and_who_spoke(pages):
    page = pages.get("/comments?tag=account.login&source=ticket")
    panel = pages.get(str(page.css_first("a.card-link").attributes["href"])).css_first("aside.panel")
    assert panel is not None
    assert panel.css(".said.negative, .said.neutral, .said.positive")
    assert [mark.text() for mark in panel.css("mark") if mark.text().strip()]
    assert "lexicon-tagger" in panel.text()
    assert panel.css("a[href^='/customers/']")


def test_the_language_switch_keeps_the_address(pages):
    switch = pages.get("/issues?kind=topic&sentiment=negative").css_first("nav.languages a[lang=ja]").attributes["href"]
    assert urlsplit(str(switch)).path == "/issues"
    assert set(urlsplit(str(switch)).query.split("&")) == {"kind=topic", "sentiment=negative", "lang=ja"}


def test_the_language_is_remembered(pages):
    fresh = TestClient(pages.client.app, base_url=HOME)
    for path in ("/alerts?lang=ja", "/alerts"):
        page = HTMLParser(fresh.get(path, headers={"accept-language": "en"}).text)
        assert page.css_first("html").attributes["lang"] == "ja"


@pytest.mark.parametrize("path", ["/issues?sentiment=bad", "/comments?cursor=xx", "/overview?since=soon", "/comments?text=" + "x" * 300])
def test_a_condition_that_cannot_be_read_is_said_and_offers_a_way_out(pages, path):
    response = pages.client.get(path, headers={"accept": "text/html"})
    assert response.status_code == 422
    assert HTMLParser(response.text).css("a.button")


@pytest.mark.parametrize("path", ["/nothing", "/issues/tag/none.such", "/issues/topic/tp_0", "/customers/nobody", "/accounts/%2F..%2F"])
def test_what_is_not_there_is_a_page_too(pages, path):
    response = pages.client.get(path, headers={"accept": "text/html"})
    assert response.status_code == 404
    assert HTMLParser(response.text).css_first("h1") is not None


def test_machines_get_a_problem_document_for_an_unknown_address(pages):
    response = pages.client.get("/nothing", headers={"accept": "application/json"})
    assert (response.status_code, response.headers["content-type"].split(";")[0]) == (404, "application/problem+json")


def test_pages_with_customers_words_are_not_cached(pages):
    for path in PATHS:
        assert pages.client.get(path).headers["cache-control"] == "no-store"


def test_the_chart_library_comes_from_the_installed_package(pages):
    response = pages.client.get("/static/vendor/plotly.min.js")
    assert response.status_code == 200
    assert len(response.content) > 1_000_000


def test_an_empty_service_says_how_to_begin(tmp_path):
    service = seed.build(tmp_path)
    with TestClient(create_app(service), base_url=HOME) as client:
        for path in ("/overview", "/comments", "/issues", "/customers", "/accounts", "/alerts", "/status"):
            response = client.get(path)
            assert response.status_code == 200, path
        assert "voc import" in client.get("/overview").text


def test_a_filter_without_a_hit_offers_to_take_conditions_away(pages):
    page = pages.get("/comments?text=zzzzzz&source=ticket")
    assert len(page.css(".empty a.chip")) == 2
    assert page.css_first(".empty a.button").attributes["href"] == "/comments"


def test_when_the_models_are_away_search_offers_words_instead(pages, monkeypatch):
    from voc.errors import ModelUnavailableError

    def away(*_: object, **__: object) -> None:
        raise ModelUnavailableError

    monkeypatch.setattr(pages.service, "search", away)
    found = pages.get("/search?q=ログイン")
    assert found.css("ol.cards mark")
    assert found.css_first("p.waiting") is not None
    page = pages.get("/search?q=xyzzy")
    assert page.css_first(".empty a.button").attributes["href"] == "/comments?text=xyzzy"


def test_search_marks_the_words_it_found_and_says_what_it_found_by_meaning(pages):
    page = pages.get("/search?q=login")
    marked = {mark.text() for mark in page.css("ol.cards mark")}
    assert "ログイン" in marked
    assert any("log" in word.lower() for word in marked)
    for card in page.css("ol.cards li"):
        assert bool(card.css("mark")) == ("By words" in card.text())
        assert bool(card.css("mark")) != ("By meaning" in card.text())


def test_a_page_that_breaks_says_its_number_and_nothing_of_the_data(pages, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the customer said 秘密")

    monkeypatch.setattr("api.pages.alarms.render", broken)
    response = pages.client.get("/alerts")
    assert response.status_code == 500
    assert response.headers["x-request-id"] in response.text
    assert "秘密" not in response.text


class TestAlerts:
    """Acting on an alert."""

    def first(self, pages: Pages, state: AlertState | None = None) -> str:
        with pages.service.store.read() as unit:
            return unit.alerts.find(state=state)[0].id

    def test_an_alert_is_acknowledged_closed_and_opened_again(self, pages):
        alert = self.first(pages)
        for action, state in [("acknowledge", "acknowledged"), ("close", "closed"), ("reopen", "open")]:
            response = pages.client.post(
                f"/alerts/{alert}/{action}", data={"note": "調査中", "next": "/alerts?state=open"}, follow_redirects=False
            )
            assert (response.status_code, response.headers["location"]) == (303, "/alerts?state=open")
            with pages.service.store.read() as unit:
                kept = unit.alerts.get(alert)
            assert kept is not None
            assert (kept.state.value, kept.note, kept.changed_by) == (state, "調査中", "dashboard")

    @pytest.mark.parametrize(
        "headers",
        [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}, {"origin": "null"}],
    )
    def test_a_form_of_another_site_changes_nothing(self, pages, headers):
        alert = self.first(pages, AlertState.OPEN)
        response = pages.client.post(f"/alerts/{alert}/close", data={"note": ""}, headers=headers)
        assert response.status_code == 403
        with pages.service.store.read() as unit:
            assert unit.alerts.get(alert).state is AlertState.OPEN

    def test_looking_never_changes_anything(self, pages):
        alert = self.first(pages)
        assert pages.client.get(f"/alerts/{alert}/close").status_code in (404, 405)

    def test_a_form_larger_than_a_form_of_ours_is_refused(self, pages):
        response = pages.client.post(f"/alerts/{self.first(pages)}/close", data={"note": "x" * 20_000})
        assert response.status_code == 413


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Service, dict[Scope, str]]]:
    service = seed.build(tmp_path_factory.mktemp("guarded"), host="0.0.0.0")  # the case where keys are needed
    seed.fill(service, every=40)
    with service.store.write() as unit:
        secrets = {scope: unit.keys.create(scope.value, scopes={scope}, now=seed.NOW)[1] for scope in Scope}
    app = create_app(service)
    with TestClient(app, base_url="http://voc.example") as client:
        yield client, service, secrets


class TestKeys:
    """A service that others can reach asks for a key."""

    def enter(self, guarded, scope: Scope, address: str) -> TestClient:
        client, _, secrets = guarded
        fresh = TestClient(client.app, base_url="http://voc.example", client=(address, 5))
        response = fresh.post("/login", data={"key": secrets[scope], "next": "/alerts"}, follow_redirects=False)
        assert (response.status_code, response.headers["location"]) == (303, "/alerts")
        return fresh

    @pytest.mark.parametrize("path", [*PATHS, "/", "/comments/fb_1"])
    def test_without_a_session_every_page_leads_to_the_login(self, guarded, path):
        response = guarded[0].get(path, follow_redirects=path == "/")
        if path == "/":
            assert "/login" in str(response.url)
        else:
            assert (response.status_code, response.headers["location"].split("?")[0]) == (303, "/login")

    def test_a_loopback_name_alone_opens_nothing(self, guarded):
        client = TestClient(guarded[0].app, base_url="http://127.0.0.1")
        assert client.get("/overview", follow_redirects=False).status_code == 303

    def test_a_foreign_name_that_points_at_this_machine_opens_nothing(self, pages):
        """Why: a page can point its own name at 127.0.0.1 (DNS rebinding), and a proxy makes loopback public."""
        response = pages.client.get("http://evil.example/overview", follow_redirects=False)
        assert response.status_code == 303

    def test_a_key_that_may_read_opens_a_session_that_is_not_the_key(self, guarded):
        client, _, secrets = guarded
        response = TestClient(client.app, base_url="http://voc.example", client=("10.0.0.9", 5)).post(
            "/login", data={"key": secrets[Scope.READ]}, follow_redirects=False
        )
        cookie = response.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert secrets[Scope.READ] not in cookie
        assert self.enter(guarded, Scope.READ, "10.0.0.1").get("/overview").status_code == 200

    def test_a_session_stays_in_a_cookie_over_tls_only_where_there_is_tls(self, guarded):
        client, _, secrets = guarded
        fresh = TestClient(client.app, base_url="https://voc.example", client=("10.0.0.8", 5))
        response = fresh.post("/login", data={"key": secrets[Scope.READ]}, follow_redirects=False)
        assert "Secure" in response.headers["set-cookie"]

    @pytest.mark.parametrize("wrong", ["", "voc_wrong", "ingest"])
    def test_no_other_key_opens_anything(self, guarded, wrong):
        client, _, secrets = guarded
        key = secrets[Scope.INGEST] if wrong == "ingest" else wrong
        fresh = TestClient(client.app, base_url="http://voc.example", client=("10.0.0.2", 5))
        response = fresh.post("/login", data={"key": key}, follow_redirects=False)
        assert response.status_code == 401
        assert "set-cookie" not in response.headers

    def test_who_tries_too_often_waits(self, guarded):
        fresh = TestClient(guarded[0].app, base_url="http://voc.example", client=("10.0.0.3", 5))
        statuses = [fresh.post("/login", data={"key": f"voc_{n}"}).status_code for n in range(11)]
        assert statuses == [401] * 10 + [429]

    def test_reading_is_not_acting(self, guarded):
        _, service, _ = guarded
        reader, admin = self.enter(guarded, Scope.READ, "10.0.0.4"), self.enter(guarded, Scope.ADMIN, "10.0.0.5")
        assert not HTMLParser(reader.get("/alerts").text).css("form.act")
        assert reader.post("/alerts/al_1/close", data={"note": ""}).status_code == 403
        assert admin.post("/alerts/al_1/close", data={"note": ""}).status_code == 404
        assert service is not None

    def test_a_session_ends_with_log_out_and_with_its_key(self, guarded):
        _, service, _ = guarded
        reader = self.enter(guarded, Scope.READ, "10.0.0.6")
        reader.post("/logout")
        assert reader.get("/alerts", follow_redirects=False).status_code == 303
        with service.store.write() as unit:
            key, secret = unit.keys.create("short", scopes={Scope.READ}, now=seed.NOW)
        other = TestClient(guarded[0].app, base_url="http://voc.example", client=("10.0.0.7", 5))
        other.post("/login", data={"key": secret})
        assert other.get("/alerts", follow_redirects=False).status_code == 200
        with service.store.write() as unit:
            unit.keys.revoke(key.id, now=seed.NOW)
        assert other.get("/alerts", follow_redirects=False).status_code == 303

    def test_a_login_from_another_site_is_refused(self, guarded):
        client, _, secrets = guarded
        response = client.post("/login", data={"key": secrets[Scope.READ]}, headers={"sec-fetch-site": "cross-site"})
        assert response.status_code == 403
