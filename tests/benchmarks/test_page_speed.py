"""How long pages and their routes take at 50,000 comments on SQLite (``-m benchmark``): right after a change, and looked at again."""

import gc
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from api.server import COLLECT_AT
from tests.support.app import Running, running
from tests.support.builders import NOON
from tests.support.large_world import fill
from voc.ids import account_id
from voc.keys import Scope
from voc.kpis import Kpi, KpiObservation

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]
COMMENTS = int(os.environ.get("VOC_BENCHMARK_COMMENTS", "50000"))
AGAIN = 5
BAR_MS = 1000
ADDRESSES = (
    "/overview",
    "/queue",
    "/v1/queues/at-risk",
    "/accounts",
    "/v1/rooms",
    "/accounts/a7",
    "/v1/accounts/a7/room",
    "/customers",
    "/customers/c7",
    "/v1/customers/c7",
    "/merges",
    "/unassigned",
    "/unassigned?order=suggestion",
    "/v1/topics/unassigned",
    "/audit",
    "/v1/audits",
    "/v1/audits/next",
    "/actions",
    "/v1/actions",
    "/actions/act_1",
    "/v1/actions/act_1/evaluation",
    "/root-cause",
    "/root-cause?by=topics",
    "/issues",
    "/issues?kind=topic",
    "/v1/topics",
    "/v1/tags",
    "/issues/topic/tp_0",
    "/v1/topics/tp_0",
    "/drivers",
    "/v1/drivers?kpi=nps",
    "/comments",
    "/v1/feedback",
    "/v1/kpis/series?kpi=nps",
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    gc.set_threshold(*COLLECT_AT)  # as the server does
    with running(Path(tmp_path_factory.mktemp("pages")), clock=lambda: NOON) as app:
        started = time.perf_counter()
        fill(app.service, comments=COMMENTS)
        print(f"\nfilled {COMMENTS} comments in {time.perf_counter() - started:.0f} s")
        app.client.post("/login", data={"key": app.secrets[Scope.ADMIN]})
        yield app


def test_pages_are_there_within_a_second(full: Running) -> None:
    slow = []
    for address in ADDRESSES:
        first = _changed(full, address)
        again = float(np.percentile([_once(full, address) for _ in range(AGAIN)], 50))
        print(f"{address}: after a change {first:.0f} ms, again p50 {again:.0f} ms")
        slow += [address] if again > BAR_MS else []
    assert not slow


def _changed(full: Running, address: str) -> float:
    """Let an answer come in, then look: nothing remembered counts any more."""
    with full.service.store.write() as unit:
        number = sum(unit.kpis.counts().values())
        answer = KpiObservation(
            id=f"ko_new{number}", kpi=Kpi.CSAT, value=3.0, observed_at=NOON, account_id=account_id("a1"), customer_id=None
        )
        unit.kpis.add([answer])
    return _once(full, address)


def _once(full: Running, address: str) -> float:
    started = time.perf_counter()
    key = full.key() if address.startswith("/v1/") else {}
    answer = full.client.get(address, headers=key)
    assert answer.status_code == 200, (address, answer.status_code, answer.text[:300])
    return 1000 * (time.perf_counter() - started)
