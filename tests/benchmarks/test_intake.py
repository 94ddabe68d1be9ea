"""How fast comments come in. Figures are printed; bars are wide enough for a busy machine of two cores."""

import csv
import http.client
import json
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tests.support.commands import make_key
from tests.support.program import ROOT, Program, environment

pytestmark = [pytest.mark.slow, pytest.mark.benchmark]
ROWS = 100_000
IMPORT_LIMIT_S = 30.0
IMPORT_LIMIT_BYTES = 150e6
POSTS_PER_S = 50
POSTS_LIMIT_MS = 150.0
READY_LIMIT_S = 3.0
SENTENCES = ("画面が重くて困っています", "The export is slow", "請求書の内訳が分かりにくいです", "とても助かっています", "Support answered within the hour")


def _peak_of_children() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024.0


def test_import_of_100_000_rows(tmp_path: Path) -> None:
    """A cp932 file as Japanese Excel writes it."""
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    for path, rows in ((small, 100), (large, ROWS)):
        with path.open("w", encoding="cp932", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(["回答ID", "コメント", "推奨度", "顧客ID", "回答日"])
            for n in range(rows):
                text = f"{SENTENCES[n % 5]}。{SENTENCES[(n // 5) % 5]}。受付番号{n}。"
                writer.writerow([n, text, n % 11, f"c{n % 5000}", f"2025-{n % 12 + 1:02d}-{n % 28 + 1:02d}"][:5])
    mapping = "id=回答ID,text=コメント,score=nps:推奨度,customer=顧客ID,date=回答日"
    seconds, peaks = {}, {}
    for path in (small, large):
        start = time.monotonic()
        command = [sys.executable, "-m", "pipelines.cli", "import", str(path), "--map", mapping, "--json", "-q"]
        done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path / path.stem), capture_output=True, text=True, check=True)
        seconds[path], peaks[path] = time.monotonic() - start, _peak_of_children()
        (entry,) = json.loads(done.stdout)["imports"]
        assert entry["rows"] == entry["new"] + entry["duplicate"] + entry["rejected"]
    taken = seconds[large] - seconds[small]
    more = peaks[large] - peaks[small]
    print(f"\nimport: {ROWS:,} rows in {taken:.1f} s ({ROWS / taken:,.0f}/s), {more / 1e6:+.0f} MB")
    assert entry["new"] == ROWS
    assert taken <= IMPORT_LIMIT_S
    assert more <= IMPORT_LIMIT_BYTES


def test_posts_while_comments_are_analysed(tmp_path: Path) -> None:
    """50 posts a second at fixed moments, whether or not earlier ones were answered; a late start counts as waiting."""
    data = tmp_path / "data"
    key = make_key(data)
    program = Program(data, work=True, VOC_MODELS__THREADS="1")
    try:
        backlog = [{"text": f"{SENTENCES[n % 5]}。番号{n}", "external_id": f"b{n}"} for n in range(1_000)]
        for start in range(3):
            items = [item | {"external_id": f"{start}-{item['external_id']}", "text": f"{item['text']}-{start}"} for item in backlog]
            assert program.send("POST", "/v1/feedback/batch", items, key=key, timeout_s=60)[0] in (200, 202)
        _wait_until_analysing(program, key)
        seconds = 20
        latencies, statuses = _open_loop(program.port, key, rate=POSTS_PER_S, seconds=seconds)
        status, count = program.get("/v1/feedback/count?source_name=load", key=key)
        p50, p99 = np.percentile(latencies, [50, 99])
        print(f"\nposts: {len(latencies)} at {POSTS_PER_S}/s beside analysis: p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {max(latencies):.0f} ms")
        assert statuses == {202}
        assert (status, count["count"]) == (200, POSTS_PER_S * seconds), "lost"
        assert p99 <= POSTS_LIMIT_MS
    finally:
        program.stop()


def _wait_until_analysing(program: Program, key: str) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if program.get("/v1/feedback/count?analysed=true", key=key)[1]["count"] > 0:
            return
        time.sleep(0.2)
    raise AssertionError("the models did not begin")


def _open_loop(port: int, key: str, *, rate: int, seconds: int) -> tuple[list[float], set[int]]:
    """Post at fixed moments from a few connections; the wait from the planned moment to the answer, in milliseconds."""
    senders = 10
    start = time.monotonic() + 0.5
    latencies: list[float] = []
    statuses: set[int] = set()

    def send(mine: range) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        for number in mine:
            planned = start + number / rate
            time.sleep(max(0.0, planned - time.monotonic()))
            body = {"text": f"{SENTENCES[number % 5]}。投稿{number}", "external_id": f"p{number}", "source_name": "load"}
            connection.request("POST", "/v1/feedback", json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            answer.read()
            statuses.add(answer.status)
            latencies.append(1_000 * (time.monotonic() - planned))

    threads = [threading.Thread(target=send, args=(range(first, rate * seconds, senders),)) for first in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return latencies, statuses


def test_time_to_ready(tmp_path: Path) -> None:
    """The API answers while the models still load."""
    data = tmp_path / "data"
    make_key(data)
    times = []
    for _ in range(3):
        program = Program(data, work=True)
        times.append(program.ready_s)
        program.stop()
    print(f"\nready after {min(times):.1f} to {max(times):.1f} s")
    assert min(times) <= READY_LIMIT_S
