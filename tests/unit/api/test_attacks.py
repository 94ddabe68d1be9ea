"""What an attacker found once, and what the service answers now."""

import time
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.support.app import Running
from tests.support.builders import feedback
from tests.support.stores import new_store
from voc.errors import StorageBusyError, StorageUnavailableError
from voc.normal_form import nfkc
from voc.store.group_commit import GroupCommit, _Job


def test_a_comment_of_nothing_but_combining_marks_is_quick(api: Running) -> None:
    """Why: reordering alternating marks is quadratic and held the whole process for seconds."""
    start = time.monotonic()
    answer = api.post("/v1/feedback", {"text": "b" + "\u0301\u0327" * 49_999})
    assert answer.status_code == 202
    assert time.monotonic() - start < 2


def test_normal_form_keeps_what_any_script_writes() -> None:
    for text in ("é", "が", "ﾊﾟ", "x" + "\u0301" * 30, "नमस्ते", "ทั้งหมด"):
        assert len(nfkc(text)) <= len(text)
        assert nfkc(nfkc(text)) == nfkc(text)
    assert len(nfkc("x" + "\u0327" * 1_000)) <= 31


@pytest.mark.parametrize("extra", [{"field_type": []}, {"source_type": {}}, {"field_type": {"a": 1}, "value_number": 3}])
def test_an_odd_kind_of_value_where_a_word_is_expected_is_no_server_error(api: Running, extra: dict[str, object]) -> None:
    answer = api.post("/v1/feedback/batch", [{"text": "good", "external_id": "g1"}, {"value_text": "z"} | extra])
    assert answer.status_code == 200
    assert answer.json()["data"][0]["status"] == "created"


def test_two_idempotency_keys_are_two_comments_however_equal_the_words(api: Running) -> None:
    """Why: two customers may both say "Very good"."""
    first = api.post("/v1/feedback", {"text": "Very good"}, Idempotency_Key="a")
    second = api.post("/v1/feedback", {"text": "Very good"}, Idempotency_Key="b")
    again = api.post("/v1/feedback", {"text": "Very good"}, Idempotency_Key="a")
    assert (first.status_code, second.status_code, again.status_code) == (202, 202, 200)
    assert first.json()["id"] == again.json()["id"] != second.json()["id"]
    assert first.json()["dedupe"] == "idempotency_key"


def test_ids_with_a_slash_are_reached_and_blanks_around_them_do_not_count(api: Running) -> None:
    assert api.client.put("/v1/customers/a%2Fb", json={"name": "n"}, headers=api.key()).status_code == 200
    assert api.get("/v1/customers/a%2Fb").json()["external_id"] == "a/b"
    assert api.client.put("/v1/customers/x%20", json={"name": "n"}, headers=api.key()).status_code == 200
    assert api.get("/v1/customers/x").status_code == 200
    for bad in ("%20", "%ff"):
        assert api.client.put(f"/v1/customers/{bad}", json={"name": "n"}, headers=api.key()).status_code == 422


def test_a_database_file_that_was_removed_takes_nothing_in(tmp_path: Path) -> None:
    """Why: SQLite goes on writing to a file nobody can find any more; a success answer would be a lie."""
    store = new_store(tmp_path)
    for path in tmp_path.glob("voc.sqlite3*"):
        path.unlink()
    with pytest.raises(StorageUnavailableError, match="removed"), store.write() as unit:
        unit.feedback.add([feedback()])
    with pytest.raises(StorageUnavailableError):
        store.check()
    store.close()


def test_a_busy_database_is_waited_for_once_not_once_for_every_caller() -> None:
    """Why: twenty callers behind a lock waited in turn, each its own five seconds."""
    tries = 0

    class Busy:
        def write(self) -> object:
            nonlocal tries
            tries += 1
            raise StorageBusyError

    commits = GroupCommit(Busy())  # type: ignore[arg-type]
    jobs = [_Job(lambda _unit: None, Future()) for _ in range(20)]
    commits._commit(jobs)
    assert tries == 1
    assert all(isinstance(job.future.exception(), StorageBusyError) for job in jobs)


def test_a_health_probe_may_ask_for_the_head_only(api: Running) -> None:
    assert api.client.head("/healthz").status_code == 200


def test_an_origin_that_cannot_be_read_is_another_site(api: Running) -> None:
    answer = api.client.post("http://127.0.0.1/alerts/x/close", headers={"Origin": "http://["})
    assert answer.status_code == 403
