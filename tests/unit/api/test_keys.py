"""Keys and rates."""

from pathlib import Path

import pytest

from api.problems import RateLimitedError
from api.rates import RateLimits
from tests.support.app import Running, running
from voc.errors import StorageBusyError
from voc.keys import Scope


def test_a_revoked_key_is_refused_a_second_later(api: Running) -> None:
    now = 0.0
    ring = api.app.state.keys
    ring._monotonic = lambda: now
    assert api.get("/v1/limits").status_code == 200
    with api.service.store.write() as unit:
        (key,) = [key for key in unit.keys.find() if key.scopes == {Scope.ADMIN}]
        unit.keys.revoke(key.id, now=api.service.clock())
    now = 1.01
    assert api.get("/v1/limits").json()["code"] == "unauthenticated"


def test_the_last_use_is_noted_once_a_minute_and_not_while_answering(api: Running) -> None:
    noted = []
    later = api.service.commits.later

    def count(work):  # type: ignore[no-untyped-def]
        noted.append(work)
        return later(work)

    api.service.commits.later = count  # type: ignore[method-assign]
    now = 100.0
    api.app.state.keys._monotonic = lambda: now
    for _ in range(5):
        api.get("/v1/limits")
        now += 2
    assert len(noted) == 1
    now += 60
    api.get("/v1/limits")
    assert len(noted) == 2


def test_a_failure_to_note_the_use_fails_no_request(api: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StorageBusyError

    monkeypatch.setattr("voc.store.keys.KeyStore.used", fail)
    assert api.get("/v1/limits").status_code == 200


def test_a_key_beyond_its_rate_waits(tmp_path: Path) -> None:
    with running(tmp_path, intake={"requests_per_minute": 3}) as api:
        answers = [api.get("/v1/limits") for _ in range(4)]
        other = api.get("/v1/limits", scope=Scope.READ)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit"].startswith('"default";r=2;')
    assert answers[0].headers["ratelimit-policy"] == '"default";q=3;w=60'
    assert answers[3].json()["code"] == "rate_limited"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60
    assert other.status_code == 200


def test_a_forged_address_gives_no_new_budget(tmp_path: Path) -> None:
    with running(tmp_path, intake={"requests_per_minute": 1}) as api:
        api.get("/v1/limits")
        answer = api.client.get("/v1/limits", headers=api.key() | {"X-Forwarded-For": "9.9.9.9"})
    assert answer.status_code == 429


def test_counting_says_how_long_to_wait() -> None:
    rates = RateLimits(per_minute=1)
    rates.count("k")
    with pytest.raises(RateLimitedError) as caught:
        rates.count("k")
    assert 1 <= int(str(caught.value.facts["retry_after"])) <= 61


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Bearer  x", "bearer\tx", "Bearer " + "x" * 10_000, "Bearer \x7f", "Bearer ' OR 1=1 --"]
)
def test_what_is_no_key_is_refused(api: Running, value: str) -> None:
    assert api.client.get("/v1/limits", headers={"Authorization": value}).status_code == 401
