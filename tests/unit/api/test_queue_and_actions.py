"""The queue, cases, actions and experiments over HTTP."""

from datetime import date, timedelta

import pytest

from tests.support.action_worlds import action
from tests.support.app import Running


def test_the_queue_lists_who_to_call_with_reasons_in_the_readers_language(filled: Running) -> None:
    english = filled.get("/v1/queues/at-risk", limit=5).json()
    assert english["total"] >= len(english["data"]) > 0
    first = english["data"][0]
    assert first["concerns"][0]["quote"]
    assert first["risk_kind"] == "evidence"
    assert english["check"]["state"] == "no_churn_data"
    assert "No churn data" in english["check_wording"]
    japanese = filled.client.get("/v1/queues/at-risk?limit=1", headers=filled.key() | {"Accept-Language": "ja"}).json()
    assert "解約の記録がない" in japanese["check_wording"]


def test_every_entry_is_on_one_page_of_the_queue(filled: Running) -> None:
    page = filled.get("/v1/queues/at-risk", limit=1).json()
    seen = [entry["id"] for entry in page["data"]]
    while page["next_cursor"] is not None:
        page = filled.get("/v1/queues/at-risk", limit=1, cursor=page["next_cursor"]).json()
        seen += [entry["id"] for entry in page["data"]]
    assert len(seen) > 1
    assert len(seen) == len(set(seen)) == page["total"]


def test_a_handled_case_leaves_the_queue_and_comes_back_when_the_decision_is_taken_back(filled: Running) -> None:
    entry = filled.get("/v1/queues/at-risk").json()["data"][0]["id"]
    done = filled.post("/v1/cases", {"subject_id": entry, "state": "handled", "note": "Called.", "owner": "Sato", "by": "Ito"})
    assert done.json()["case"]["by"] == "Ito"
    assert entry not in [one["id"] for one in filled.get("/v1/queues/at-risk").json()["data"]]
    assert [one["id"] for one in filled.get("/v1/queues/at-risk", case="handled").json()["data"]] == [entry]
    undone = filled.post("/v1/cases", {"subject_id": entry, "state": "undo"}).json()
    assert undone["case"] is None
    assert undone["steps"][0]["undone_at"] is not None
    assert entry in [one["id"] for one in filled.get("/v1/queues/at-risk").json()["data"]]


def test_a_snooze_needs_a_day_to_come_and_a_case_somebody_known(filled: Running) -> None:
    entry = filled.get("/v1/queues/at-risk").json()["data"][0]["id"]
    assert filled.post("/v1/cases", {"subject_id": entry, "state": "snoozed"}).json()["code"] == "bad_request"
    assert filled.post("/v1/cases", {"subject_id": "cu_nobody", "state": "open"}).status_code == 404
    due = (filled.service.clock() + timedelta(days=3)).date().isoformat()
    assert filled.post("/v1/cases", {"subject_id": entry, "state": "snoozed", "due": due}).json()["case"]["due"] == due
    assert filled.post("/v1/cases", {"subject_id": entry, "state": "undo"}).status_code == 200


PLAN = {"title": "Repair sign-in", "measure": "nps", "segment": "smb", "issue_kind": "tag", "issue_id": "account.login"}


def test_an_action_is_recorded_before_its_result_or_marked(filled: Running) -> None:
    refused = filled.post("/v1/actions", PLAN | {"starts_on": "2026-05-01"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    late = filled.post("/v1/actions", PLAN | {"starts_on": "2026-05-01", "retrospective": True})
    assert (late.status_code, late.json()["retrospective"], late.json()["plan"]["direction"]) == (201, True, "up")
    found = filled.get(f"/v1/actions/{late.json()['id']}/evaluation").json()
    assert found["verdict"] in {"worked", "no_sign", "cannot_tell"}
    assert found["wording"]
    assert {one["treated"] for one in found["series"]} == {True, False}


def test_after_its_start_only_owner_due_day_and_note_of_an_action_change_and_each_change_is_kept(filled: Running) -> None:
    started = filled.post("/v1/actions", PLAN | {"starts_on": "2026-05-01", "retrospective": True}).json()["id"]
    assert filled.post(f"/v1/actions/{started}", {"measure": "csat"}).status_code == 400
    changed = filled.post(f"/v1/actions/{started}", {"owner": "Suzuki", "by": "Ito"}).json()
    assert changed["action"]["owner"] == "Suzuki"
    assert [(edit["by"], edit["changes"]) for edit in changed["edits"]] == [("Ito", {"owner": ["", "Suzuki"]})]
    later = filled.post("/v1/actions", PLAN | {"starts_on": "2099-01-01"}).json()["id"]
    assert filled.post(f"/v1/actions/{later}", {"measure": "csat"}).json()["action"]["plan"]["measure"] == "csat"
    assert filled.get(f"/v1/actions/{later}/evaluation").json()["doubts"] == ["not_started"]
    assert len(filled.get("/v1/actions").json()["data"]) >= 2


def test_an_experiment_names_who_was_put_where_and_an_action_refers_to_it(filled: Running) -> None:
    assert filled.post("/v1/actions", PLAN | {"starts_on": "2099-01-01", "experiment": "e1"}).status_code == 422
    given = [{"customer_id": f"c{n}", "arm": "treatment" if n % 2 else "control", "exposed_on": "2026-03-01"} for n in range(20)]
    assert filled.post("/v1/experiments", {"name": "e1", "assignments": given}).json() == {"name": "e1", "treatment": 10, "control": 10}
    assert filled.post("/v1/experiments", {"name": "e1", "assignments": given[:1]}).json()["control"] == 10
    assert filled.post("/v1/experiments", {"name": "e1", "assignments": [{"arm": "control", "exposed_on": "2026-03-01"}]}).status_code == 422
    action = filled.post("/v1/actions", PLAN | {"starts_on": "2026-03-01", "experiment": "e1", "retrospective": True}).json()["id"]
    assert filled.get(f"/v1/actions/{action}/evaluation").json()["method"] == "experiment"


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_no_comment_can_lie_around_is_refused_with_the_days_that_can(api: Running, day: str) -> None:
    given = [{"customer_id": "c1", "arm": "control", "exposed_on": day}]
    bodies = {"/v1/actions": PLAN | {"segment": None, "starts_on": day, "retrospective": True}, "/v1/experiments": {"name": "e", "assignments": given}}
    for path, body in bodies.items():
        refused = api.post(path, body)
        assert (refused.status_code, refused.json()["code"]) == (422, "out_of_range")
        assert "1970-01-01 to 2199-12-31" in refused.json()["detail"]
    assert api.get("/v1/actions").json()["data"] == []


@pytest.mark.parametrize("day", [date.min, date(1970, 1, 1), date(2199, 12, 31), date.max])
def test_an_action_kept_with_any_day_is_checked_and_listed(filled: Running, day: date) -> None:
    kept = action(segment="smb", starts_on=day).model_copy(update={"id": f"act_{day:%Y}"})
    with filled.service.store.write() as unit:
        unit.actions.add(kept)
    found = filled.get(f"/v1/actions/{kept.id}/evaluation")
    assert (found.status_code, found.json()["verdict"]) == (200, "cannot_tell")
    for page in ("/actions", f"/actions/{kept.id}"):
        assert filled.client.get(f"http://127.0.0.1{page}").status_code == 200


@pytest.mark.parametrize("size", ["inf", "nan", "1e400", "1e999", "0", "-1"])
def test_the_effect_that_would_matter_is_a_number_above_zero(api: Running, size: str) -> None:
    body = f'{{"title": "t", "measure": "nps", "starts_on": "2099-01-01", "issue_kind": "tag", "issue_id": "account.login", "expected_size": "{size}"}}'
    for sent in (body, body.replace(f'"{size}"', size)):
        refused = api.client.post("/v1/actions", content=sent, headers=api.key() | {"Content-Type": "application/json"})
        assert refused.status_code in {400, 422}, sent
    page = {"title": "t", "measure": "nps", "starts_on": "2099-01-01", "issue": "tag:account.login", "expected_size": size}
    assert api.client.post("http://127.0.0.1/actions", data=page).status_code == 422
    assert api.get("/v1/actions").json()["data"] == []


def put(**changes: str) -> dict[str, str]:
    return {"customer_id": "c1", "arm": "treatment", "exposed_on": "2026-03-01"} | changes


@pytest.mark.parametrize("change", [{"arm": "control"}, {"exposed_on": "2026-03-02"}])
def test_once_an_action_has_started_nobody_is_put_elsewhere_and_others_may_come(filled: Running, change: dict[str, str]) -> None:
    name = f"fixed {change}"

    def assign(*given: dict[str, str]) -> tuple[int, dict[str, int]]:
        status = filled.post("/v1/experiments", {"name": name, "assignments": list(given)}).status_code
        with filled.service.store.read() as unit:
            return status, unit.actions.experiments()[name]

    assert assign(put(**change), put(customer_id="c2", arm="control"))[0] == 200
    assert filled.post("/v1/actions", PLAN | {"starts_on": "2099-01-01", "experiment": name}).status_code == 201
    assert assign(put()) == (200, {"control": 1, "treatment": 1}), "its start is still to come"
    assert filled.post("/v1/actions", PLAN | {"starts_on": "2026-03-01", "experiment": name, "retrospective": True}).status_code == 201
    assert assign(put(customer_id="c3"), put(**change)) == (400, {"control": 1, "treatment": 1}), "nothing of it is taken"
    assert assign(put(customer_id="c3"), put()) == (200, {"control": 1, "treatment": 2})
    with filled.service.store.read() as unit:
        assert {one.exposed_on for one in unit.actions.assignments(name)} == {date(2026, 3, 1)}
    other = {"name": f"other {change}", "assignments": [put(**change)]}
    assert [filled.post("/v1/experiments", other).status_code for _ in range(2)] == [200, 200], "another experiment is free"


def test_once_accounts_are_compared_none_of_their_people_is_put_elsewhere(filled: Running) -> None:
    of_account = {"account_id": "a1", "arm": "treatment", "exposed_on": "2026-03-01"}
    body = {"name": "accounts", "assignments": [of_account, of_account | {"account_id": "a2", "arm": "control"}]}
    assert filled.post("/v1/experiments", body).status_code == 200
    assert filled.post("/v1/actions", PLAN | {"starts_on": "2026-03-01", "experiment": "accounts", "retrospective": True}).status_code == 201
    assert filled.post("/v1/experiments", body | {"assignments": [put(arm="control")]}).status_code == 400
    assert filled.post("/v1/experiments", body | {"assignments": [of_account | {"account_id": "a3"}]}).json()["treatment"] == 2


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        ({"issue_id": "nonsense.nothing"}, "unknown_name", "tag:account.login"),
        ({"issue_kind": "topic", "issue_id": "account.login"}, "unknown_name", "tag:account.login"),
        ({"issue_id": None}, "bad_value", ""),
        ({"issue_kind": None}, "bad_value", ""),
        ({"segment": "Nowhere"}, "unknown_name", "enterprise, smb"),
        ({"experiment": "none of these"}, "unknown_name", ""),
        ({"accounts": ["a1", "nobody"]}, "bad_request", ""),
    ],
)
def test_an_action_names_what_exists_and_is_told_what_does(filled: Running, change: dict[str, object], code: str, named: str) -> None:
    before = len(filled.get("/v1/actions").json()["data"])
    body = PLAN | {"starts_on": "2099-01-01"} | change
    refused = filled.post("/v1/actions", {name: value for name, value in body.items() if value is not None})
    assert (refused.json()["code"], refused.status_code in {400, 422}) == (code, True)
    assert named in refused.json()["detail"]
    assert refused.json()["fields"][0]["path"] in change
    assert len(filled.get("/v1/actions").json()["data"]) == before


def test_an_action_kept_without_an_issue_is_read_and_takes_one_before_its_start(filled: Running) -> None:
    old = action(segment="smb", starts_on=date(2099, 1, 1)).model_copy(update={"id": "act_old"})
    with filled.service.store.write() as unit:
        unit.actions.add(old)
    assert filled.get("/v1/actions/act_old").json()["action"]["plan"]["issue_id"] is None
    assert filled.post("/v1/actions/act_old", {"title": "other"}).json()["code"] == "bad_request"
    assert filled.post("/v1/actions/act_old", {"title": "other", "issue_kind": "tag", "issue_id": "account.login"}).status_code == 200
