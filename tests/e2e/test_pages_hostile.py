"""Hostile text in every field that pages show: it stays text."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from api.main import create_app
from pipelines.service import Service
from tests.support import seed
from voc.customers import Account, Customer
from voc.drivers import IssueKind
from voc.feedback import NewFeedback
from voc.ids import account_id, customer_id

HOME = "http://127.0.0.1"
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
