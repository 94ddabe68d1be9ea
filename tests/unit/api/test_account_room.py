"""The account room over HTTP and on its page; weights that people set; merges of profiles."""

from collections.abc import Iterator

import pytest

from tests.support.app import Running, running
from voc.keys import Scope


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Account A: a happy user, a decider whose answers fall, somebody without a role; renewal soon."""
    with running(tmp_path_factory.mktemp("room")) as found:
        put = found.client.put
        put("/v1/accounts/A", json={"name": "甲社", "plan": "Pro", "renewal_on": "2026-10-20", "started_on": "2025-01-01"}, headers=found.key())
        for name, role in (("u", "user"), ("d", "decider"), ("x", "unknown")):
            body = {"role": role, "account_id": "A", "email": "same@example.com" if name in "dx" else "u@example.com", "name": f"人{name}"}
            assert put(f"/v1/customers/{name}", json=body, headers=found.key()).json()["status"] == "new"
        for number in range(12):
            who = "udx"[number % 3]
            bad = who == "d"
            text = f"I cannot log in, it fails again ({number})." if bad else f"The new report number {number} is great."
            found.post(
                "/v1/feedback",
                {
                    "text": text, "external_id": f"e{number}", "customer_id": who, "submitted_at": f"2026-{1 + number // 2 + 3:02d}-1{number % 9}",
                    "scores": {"nps": 9 - number // 2 if bad else 9}, "journey_stage": "比較検討" if number == 0 else "nonsense",
                },
            )  # fmt: skip
        found.work()
        found.client.post("/login", data={"key": found.secrets[Scope.ADMIN]})
        yield found


def test_a_room_says_who_speaks_how_and_why_to_look(api: Running) -> None:
    room = api.get("/v1/accounts/A/room", at="2026-09-30T12:00:00+09:00", quiet_days=30).json()
    roles = {one["role"]: one for one in room["room"]["roles"]}
    assert {name: one["tone"]["n"] for name, one in roles.items()} == {"decider": 4, "user": 4, "unknown": 4}
    assert roles["unknown"]["weight"] == 0
    kinds = [flag["kind"] for flag in room["flags"]]
    assert "decider_cooling" in kinds
    assert "renewal_with_complaint" in kinds
    assert all(flag["feedback_ids"] for flag in room["flags"])
    assert room["room"]["deciders"] == {"known": 1, "in_window": 1, "of_late": 1} | {"of_late": room["room"]["deciders"]["of_late"]}
    assert room["room"]["days_to_renewal"] == 20
    japanese = api.client.get("/v1/accounts/A/room?at=2026-09-30", headers=api.key() | {"Accept-Language": "ja"}).json()
    assert "決裁者が冷めてきています(人d)" in japanese["flags"][0]["reason"]
    assert [line["external_id"] for line in api.get("/v1/rooms").json()["data"]] == ["A"]
    assert api.get("/v1/accounts/none/room").status_code == 404
    assert api.get("/v1/accounts/A/room", at="soon").status_code == 422
    assert api.get("/v1/accounts/A/room", days=0).status_code == 422


def test_a_room_tells_the_observed_revenue_and_never_a_later_one(api: Running) -> None:
    paid = [("2026-01-05", 1_000_000), ("2026-08-01", 2_500_000)]
    api.post("/v1/kpis/batch", {"items": [{"kpi": "revenue", "value": value, "observed_at": day, "account_id": "A"} for day, value in paid]})
    told = [api.get("/v1/accounts/A/room", at=day).json()["room"]["revenue"] for day in ("2025-12-31", "2026-06-30", "2026-09-30")]
    assert told == [None, 1_000_000, 2_500_000]
    assert api.get("/v1/rooms").json()["data"][0]["revenue_per_year"] == 2_500_000
    for path in ("/accounts", "/accounts/A"):
        assert "2.5M" in api.client.get(path, params={"lang": "en"}).text


def test_weights_are_seen_and_set_for_all_or_for_one(api: Running) -> None:
    def mood() -> float:
        return float(api.get("/v1/accounts/A/room", at="2026-09-30").json()["room"]["mood"]["value"])

    usual = mood()
    assert api.get("/v1/role-weights").json() == {"weights": {"decider": 4.0, "buyer": 2.0, "admin": 1.0, "user": 1.0}, "own": False}
    put = api.client.put
    assert put("/v1/role-weights", json={"decider": 0}, headers=api.key()).json()["weights"]["decider"] == 0
    assert mood() > usual, "the sour decider does not count any more"
    assert put("/v1/role-weights/A", json={"decider": 100, "user": 0}, headers=api.key()).json()["own"]
    assert mood() < usual
    assert api.client.delete("/v1/role-weights/A", headers=api.key()).json()["weights"]["decider"] == 0
    put("/v1/role-weights", json={}, headers=api.key())
    assert mood() == usual
    for bad in ({"decider": -1}, {"decider": 101}, {"unknown": 1}, {"decider": "much"}):
        assert put("/v1/role-weights", json=bad, headers=api.key()).status_code in {400, 422}
    assert put("/v1/role-weights", json={}, headers=api.key(Scope.READ)).status_code == 403


def test_the_page_shows_the_room_and_takes_weights(api: Running) -> None:
    page = api.client.get("/accounts/A?lang=ja").text
    for words in ("注意", "全体の調子", "単純平均", "役割不明", "対象外", "役割の重み", "未解消の苦情", "変更履歴"):
        assert words in page, words
    listed = api.client.get("/accounts?lang=en").text
    assert "decider cooling" in listed
    form = {"account": "A", "scope": "own", "decider": "9", "buyer": "2", "admin": "1", "user": "1"}
    assert api.client.post("/role-weights", data=form, follow_redirects=False).status_code == 303
    assert "This account has its own weights." in api.client.get("/accounts/A?lang=en").text
    assert api.client.post("/role-weights", data=form | {"decider": "x"}).status_code == 422
    api.client.post("/role-weights", data=form | {"scope": "general"})
    assert "The weights of all accounts count." in api.client.get("/accounts/A?lang=en").text


def test_journey_role_and_plan_narrow_in_the_api_and_on_the_pages(api: Running) -> None:
    count = lambda **query: api.get("/v1/feedback/count", **query).json()["count"]  # noqa: E731
    assert (count(journey_stage="evaluation"), count(role="decider"), count(plan="Pro"), count(role="unknown")) == (1, 4, 12, 4)
    assert count(journey_stage="use") + count(journey_stage="renewal") == 11
    assert 'data-total="4"' in api.client.get("/comments?role=decider&lang=en").text
    shown = api.client.get("/comments?journey_stage=evaluation&plan=Pro&lang=ja").text
    assert 'data-total="1"' in shown
    assert "検討" in shown
    assert api.get("/v1/feedback/count", journey_stage="lunch").status_code == 422


def test_profiles_with_one_address_wait_on_a_page_are_merged_and_taken_back(api: Running) -> None:
    page = api.client.get("/merges?lang=ja").text
    assert "メールアドレスが同じ" in page
    (pair,) = api.get("/v1/merges").json()["proposals"]
    assert pair["reasons"] == ["email"]
    assert "same@example.com" not in page + str(pair)
    assert api.client.post(f"/merges/{pair['id']}/accept", follow_redirects=False).status_code == 303
    gone = next(name for name in "dx" if api.client.get(f"/customers/{name}", follow_redirects=False).status_code == 307)
    kept = api.get(f"/v1/customers/{gone}").json()
    assert (kept["also"], kept["standing"]["comments"]) == ([gone], 8)
    assert "merged" in [entry["event"]["kind"] for entry in kept["time_line"] if entry["kind"] == "event"]
    number = api.get("/v1/merges").json()["decisions"][0]["number"]
    assert api.post(f"/v1/merges/{number}/undo", {}).json()["undone_by"]
    assert api.get(f"/v1/customers/{gone}").json()["standing"]["comments"] == 4
    assert api.post("/v1/merges/decisions", {"proposal_id": pair["id"], "decision": "accept"}).status_code == 404
    assert api.post(f"/v1/merges/{number}/undo", {}).status_code in {400, 422}
    assert api.client.put("/v1/customers/q", json={"email": "nobody"}, headers=api.key()).status_code in {400, 422}
