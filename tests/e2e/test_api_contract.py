"""What the HTTP interface promises: nothing breaks it, a repeat is a repeat, nobody gets further than his key, nothing leaks."""

import io
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.support.app import Running, running
from tests.support.raw_bodies import refused_bodies, unusable_values
from voc.keys import Scope
from voc.logs import configure_logs

RULES: dict[str, str] = json.loads((Path(__file__).parents[1] / "data" / "authz_rules.json").read_text("utf-8"))
PARAMETERS = {"{feedback_id}": "fb_0", "{topic_id}": "tp_0", "{run_id}": "latest", "{external_id}": "x", "{alert_id}": "al_0", "{action_id}": "act_0", "{subject_id}": "cu_0", "{code}": "bad_json"}
WRITING = [rule for rule in RULES if rule.split()[0] in {"POST", "PUT", "PATCH"}]
WITHOUT_BODY = {"POST /v1/taxonomies/{name}/learn", "POST /v1/taxonomies/{name}/forget", "POST /v1/figures/{figure_id}/recompute", "POST /v1/merges/{number}/undo"}
WITH_BODY = [rule for rule in WRITING if rule not in WITHOUT_BODY]
BODIES = refused_bodies()


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("api"), intake={"requests_per_minute": 1_000_000}) as found:
        yield found


def address(rule: str) -> tuple[str, str]:
    method, path = rule.split()
    for name, value in PARAMETERS.items():
        path = path.replace(name, value)
    return method, path


def stored(api: Running) -> dict[str, Any]:
    with api.service.store.read() as unit:
        return unit.feedback.totals() | unit.customers.counts() | unit.kpis.counts()


def is_problem(answer: Any) -> bool:
    body = answer.json()
    shape = {"type", "title", "status", "code", "detail", "request_id"} <= body.keys()
    return shape and answer.headers["content-type"] == "application/problem+json" and body["status"] == answer.status_code


def test_there_are_enough_bad_bodies() -> None:
    assert len(BODIES) >= 120


@pytest.mark.parametrize("rule", WRITING)
def test_no_bad_body_breaks_an_address_or_leaves_a_row(api: Running, rule: str) -> None:
    """Why: an untreated endpoint answered 500 to seven of these, twice after the row was stored."""
    method, path = address(rule)
    before = stored(api)
    wrong: dict[str, str] = {}
    for name, body in BODIES.items():
        answer = api.client.request(method, path, content=body, headers=api.key() | {"Content-Type": "application/json"})
        if answer.status_code not in {400, 404, 413, 415, 422} or not is_problem(answer):
            wrong[name] = f"{answer.status_code} {answer.text[:200]}"
    assert stored(api) == before
    assert wrong == {}


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=shift_jis",
        "text/html",
    ],
)
@pytest.mark.parametrize("rule", WITH_BODY)
def test_another_type_is_refused(api: Running, rule: str, kind: str) -> None:
    method, path = address(rule)
    answer = api.client.request(method, path, content=b'{"text":"a"}', headers=api.key() | {"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_type")


@pytest.mark.parametrize("status_and_code", [("/v1/feedback", 1_000_001), ("/v1/feedback/batch", 5_000_001)])
def test_a_body_over_the_limit_is_refused_with_limit_and_size(api: Running, status_and_code: tuple[str, int]) -> None:
    path, size = status_and_code
    answer = api.client.post(path, content=b" " * size, headers=api.key() | {"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert str(size - 1) in answer.json()["detail"]


def test_texts_that_are_odd_but_real_are_kept_as_they_are(api: Running) -> None:
    odd = ["👨‍👩‍👧‍👦🏳️‍🌈", "なし", "a\u0001\u200b\u202eb", "e" + "\u0301" * 1_000, "髙﨑𠮷ﾊﾝｶｸ", "\ufffe", "!!!", "x" * 100_000]
    for text in odd:
        answer = api.post("/v1/feedback", {"text": text})
        assert answer.status_code == 202, answer.text
        assert api.get(answer.json()["status_url"]).json()["text"] == text


# ── repeats ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_key_and_body_give_the_first_answer_again(api: Running) -> None:
    first = api.post("/v1/feedback", {"text": "once"}, Idempotency_Key="k-1")
    again = api.post("/v1/feedback", {"text": "once"}, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["Idempotency-Replayed"] == again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["dedupe"] == "idempotency_key"


def test_the_same_key_with_another_body_is_refused_and_the_first_stays(api: Running) -> None:
    first = api.post("/v1/feedback", {"text": "first words"}, Idempotency_Key="k-2").json()["id"]
    other = api.post("/v1/feedback", {"text": "other words"}, Idempotency_Key="k-2")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert api.get(f"/v1/feedback/{first}").json()["text"] == "first words"


def test_equal_keys_of_two_callers_are_independent(api: Running) -> None:
    mine = api.post("/v1/feedback", {"text": "of the first caller"}, scope=Scope.INGEST, Idempotency_Key="k-3")
    yours = api.post("/v1/feedback", {"text": "of the second caller"}, scope=Scope.ADMIN, Idempotency_Key="k-3")
    assert (mine.status_code, yours.status_code) == (202, 202)


def test_the_same_external_id_is_a_repeat_only_with_the_same_content(api: Running) -> None:
    body = {"text": "with an id", "external_id": "e-1", "source_name": "tool"}
    assert [api.post("/v1/feedback", body).status_code for _ in range(2)] == [202, 200]
    assert api.post("/v1/feedback", body | {"text": "changed"}).json()["code"] == "idempotency_key_reused"
    assert api.post("/v1/feedback", body | {"source_name": "other tool"}).status_code == 202


def test_fifty_at_once_with_few_keys_store_one_comment_a_key(api: Running) -> None:
    """Why: looking first and storing then lets two through."""
    before = api.rows()

    def send(number: int) -> int:
        return int(api.post("/v1/feedback", {"text": f"parallel {number % 5}"}, Idempotency_Key=f"p-{number % 5}").status_code)

    with ThreadPoolExecutor(50) as pool:
        codes = list(pool.map(send, range(250)))
    assert api.rows() - before == 5
    assert sorted(set(codes)) == [200, 202]
    assert codes.count(202) == 5


# ── batches ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_item_of_a_batch_has_its_own_outcome(api: Running) -> None:
    items = [{"text": "b1"}, {"text": ""}, {"text": "b1"}, 5, {"text": "b2", "score": float("nan"), "score_type": "nps"}, {"text": "b3"}]
    raw = json.dumps(items).encode()
    answer = api.client.post("/v1/feedback/batch", content=raw, headers=api.key() | {"Content-Type": "application/json"}).json()
    assert [item["status"] for item in answer["data"]] == ["created", "rejected", "duplicate", "rejected", "rejected", "created"]
    assert [item["error"]["code"] for item in answer["data"] if "error" in item] == ["empty_text", "bad_value", "not_a_number"]
    assert (answer["created"], answer["duplicate"], answer["rejected"]) == (2, 1, 3)


def test_a_bad_item_keeps_no_good_one_out(api: Running) -> None:
    wrong = {}
    for number, (name, body) in enumerate(unusable_values().items()):
        raw = b'[{"text":"good item %d"},%s]' % (number, body)
        answer = api.client.post("/v1/feedback/batch", content=raw, headers=api.key() | {"Content-Type": "application/json"}).json()
        if [item["status"] for item in answer.get("data", [])] != ["created", "rejected"]:
            wrong[name] = answer
    assert wrong == {}


def test_lines_are_read_one_by_one(api: Running) -> None:
    raw = b'{"text":"l1"}\r\n\n{"text": broken}\n{"text":"l2"}\n{"text":"\xff"}'
    answer = api.client.post("/v1/feedback/batch", content=raw, headers=api.key() | {"Content-Type": "application/x-ndjson"}).json()
    assert [item["status"] for item in answer["data"]] == ["created", "rejected", "created", "rejected"]
    assert [item["error"]["fields"][0]["line"] for item in answer["data"] if "error" in item] == [3, 5]


@pytest.mark.parametrize("path", ["/v1/feedback/batch", "/v1/kpis/batch"])
def test_a_batch_stops_at_its_limit(api: Running, path: str) -> None:
    before = stored(api)
    answer = api.post(path, [{"text": str(n)} for n in range(1_001)])
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_items")
    assert stored(api) == before
    assert api.post(path, []).json()["data"] == []


# ── who may ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_address_has_a_rule_and_every_rule_an_address(api: Running) -> None:
    described = api.client.get("/openapi.json").json()["paths"]
    found = {
        f"{method.upper()} {path}": operation.get("x-voc-scope", "public")
        for path, operations in described.items()
        for method, operation in operations.items()
    }
    assert found == RULES


def test_everything_below_v1_is_described(api: Running) -> None:
    hidden = [route.path for route in api.app.state.api_routes if not route.include_in_schema and route.methods != {"HEAD"}]
    assert hidden == []


@pytest.mark.parametrize("rule", [rule for rule, scope in RULES.items() if scope != "public"])
def test_only_a_key_with_the_scope_passes(api: Running, rule: str) -> None:
    method, path = address(rule)

    def status(headers: dict[str, str]) -> int:
        return int(api.client.request(method, path, headers=headers, content=b"{").status_code)

    with api.service.store.write() as unit:
        key, revoked = unit.keys.create("revoked", scopes=set(Scope), now=api.service.clock())
        unit.keys.revoke(key.id, now=api.service.clock())
    assert status({}) == 401
    assert status({"Authorization": "Bearer voc_wrong"}) == 401
    assert status({"Authorization": f"Basic {api.secrets[Scope.ADMIN]}"}) == 401
    assert status({"Authorization": f"Bearer {revoked}"}) == 401
    for scope in Scope:
        allowed = scope in {RULES[rule], "admin"}
        assert (status(api.key(scope)) not in {401, 403}) is allowed, scope
        assert (status({"X-API-Key": api.secrets[scope]}) not in {401, 403}) is allowed, scope


@pytest.mark.parametrize("rule", [rule for rule, scope in RULES.items() if scope == "public"])
def test_public_addresses_need_no_key(api: Running, rule: str) -> None:
    assert api.client.get(address(rule)[1]).status_code == 200


def test_a_key_in_the_address_is_refused_even_where_it_is_good(api: Running) -> None:
    for name in ("api_key", "token", "X-API-Key"):
        answer = api.client.get("/v1/limits", params={name: api.secrets[Scope.ADMIN]})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
        assert api.secrets[Scope.ADMIN] not in answer.text


# ── nothing leaks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_text_no_name_and_no_key_stands_in_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why: logs travel further than databases."""
    canary = "カナリア漏洩CANARY7731"
    lines = io.StringIO()
    monkeypatch.setattr("sys.stderr", lines)
    handler = logging.StreamHandler(lines)
    logging.getLogger().addHandler(handler)
    configure_logs("DEBUG")
    try:
        with running(tmp_path) as api:
            _provoke(api, canary, monkeypatch)
            secrets = list(api.secrets.values())
    finally:
        logging.getLogger().removeHandler(handler)
        structlog.reset_defaults()
    written = lines.getvalue()
    assert "internal error" in written
    assert canary not in written
    assert "CANARY7731" not in written
    assert not any(secret in written for secret in secrets)


def _provoke(api: Running, canary: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"text": canary, "customer_id": canary, "metadata": {canary: canary}}
    assert api.post("/v1/feedback", body).status_code == 202
    assert api.post("/v1/feedback", {"text": f"poison {canary}"}).status_code == 202
    api.work()
    answers = [
        api.post("/v1/feedback", {canary: {canary: 1}, "text": "a"}),
        api.post("/v1/feedback", {"text": canary, "score": canary, "score_type": canary}),
        api.client.post(
            "/v1/feedback", content=f'{{"{canary}": {canary}'.encode(), headers=api.key() | {"Content-Type": "application/json"}
        ),
        api.get("/v1/feedback", source=canary),
        api.get("/v1/feedback", **{canary: canary}),
        api.get(f"/v1/feedback/{canary}"),
        api.get("/v1/feedback", cursor=canary),
        api.post("/v1/search", {"query": canary, "filters": {canary: canary}}),
    ]

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(canary)

    monkeypatch.setattr(api.service.intake, "accept", fail)
    monkeypatch.setattr(api.service, "search", fail)
    answers += [api.post("/v1/feedback", body), api.post("/v1/search", {"query": canary})]
    assert [answer.status_code for answer in answers[-2:]] == [500, 500]
    for answer in answers:
        assert answer.status_code >= 400
        assert canary not in answer.text
        assert is_problem(answer)


@pytest.mark.parametrize("path", ["/v1/feedback", "/healthz", "/nope", "/overview", "/openapi.json"])
def test_every_answer_carries_the_security_headers(api: Running, path: str) -> None:
    headers = api.client.get(path, headers=api.key()).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-request-id"].startswith("req_")
    assert ("no-store" in headers.get("cache-control", "")) or not path.startswith("/v1")


@pytest.mark.parametrize("method", ["TRACE", "DELETE", "PATCH", "PROPFIND"])
def test_other_methods_are_refused(api: Running, method: str) -> None:
    answer = api.client.request(method, "/v1/feedback", headers=api.key())
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"]
