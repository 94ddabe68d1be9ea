"""The real server on a real port: slow and huge clients, stopping, a taken port."""

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.served import Served, end, ended, start
from voc.settings import DatabaseSettings
from voc.store import open_store


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    found = start(tmp_path_factory.mktemp("served") / "data")
    yield found
    end(found)


def closed_after_s(connection: socket.socket, *, drip: bytes = b"") -> float:
    """Send a byte now and then until the other side closes; return how long that took."""
    started = time.monotonic()
    connection.settimeout(0.2)
    while time.monotonic() - started < 8:
        try:
            if connection.recv(1_000) == b"":
                return time.monotonic() - started
        except TimeoutError:
            pass
        except OSError:
            return time.monotonic() - started
        try:
            connection.sendall(drip)
        except OSError:
            return time.monotonic() - started
    return 99.0


def test_answers_come_at_once(served: Served) -> None:
    """Why: on a socket asyncio does not recognise, each small answer waited 40 ms for an acknowledgement."""
    times = []
    with httpx.Client(base_url=served.address, headers=served.headers) as client:
        for number in range(20):
            started = time.perf_counter()
            assert client.post("/v1/feedback", json={"text": f"at once {number}"}).status_code == 202
            times.append(time.perf_counter() - started)
    assert median(times) < 0.035


def test_only_loopback_is_listened_on(served: Served) -> None:
    assert urlsplit(served.address).hostname == "127.0.0.1"


@pytest.mark.parametrize("begin", [b"", b"POST /v1/feedback HTTP/1.1\r\nHost: x\r\n"], ids=["silent", "half a header"])
def test_a_client_that_sends_no_header_in_time_is_let_go(served: Served, begin: bytes) -> None:
    with served.connect() as connection:
        connection.sendall(begin)
        assert closed_after_s(connection, drip=b"X" if begin else b"") < 4


def test_a_body_that_drips_is_let_go_and_a_steady_one_is_taken(served: Served) -> None:
    header = f"POST /v1/feedback HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.secret}\r\nContent-Type: application/json\r\n"
    with served.connect() as slow:
        slow.sendall(f"{header}Content-Length: 5000\r\n\r\n".encode())
        assert closed_after_s(slow, drip=b" ") < 6
    body = json.dumps({"text": "steady " + "x" * 20_000}).encode()
    with served.connect() as steady:
        steady.sendall(f"{header}Content-Length: {len(body)}\r\n\r\n".encode())
        for at in range(0, len(body), 1_000):
            steady.sendall(body[at : at + 1_000])
            time.sleep(0.13)
        assert steady.recv(100).startswith(b"HTTP/1.1 202")


def test_half_open_connections_do_not_slow_the_others(served: Served) -> None:
    held = [served.connect() for _ in range(200)]
    try:
        for connection in held:
            connection.sendall(b"POST /v1/feedback HTTP/1.1\r\n")
        with httpx.Client(base_url=served.address, headers=served.headers) as client:
            started = time.perf_counter()
            assert client.post("/v1/feedback", json={"text": "beside the others"}).status_code == 202
            assert time.perf_counter() - started < 1
    finally:
        for connection in held:
            connection.close()


@pytest.mark.parametrize("length", ["Transfer-Encoding: chunked", "Content-Length: 300000000"])
def test_a_huge_body_is_refused_before_it_is_read(served: Served, length: str) -> None:
    """Why: untreated, 300 MB were accepted and took 1.2 GB of memory."""
    start_line = f"POST /v1/feedback HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.secret}\r\n"
    header = f"{start_line}Content-Type: application/json\r\n{length}\r\n\r\n"
    before = served.resident_bytes()
    part = b"x" * 65_536
    piece = b"10000\r\n" + part + b"\r\n" if "chunked" in length else part
    sent = 0
    with served.connect() as connection:
        connection.sendall(header.encode())
        try:
            for _ in range(4_000):
                connection.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        answer = connection.recv(2_000)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"body_too_large" in answer
    assert sent < 30_000_000, "the sender could go on for long after the refusal"
    assert served.resident_bytes() - before < 50_000_000


def test_a_taken_port_gives_way_to_the_next(served: Served, tmp_path: Path) -> None:
    other = start(tmp_path / "data", port=served.port)
    assert other.port > served.port
    assert end(other) == 0


def test_stopping_tells_first_finishes_what_was_accepted_and_ends_with_success(tmp_path: Path) -> None:
    served = start(tmp_path / "data")
    accepted: list[str] = []
    others: set[object] = set()

    def send(worker: int) -> None:
        with httpx.Client(base_url=served.address, headers=served.headers) as client:
            for number in range(10_000):
                try:
                    answer = client.post("/v1/feedback", json={"text": f"comment {worker} {number}"})
                except httpx.TransportError:
                    others.add("connection")
                    return
                if answer.status_code == 202:
                    accepted.append(answer.json()["id"])
                else:
                    others.add((answer.status_code, answer.json()["code"]))

    threads = [threading.Thread(target=send, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    served.process.send_signal(signal.SIGTERM)
    time.sleep(0.15)
    ready = httpx.get(f"{served.address}/readyz")
    started = time.monotonic()
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["shutting_down"])
    assert ended(served) == 0
    assert time.monotonic() - started < 20
    for thread in threads:
        thread.join()
    assert others <= {"connection", (503, "shutting_down")}
    store = open_store(tmp_path / "data", DatabaseSettings())
    with store.read() as unit:
        kept = {feedback.id for feedback in unit.feedback.get_many(accepted)}
    store.close()
    assert len(accepted) > 20
    assert set(accepted) - kept == set()
