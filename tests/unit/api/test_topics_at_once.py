"""A serving process gives new comments their topics as soon as they are read, not with the next conclusions only."""

import time
from pathlib import Path

import pytest

from pipelines import service as serving
from tests.support.app import Running, running
from tests.unit.api.test_topic_changes import TEXTS


def until(api: Running, *, assigned: int) -> bool:
    """Wait until so many sentences were looked at."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with api.service.store.read() as unit:
            if unit.topics.count_assigned() >= assigned:
                return True
        time.sleep(0.05)
    return False


def test_a_new_comment_has_its_topic_before_all_is_concluded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "CONCLUDE_EVERY_S", 600.0)
    monkeypatch.setattr(serving, "IDLE_S", 0.1)
    with running(tmp_path) as before:
        for text in TEXTS:
            before.post("/v1/feedback", {"text": text, "external_id": text})
        before.work()
    with running(tmp_path, works=True) as api:
        api.post("/v1/feedback?wait=10s", {"text": "Login fails once more.", "external_id": "a"})
        assert until(api, assigned=len(TEXTS) + 1), "the first round concludes"
        concluded = api.service.loop.last_concluded_at
        api.post("/v1/feedback?wait=10s", {"text": "The login page is down.", "external_id": "b"})
        assert until(api, assigned=len(TEXTS) + 2)
        assert api.service.loop.last_concluded_at == concluded
