"""The time line of a customer and an account: what was said, what was measured, and what happened to them, newest first; the journey by touchpoint."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.app import Running, running
from voc.keys import Scope


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An account from its start over a change of plan to its end; its person becomes a decider; comments at named touchpoints."""
    with running(tmp_path_factory.mktemp("life")) as found:
        def put(path: str, **facts: Any) -> None:
            assert found.client.put(f"/v1/{path}", json=facts, headers=found.key()).status_code < 300

        put("accounts/A", name="甲社", plan="Basic", started_on="2025-01-10", renewal_on="2027-01-09")
        put("customers/c", name="佐藤", role="user", account_id="A", started_on="2025-02-01")
        put("accounts/A", plan="Pro")
        put("customers/c", role="decider")
        put("accounts/A", churned_on="2026-06-30")
        for at, (day, touchpoint) in enumerate(
            [("2025-01-05", "展示会"), ("2025-01-08", "Ｆｒｅｅ　Ｔｒｉａｌ"), ("2025-03-01", "support chat"), ("2026-05-01", "解約フォーム"), ("2025-12-01", "e-mail")]
        ):
            body = {"external_id": f"e{at}", "text": f"I cannot log in ({at}).", "submitted_at": day, "touchpoint": touchpoint, "customer_id": "c", "account_id": "A"}
            assert found.post("/v1/feedback", body).status_code < 300
        values = [{"kpi": "nps", "value": 3, "observed_at": "2026-05-02T00:00:00Z", "customer_id": "c", "account_id": "A"}]
        assert found.post("/v1/kpis/batch", {"items": values}).json()["created"] == 1
        found.work()
        found.client.post("/login", data={"key": found.secrets[Scope.ADMIN]})
        yield found


def line(app: Running, path: str) -> list[dict[str, Any]]:
    return app.get(f"/v1/{path}").json()["time_line"]


def events(app: Running, path: str) -> set[tuple[str, str | None, str | None, str]]:
    found = (entry["event"] for entry in line(app, path) if entry["kind"] == "event")
    return {(one["kind"], one["before"], one["after"], one["about"]) for one in found}


def test_a_customer_s_line_holds_words_values_and_events_newest_first(app: Running) -> None:
    told = line(app, "customers/c")
    assert [entry["at"] for entry in told] == sorted((entry["at"] for entry in told), reverse=True)
    assert {entry["kind"] for entry in told} == {"feedback", "kpi", "event"}
    assert sum(entry["kind"] == "feedback" for entry in told) == 5
    assert events(app, "customers/c") == {("started", None, None, ""), ("role_changed", "user", "decider", "")}


def test_an_account_s_line_tells_its_life_and_its_people_s_changes(app: Running) -> None:
    assert events(app, "accounts/A") == {
        ("started", None, None, ""), ("renewal", None, None, ""), ("left", None, None, ""),
        ("plan_changed", "Basic", "Pro", ""), ("role_changed", "user", "decider", "佐藤"),
    }  # fmt: skip
    at = {entry["event"]["kind"]: entry["at"][:10] for entry in line(app, "accounts/A") if entry["kind"] == "event"}
    assert (at["started"], at["renewal"], at["left"]) == ("2025-01-10", "2027-01-09", "2026-06-30")


@pytest.mark.parametrize(("path", "words"), [("/customers/c?lang=ja", ["役割", "決裁者"]), ("/accounts/A?lang=en", ["Basic → Pro", "佐藤"])])
def test_pages_show_the_events(app: Running, path: str, words: list[str]) -> None:
    page = app.client.get(path).text
    assert all(word in page for word in words)


def test_a_touchpoint_tells_the_stage_and_any_other_leaves_it_to_the_dates(app: Running) -> None:
    counted = {stage: app.get("/v1/feedback/count", journey_stage=stage).json()["count"] for stage in ("awareness", "evaluation", "support", "renewal", "use")}
    assert counted == {"awareness": 1, "evaluation": 1, "support": 1, "renewal": 1, "use": 1}
