"""Accounts that look like one: over HTTP, on the pages in both languages, and on the account's own page until it is taken back."""

from collections.abc import Iterator

import pytest

from pipelines.known_by_email import BY
from tests.support.app import Running, running
from voc.keys import Scope


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One organisation in a CRM and at the help desk; a person known by an address alone until a profile has it."""
    with running(tmp_path_factory.mktemp("accounts")) as found:
        for name, called in (("ACME-001", "株式会社アクメ"), ("acme_inc", "ｱｸﾒ㈱")):
            found.client.put(f"/v1/accounts/{name}", json={"name": called, "revenue_per_year": 10}, headers=found.key())
        found.client.put("/v1/customers/ken", json={"account_id": "acme_inc"}, headers=found.key())
        for number, facts in enumerate(({"account_id": "ACME-001"}, {"account_id": "ACME-001"}, {"customer_id": "ken"}, {"email": "mia@example.com"})):
            found.post("/v1/feedback", {"text": f"I cannot log in ({number}).", "external_id": f"e{number}", "submitted_at": "2026-04-01", **facts})
        found.client.put("/v1/customers/mia", json={"email": "mia@example.com"}, headers=found.key())
        found.work()
        found.client.post("/login", data={"key": found.secrets[Scope.ADMIN]})
        yield found


def test_accounts_wait_on_a_page_are_merged_shown_as_one_and_taken_back(api: Running) -> None:
    assert "同一企業の可能性がある取引先" in api.client.get("/accounts?lang=ja").text
    page = api.client.get("/merges?noun=account&lang=ja").text
    assert "法人格を除いて同じ名称" in page
    assert "別の取引先" in page
    assert api.get("/v1/merges", noun="customer").json()["proposals"] == []
    (pair,) = api.get("/v1/merges", noun="account").json()["proposals"]
    assert (pair["noun"], pair["reasons"]) == ("account", ["name"])
    figure = api.get("/v1/accounts/acme_inc/room").json()["room"]["figure"]
    form = {"next": "/merges?noun=account"}
    assert api.client.post(f"/merges/{pair['id']}/accept", data=form, follow_redirects=False).headers["location"] == form["next"]
    shown = api.get("/v1/accounts/acme_inc").json()
    assert (shown["external_id"], shown["also"], shown["standing"]["comments"], len(shown["people"])) == ("ACME-001", ["acme_inc"], 3, 1)
    assert "merged" in [entry["event"]["kind"] for entry in shown["time_line"] if entry["kind"] == "event"]
    assert api.get("/v1/accounts/acme_inc/room").json()["external_id"] == "ACME-001"
    assert [line["external_id"] for line in api.get("/v1/rooms").json()["data"]] == ["ACME-001"]
    assert api.get("/v1/feedback/count", account_id="acme_inc").json()["count"] == 3
    assert not api.get(f"/v1/figures/{figure}").json()["state"]["fresh"]
    moved = api.client.get("/accounts/acme_inc", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (307, "/accounts/ACME-001")
    room = api.client.get("/accounts/ACME-001?lang=ja").text
    assert "統合した取引先" in room
    (number,) = [one["number"] for one in api.get("/v1/merges", noun="account").json()["decisions"]]
    assert f'action="/merges/{number}/undo"' in room
    back = api.client.post(f"/merges/{number}/undo", data={"next": "/accounts/ACME-001"}, follow_redirects=False)
    assert back.headers["location"] == "/accounts/ACME-001"
    assert "統合した取引先" not in api.client.get("/accounts/ACME-001?lang=ja").text
    assert api.get("/v1/accounts/acme_inc").json()["standing"]["comments"] == 1
    assert api.get(f"/v1/figures/{figure}").json()["state"]["fresh"]
    assert api.get("/v1/merges", noun="dog").status_code == 422
    assert api.post("/v1/merges/decisions", {"proposal_id": pair["id"], "decision": "accept"}).status_code == 404


def test_a_merge_that_made_itself_says_so_in_the_readers_language(api: Running) -> None:
    assert [one["by"] for one in api.get("/v1/merges", noun="customer").json()["decisions"]] == [BY]
    for address in ("/merges", "/customers/mia"):
        page = api.client.get(f"{address}?lang=ja").text
        assert "メールアドレスの一致(自動)" in page
        assert BY not in page
    assert "same e-mail address, by itself" in api.client.get("/merges?lang=en").text
