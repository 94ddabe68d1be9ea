"""An erasure that is killed with ``kill -9``, and one that races with comments of the same person: in the end nothing of the person is left."""

import os
import random
import shutil
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.test_erasure import WHO, hits, original
from tests.support.app import Running, fake_service, running
from tests.support.copies import Copy, event
from tests.support.erase_killed import STEPS, erase
from voc.filters import FeedbackFilter
from voc.ids import customer_id

__all__ = ["original"]
RACES = int(os.environ.get("VOC_RACES", "3"))
QUICK = "in the transaction"
"""The step of which every test run looks; the others are slow."""


@pytest.fixture
def data(original: Path, tmp_path: Path) -> Path:  # the fixture of the same person
    shutil.copytree(original / "data", tmp_path / "data")
    return tmp_path / "data"


def start(data: Path, step: str | None = None) -> Copy:
    """Begin the erasure in a process of its own."""
    began = event()
    process = Copy(erase, data, WHO, step, began)
    assert began.wait(timeout=60)
    return process


def finished(data: Path) -> tuple[str, int, int]:
    """Open the folder as a start does; return the receipt's state, comments and rows of reject files."""
    service, _ = fake_service(data)
    service.commits.start()
    service.erasing.catch_up()
    with service.store.read() as unit:
        begun = unit.erasures.find()
    if not begun:
        service.erasing.erase(WHO, by="test")
    with service.store.read() as unit:
        (receipt,) = unit.erasures.find()
        assert unit.feedback.count(FeedbackFilter(customer_id=customer_id(WHO))) == 0
    assert service.store.ledger.check() == 1
    service.close()
    return receipt.state.value, receipt.places["feedback"], receipt.places["reject_rows"]


@pytest.mark.parametrize("step", [pytest.param(step, marks=() if step == QUICK else pytest.mark.slow) for step in STEPS])
def test_killed_at_a_step_it_is_finished_at_the_next_start(data: Path, step: str) -> None:
    assert start(data, step).wait(timeout=60) == -signal.SIGKILL
    assert finished(data) == ("done", 3, 1)
    assert hits(data) == []


@pytest.mark.slow
@pytest.mark.parametrize("chance", range(10))
def test_killed_at_any_moment_it_is_finished_at_the_next_start(data: Path, chance: int) -> None:
    process = start(data)
    time.sleep(random.Random(chance).uniform(0, 0.3))
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    assert finished(data) == ("done", 3, 1)
    assert hits(data) == []


def race(app: Running, who: str) -> Counter[int]:
    """Post comments of a person from two threads while the person is erased; return how often each status was answered."""
    app.post("/v1/feedback", {"text": f"{who} was here", "external_id": f"{who}-first", "customer_id": who})

    def post(thread: int) -> list[int]:
        bodies = [{"text": f"{who} says {n}", "external_id": f"{who}-{thread}-{n}", "customer_id": who} for n in range(15)]
        return [app.post("/v1/feedback", body).status_code for body in bodies]

    with ThreadPoolExecutor(3) as pool:
        posts = [pool.submit(post, thread) for thread in range(2)]
        time.sleep(0.02)
        erased = pool.submit(lambda: app.client.delete(f"/v1/customers/{who}", headers=app.key()).status_code)
        assert erased.result() == 200
        return Counter(status for found in posts for status in found.result())


def test_a_comment_that_meets_the_erasure_is_erased_or_refused(tmp_path: Path) -> None:
    with running(tmp_path / "data", intake={"requests_per_minute": 100_000}) as app:
        for number in range(RACES):
            who = f"racer-{number}"
            assert race(app, who).keys() <= {202, 409, 410}
            with app.service.store.read() as unit:
                assert unit.feedback.count(FeedbackFilter(customer_id=customer_id(who))) == 0
            assert app.post("/v1/feedback", {"text": "again", "customer_id": who}).status_code == 410
        raw = b"".join(path.read_bytes() for path in app.service.settings.data_dir.iterdir() if path.is_file())
        assert b"racer-" not in raw
