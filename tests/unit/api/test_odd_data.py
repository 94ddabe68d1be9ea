"""Odd data: whatever little or strange is stored, every page and every list answers, and no figure is one that is not a number."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import Running, running
from voc.keys import Scope
from voc.kpis import AccountKpi, Kpi

PAGES = [
    "/overview", "/issues", "/issues?kind=topic", "/issues?kind=aspect", "/issues?sort=score&kpi=csat", "/issues/tag/account.login?model=nps",
    "/root-cause", "/root-cause?kpi=ces&by=both", "/root-cause?by=aspects", "/drivers", "/drivers?kpi=churn&by=aspects", "/comments", "/customers",
    "/customers/c0", "/accounts", "/accounts/a0", "/alerts", "/queue", "/actions", "/audit", "/unassigned", "/tags", "/proposals", "/status",
    "/search?q=login", *(f"/kpis?kpi={kpi}" for kpi in ("nps", "ces", *AccountKpi)),
]  # fmt: skip
LISTS = [
    "/v1/feedback", "/v1/feedback/count", "/v1/topics", "/v1/topics?period=30d", "/v1/topics/unassigned", "/v1/tags", "/v1/rooms", "/v1/alerts",
    "/v1/queues/at-risk", "/v1/actions", "/v1/audits", "/v1/accounts/a0/room", *(f"/v1/drivers?kpi={kpi}" for kpi in Kpi),
    *(f"/v1/kpis/series?kpi={kpi}&by=quarter" for kpi in (*Kpi, *AccountKpi)), "/v1/drivers/tag/account.login/model?kpi=churn",
]  # fmt: skip
LOGIN, PRAISE = "I cannot log in, it is broken", "The new dashboard is great"
World = Callable[[Running], None]


def say(app: Running, at: int, text: str = LOGIN, **more: Any) -> None:
    body = {"external_id": str(at), "text": f"{text} {at}.", "submitted_at": f"2026-05-{at % 28 + 1:02d}T09:00:00Z"} | more
    assert app.post("/v1/feedback", body).status_code < 300


def account(app: Running, name: str, **facts: Any) -> None:
    assert app.client.put(f"/v1/accounts/{name}", json=facts, headers=app.key()).status_code < 300


def nothing(_app: Running) -> None:
    pass


def one_comment(app: Running) -> None:
    say(app, 0)


def without_signal(app: Running) -> None:
    for at in range(12):
        say(app, at, text="特になし")


def one_voice(app: Running) -> None:
    """One customer of one account says everything, and always gives the same score."""
    account(app, "a0", started_on="2026-05-01", churned_on="2026-05-01", revenue_per_year=0)
    for at in range(30):
        say(app, at, customer_id="c0", account_id="a0", scores={"nps": 5, "csat": 3, "ces": 4})


def all_leave(app: Running) -> None:
    """Every account leaves on the day it began, and nobody pays."""
    for at in range(12):
        account(app, f"a{at}", started_on="2026-05-02", churned_on="2026-05-02", revenue_per_year=0)
        say(app, at, customer_id=f"c{at}", account_id=f"a{at}", scores={"nps": 0})


def all_in_one_second(app: Running) -> None:
    for at in range(40):
        text = LOGIN if at % 2 else PRAISE
        say(app, at, text=text, customer_id=f"c{at}", account_id=f"a{at % 7}", submitted_at="2024-02-29T23:59:59Z", scores={"nps": 10 * (at % 2)})


def centuries_apart(app: Running) -> None:
    """A first comment long ago, the others today's; an account that began before it and renews far off."""
    account(app, "a0", started_on="1971-01-01", renewal_on="2999-12-31", revenue_per_year=10**12)
    say(app, 0, submitted_at="1990-01-01T00:00:00Z", account_id="a0", customer_id="c0", scores={"nps": 10})
    for at in range(1, 20):
        say(app, at, account_id="a0", customer_id=f"c{at}", scores={"nps": at % 11})


def values_without_comments(app: Running) -> None:
    """Only KPI values of people nobody has heard, one of them as large as a number may be."""
    items = [
        {"kpi": kpi, "value": value, "observed_at": "2026-05-01T00:00:00Z", "customer_id": f"c{at}", "account_id": "a0"}
        for at, (kpi, value) in enumerate([("nps", 0), ("nps", 10), ("response_hours", 1e9), ("revenue", 1e15), ("churn", 1)])
    ]
    assert app.post("/v1/kpis/batch", {"items": items}).status_code < 300


def odd_names(app: Running) -> None:
    """Names of one character, of blanks that are none, of another direction of writing, and very long ones."""
    for at, name in enumerate(["-", "　全角　", "\u202eabc", "é" * 300, "a/b?c#d", "🙂"]):
        say(app, at, customer_id=name, account_id=name, segment=name, product=name, scores={"nps": at}, metadata={"release": name})


WORLDS: list[World] = [
    nothing, one_comment, without_signal, one_voice, all_leave, all_in_one_second, centuries_apart, values_without_comments, odd_names,
]  # fmt: skip


@pytest.fixture(scope="module", params=WORLDS, ids=lambda world: world.__name__)
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running(Path(tmp_path_factory.mktemp("odd"))) as found:
        request.param(found)
        found.work()
        found.client.post("/login", data={"key": found.secrets[Scope.ADMIN]})
        yield found


def numbers(value: Any) -> list[float]:
    """Every number of an answer."""
    if isinstance(value, dict):
        return [one for part in value.values() for one in numbers(part)]
    if isinstance(value, list):
        return [one for part in value for one in numbers(part)]
    return [value] if isinstance(value, float) else []


def test_every_page_answers(app: Running) -> None:
    for path in PAGES:
        answer = app.client.get(path, headers={"accept-language": "ja", "accept": "text/html"})
        known = path.startswith(("/customers/", "/accounts/")) and answer.status_code == 404
        assert known or answer.status_code == 200, (path, answer.status_code)
        shown = re.sub(r"<[^>]*>", " ", answer.text)
        assert not re.search(r"(?<![\w-])(nan|inf|Traceback)(?![\w-])", shown), path


def test_every_list_answers_with_numbers_that_are_numbers(app: Running) -> None:
    for path in LISTS:
        answer = app.client.get(path, headers=app.key())
        known = "/a0/" in path and answer.status_code == 404
        assert known or answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        assert all(abs(one) < 1e300 for one in numbers(answer.json())), path
        assert not re.search(r"\bNaN\b|\bInfinity\b", answer.text), path


def test_a_change_is_explained_or_said_not_to_be(app: Running) -> None:
    for by in ("tags", "topics", "both", "aspects"):
        answer = app.post("/v1/explain", {"kpi": "nps", "by": by, "since": "2026-05-15", "until": "2026-06-01"})
        assert answer.status_code == 200, answer.text
        ledger = answer.json()["ledger"]
        if ledger["terms"]:
            assert sum(term["amount"] for term in ledger["terms"]) == pytest.approx(ledger["change"], abs=1e-9)
        else:
            assert ledger["note"]
