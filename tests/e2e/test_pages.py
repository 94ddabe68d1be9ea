"""The pages over a real store, read as a browser would read them but without one: numbers, words, access, hostile text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from api.main import create_app
from pipelines.service import Service
from tests.support import seed
from voc.alerts import AlertState
from voc.customers import Account, Customer
from voc.drivers import IssueKind
from voc.feedback import NewFeedback, Source
from voc.ids import account_id, customer_id
from voc.keys import Scope

HOME = "http://127.0.0.1"
PATHS = [
    "/overview",
    "/issues",
    "/issues?kind=topic&sort=impact&kpi=csat",
    "/issues?sort=score&kpi=churn&all=1",
    "/issues/tag/account.login",
    "/comments",
    "/customers",
    "/accounts",
    "/accounts?churned=1",
    "/accounts/acc-026",
    "/customers/cus-0066",
    "/alerts",
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
    page = pages.get("/search?q=login")
    assert page.css_first(".empty a.button").attributes["href"] == "/comments?text=login"


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


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    '<a href="javascript:alert(1)">x</a>',
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    "{{7*7}}",
    "{% raw %}x{% endraw %}",
    "${7*7}",
    "%(num)s %s %d %%",
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
    "<details open ontoggle=alert(1)>",
    "<body onload=alert(1)>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{display:none}</style>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202e<b>bidi</b>",
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A store in which every field that is shown holds hostile text."""
    service = seed.build(tmp_path_factory.mktemp("hostile"))
    texts = [
        NewFeedback(
            text=f"login is broken {payload}",
            source_name=payload,
            external_id=payload,
            submitted_at=seed.NOW,
            customer=payload,
            account=payload,
            segment=payload,
            product=payload,
            touchpoint=payload,
            metadata={payload: payload},
        )
        for payload in PAYLOADS
    ]
    with service.store.write() as unit:
        unit.customers.put_accounts(
            [
                Account(id=account_id(p), external_id=p, name=p, plan=p, region=p, segment=p, attributes={p: p})
                for p in PAYLOADS
            ]
        )
        unit.customers.put_customers(
            [
                Customer(id=customer_id(p), external_id=p, account_id=account_id(p), name=p, segment=p, attributes={p: p})
                for p in PAYLOADS
            ]
        )
    original = dict(seed.GROUPS)
    seed.GROUPS.clear()
    seed.GROUPS.update({payload: (payload,) for payload in PAYLOADS})
    try:
        seed.fill(service, every=200, extra=texts)
    finally:
        seed.GROUPS.clear()
        seed.GROUPS.update(original)
    with TestClient(create_app(service), base_url=HOME) as client:
        yield client


def hostile_paths(client: TestClient) -> list[str]:
    from urllib.parse import quote

    service: Service = client.app.state.service
    with service.store.read() as unit:
        topics = [topic.id for topic in unit.topics.find()]
        comments = [unit.feedback.get(identifier) for identifier in sorted(unit.feedback.ids(seed_filter()))][:3]
    paths = [
        "/overview",
        "/issues?kind=topic&all=1",
        "/issues?all=1",
        "/comments",
        "/customers",
        "/accounts",
        "/alerts",
        "/status",
        *(f"/issues/topic/{topic}" for topic in topics[:6]),
        *(f"/comments?selected={comment.id}" for comment in comments if comment is not None),
    ]
    for payload in PAYLOADS:
        quoted = quote(payload, safe="")
        paths += [f"/customers/{quoted}", f"/accounts/{quoted}", f"/search?q={quoted}", f"/comments?text={quoted}&segment={quoted}"]
    return paths


def seed_filter():
    from voc.filters import FeedbackFilter

    return FeedbackFilter(source_name=PAYLOADS[0])


ALLOWED_SCRIPTS = {"/static/main.js"}


def strange(page: HTMLParser) -> list[str]:
    """Return what of a page's markup is not ours."""

    def bad_address(node: Node) -> bool:
        address = (node.attributes.get("href") or node.attributes.get("src") or node.attributes.get("action") or "/").strip()
        return not address.startswith(("/", "#")) or address.startswith("//")

    found = [node.html or "" for node in page.css("iframe, object, embed, base, math, style, body[onload], img, b.x")]
    found += [node.html or "" for node in page.css("script") if node.attributes.get("src") not in ALLOWED_SCRIPTS]
    found += [node.html or "" for node in page.css("[href], [src], [action]") if bad_address(node)]
    found += [node.html or "" for node in page.css("*") if any(name.startswith("on") for name in node.attributes)]
    return found


def test_hostile_text_in_any_field_stays_text(hostile):
    for path in hostile_paths(hostile):
        response = hostile.get(path, headers={"accept": "text/html"})
        assert response.status_code in (200, 404), (path, response.status_code)
        assert strange(HTMLParser(response.text)) == [], path
        assert "49" not in re.findall(r"login is broken (\S+)", HTMLParser(response.text).text())


def test_hostile_text_is_shown_as_it_was_written(hostile):
    """Why: escaping twice, or dropping, hides what a customer said."""
    shown = "".join(hostile.get(f"/comments?cursor={cursor}").text for cursor in [""])
    text = HTMLParser(shown).text()
    kept = [payload for payload in PAYLOADS if f"login is broken {payload}" in text]
    assert len(kept) >= len(PAYLOADS) // 2, text[:500]


def test_the_error_page_does_not_repeat_the_address(hostile):
    response = hostile.get("/issues?sentiment=<script>alert(1)</script>", headers={"accept": "text/html"})
    assert response.status_code == 422
    assert "alert(1)" not in response.text


def test_hostile_topic_names_reach_the_charts_as_data_only(hostile):
    service: Service = hostile.app.state.service
    with service.store.read() as unit:
        topics = [topic for topic in unit.topics.find() if "<" in topic.name]
    assert topics
    page = HTMLParser(hostile.get(f"/issues/{IssueKind.TOPIC.value}/{topics[0].id}").text)
    chart = page.css_first("[data-chart]")
    assert chart is not None
    assert topics[0].name not in str(chart.attributes["data-points"])
    assert page.css_first("h1").text(strip=True) == topics[0].name
