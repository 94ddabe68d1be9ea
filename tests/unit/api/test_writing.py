"""What is taken in besides comments, and the states of the service as its callers see them."""

from pathlib import Path

import pytest

from tests.support.app import Running, running
from voc.errors import ModelRejectedError, StorageUnavailableError
from voc.keys import Scope


def test_only_given_fields_of_a_profile_change(api: Running) -> None:
    put = api.client.put
    assert put("/v1/customers/c1", json={"name": "A", "role": "decider", "account_id": "a1"}, headers=api.key()).json()["status"] == "new"
    assert put("/v1/customers/c1", json={"segment": "smb", "name": ""}, headers=api.key()).json()["status"] == "changed"
    assert put("/v1/customers/c1", json={"segment": "smb"}, headers=api.key()).json()["status"] == "same"
    profile = api.get("/v1/customers/c1").json()["profile"]
    assert (profile["name"], profile["role"], profile["segment"]) == ("A", "decider", "smb")
    assert (
        put(
            "/v1/accounts/a1", json={"name": "Aoba", "revenue_per_year": "４８０", "renewal_on": "2027-01-31"}, headers=api.key()
        ).status_code
        == 200
    )
    account = api.get("/v1/accounts/a1").json()
    assert (account["profile"]["revenue_per_year"], account["profile"]["renewal_on"]) == (480, "2027-01-31")
    assert [person["external_id"] for person in account["people"]] == ["c1"]


@pytest.mark.parametrize("body", [{"role": "king"}, {"id": "x"}, {"colour": "red"}, {"started_on": "soon"}, {"attributes": {"a": {}}}])
def test_a_profile_with_a_bad_field_is_refused(api: Running, body: dict[str, object]) -> None:
    assert api.client.put("/v1/customers/c1", json=body, headers=api.key()).status_code == 422
    assert api.client.put("/v1/accounts/a1", json={"revenue_per_year": -1}, headers=api.key()).status_code == 422


def test_measured_values_are_taken_once_and_each_has_its_outcome(api: Running) -> None:
    good = {"kpi": "csat", "value": "４", "observed_at": "2026-10-01", "customer_id": "c1"}
    items = [
        good,
        good,
        good | {"value": 6},
        good | {"observed_at": "2999-01-01"},
        {"kpi": "csat", "value": 1, "observed_at": "2026-10-01"},
        {"kpi": "mood"},
    ]
    first = api.post("/v1/kpis/batch", items).json()
    assert [item["status"] for item in first["data"]] == ["created", "duplicate", *["rejected"] * 4]
    assert [item["error"]["code"] for item in first["data"][2:]] == ["out_of_range", "future_date", "bad_value", "bad_value"]
    assert api.post("/v1/kpis/batch", {"items": items[:1]}).json()["duplicate"] == 1


def test_waiting_gives_the_analysis_where_it_is_ready_in_time(tmp_path: Path) -> None:
    with running(tmp_path, works=True) as api:
        ready = api.post("/v1/feedback?wait=10s", {"text": "It is slow."})
    assert ready.status_code == 200
    assert ready.json()["analysis"]["sentiment"]["label"] == "negative"


def test_waiting_in_vain_still_says_that_the_comment_is_kept(api: Running) -> None:
    late = api.post("/v1/feedback?wait=50ms", {"text": "It is slow."})
    assert late.status_code == 202
    assert "analysis" not in late.json()
    assert api.post("/v1/feedback?wait=soon", {"text": "x"}).status_code == 422


def test_nothing_is_taken_in_beyond_the_backlog(tmp_path: Path) -> None:
    with running(tmp_path, intake={"max_waiting": 3}) as api:
        answers = [api.post("/v1/feedback", {"text": f"t{number}"}) for number in range(5)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 503, 503]
        assert (answers[3].json()["code"], answers[3].headers["retry-after"]) == ("backlog_full", "30")
        assert api.rows() == 3


def test_a_stopping_service_refuses_new_comments_and_says_so(api: Running) -> None:
    api.service.refuse_new()
    answer = api.post("/v1/feedback", {"text": "x"})
    ready = api.client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "shutting_down")
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["shutting_down"])
    assert api.client.get("/healthz").status_code == 200


def test_a_model_that_crashed_is_told_and_closes_no_door(api: Running) -> None:
    api.child.down = True
    ready = api.client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["checks"]["models"] == {"ok": False, "reason": "model_crashed", "facts": ready.json()["checks"]["models"]["facts"]}
    assert api.post("/v1/feedback", {"text": "x"}).status_code == 202
    assert api.post("/v1/analyze", {"text": "x"}).json()["code"] == "model_unavailable"


def test_a_refused_model_is_told_with_what_is_kept_and_what_to_do(api: Running) -> None:
    facts = {"model": "voc-encoder", "file": "heads.safetensors", "reason": "wrong hash"}
    api.child.refusal = ModelRejectedError("The model voc-encoder was not loaded: wrong hash (heads.safetensors).", **facts)
    problem = api.post("/v1/analyze", {"text": "x"}).json()
    assert (problem["status"], problem["code"], problem["retry_after"]) == (503, "model_rejected", 600)
    assert all(fact in problem["detail"] for fact in facts.values())
    assert "are taken in and wait" in problem["detail"]
    ready = api.client.get("/readyz")
    models = ready.json()["checks"]["models"]
    assert (ready.status_code, models["ok"], models["reason"], models["facts"]["state"]) == (200, False, "model_rejected", "refused")
    assert facts.items() <= models["facts"].items()
    assert "taken in and wait" in models["facts"]["kept"]
    assert "Put the files back" in models["facts"]["advice"]
    assert api.post("/v1/feedback", {"text": "x"}).status_code == 202
    api.client.post("/login", data={"key": api.secrets[Scope.ADMIN]})
    for language, said in (("en", "A model was refused"), ("ja", "モデルの検査に失敗しました")):
        for page in ("/overview", "/status"):
            shown = api.get(page, lang=language).text
            assert said in shown
            assert facts["model"] in shown
            assert facts["file"] in shown


def test_a_database_that_does_not_answer_makes_it_not_ready_and_still_alive(api: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise StorageUnavailableError

    monkeypatch.setattr(api.service.store, "read", fail)
    assert api.client.get("/healthz").status_code == 200
    ready = api.client.get("/readyz")
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["storage_unavailable"])


def test_readiness_tells_the_queue_the_schema_and_why_this_sqlite_is_safe(api: Running) -> None:
    api.post("/v1/feedback", {"text": "x"})
    facts = api.client.get("/readyz").json()["checks"]["database"]["facts"]
    assert facts["waiting"] == 1
    assert facts["oldest_age_s"] >= 0
    assert facts["schema"]
    assert not facts["wal_reset_race"] or facts["safe_because"]


def test_a_comment_put_aside_is_listed_traced_and_waits_again(api: Running) -> None:
    identifier = api.post("/v1/feedback", {"text": "poison"}).json()["id"]
    for _ in range(5):
        api.work()
    (letter,) = api.get("/v1/failed").json()["data"]
    assert (letter["feedback_id"], letter["reason"]) == (identifier, "model_crashed")
    assert api.get("/v1/failed", reason="other").json()["data"] == []
    stages = api.get(f"/v1/feedback/{identifier}/trace").json()["stages"]
    assert stages[1]["state"] == "put_aside"
    assert api.post("/v1/failed/requeue", {"ids": ["fb_none"]}).json() == {"requeued": 0}
    assert api.post("/v1/failed/requeue", {}).json() == {"requeued": 1}
    assert api.get(f"/v1/feedback/{identifier}/trace").json()["stages"][1]["state"] == "waiting"


def test_an_alert_is_acknowledged_with_a_note(api: Running) -> None:
    for number in range(6):
        api.post("/v1/feedback", {"text": f"I cannot log in, it fails {number}", "account_id": f"a{number}", "submitted_at": "2026-10-01"})
    api.work()
    alert = api.get("/v1/alerts", state="open").json()["data"][0]
    done = api.post(f"/v1/alerts/{alert['id']}/ack", {"state": "closed", "note": "fixed"}).json()
    assert (done["state"], done["note"], done["changed_by"]) == ("closed", "fixed", "test admin")
    assert api.post("/v1/alerts/al_none/ack", {}).status_code == 404
    assert api.post(f"/v1/alerts/{alert['id']}/ack", {"state": "open"}).status_code == 422


def test_analysis_stores_nothing_and_masks_personal_facts(api: Running) -> None:
    one = api.post("/v1/analyze", {"text": "mail a@b.jp, it is slow"}).json()
    assert one["text"] == "mail [EMAIL], it is slow"
    assert one["redactions"][0]["kind"] == "email"
    many = api.post("/v1/analyze", {"items": [{"id": "x", "text": "great"}, {"text": " "}]}).json()["data"]
    assert (many[0]["id"], many[0]["sentiment"]["label"], many[1]["error"]["code"]) == ("x", "positive", "empty_text")
    assert api.post("/v1/analyze", {"items": [{"text": "x"}] * 101}).json()["code"] == "too_many_items"
    assert api.rows() == 0


def test_measures_tell_what_was_taken_in_and_waits(api: Running) -> None:
    api.post("/v1/feedback", {"text": "x", "source": "ticket"})
    api.post("/v1/feedback", {"text": "x", "source": "ticket"})
    text = api.client.get("/metrics", headers=api.key()).text
    assert 'voc_ingest_comments_total{outcome="created",source="ticket"} 1.0' in text
    assert 'voc_ingest_comments_total{outcome="duplicate",source="ticket"} 1.0' in text
    assert "voc_queue_depth 1.0" in text
    for name in (
        "voc_ingest_request_seconds_count 2.0",
        "voc_queue_oldest_age_seconds",
        "voc_pipeline_outcomes_total",
        "voc_model_info",
        "voc_language_total",
    ):
        assert name in text
