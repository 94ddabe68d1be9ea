"""2xx ⇔ on disk: the service is killed at random moments while comments are posted; nothing accepted is lost, nothing is doubled."""

import http.client
import json
import random
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import here, make_key
from tests.support.program import Program

pytestmark = pytest.mark.slow
KILLS = 10
POSTERS = 4


class Poster(threading.Thread):
    """Posts comments with ids of its own until the connection breaks; keeps which were accepted and which it does not know about."""

    def __init__(self, port: int, key: str, name: str) -> None:
        super().__init__(daemon=True)
        self._port, self._key, self._name = port, key, name
        self.accepted: dict[str, str] = {}
        self.unknown: list[str] = []
        self.refused: list[int] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"}
        for number in range(100_000):
            external = f"{self._name}-{number}"
            body = json.dumps({"text": f"comment {external} 届きましたか", "external_id": external, "source_name": "crash"})
            try:
                connection.request("POST", "/v1/feedback", body.encode(), headers)
                answer = connection.getresponse()
                said = json.loads(answer.read())
            except (OSError, http.client.HTTPException):
                self.unknown.append(external)
                return
            if answer.status in (200, 202):
                self.accepted[external] = said["id"]
            else:
                self.refused.append(answer.status)


def test_ten_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    key = make_key(data)
    chance = random.Random(20261122)
    accepted: dict[str, str] = {}
    unknown: list[str] = []
    for kill in range(KILLS):
        program = Program(data, copied=True)
        posters = [Poster(program.port, key, f"k{kill}p{number}") for number in range(POSTERS)]
        for poster in posters:
            poster.start()
        time.sleep(chance.uniform(0.05, 1.0))
        program.kill()
        for poster in posters:
            poster.join(timeout=15)
            accepted |= poster.accepted
            unknown += poster.unknown
            assert poster.refused == []
    assert len(accepted) > 200, "too few comments for a claim"

    program = Program(data, copied=True)
    for external in unknown:
        status, said = program.send("POST", "/v1/feedback", {"text": f"comment {external} 届きましたか", "external_id": external, "source_name": "crash"}, key=key)
        assert status in (200, 202)
        accepted[external] = said["id"]
    assert program.stop() == 0
    with closing(sqlite3.connect(data / "voc.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        stored = dict(connection.execute("SELECT external_id, id FROM feedback"))
        (rows,) = connection.execute("SELECT count(*) FROM feedback").fetchone()
    assert rows == len(stored), "an external id stands twice"
    assert {name: stored.get(name) for name in accepted} == accepted, "an accepted comment is lost"


def test_a_second_writing_process_is_refused_with_a_reason(tmp_path: Path) -> None:
    """Why: two processes that write and checkpoint one WAL file can corrupt it with the SQLite of common Python images."""
    data = tmp_path / "data"
    program = Program(data)
    try:
        done = here(data, "keys", "create")
        assert done.exit_code == 75
        assert "storage_in_use" in done.stderr
    finally:
        program.stop()


def test_a_stop_signal_ends_the_program_cleanly(tmp_path: Path) -> None:
    program = Program(tmp_path / "data")
    start = time.monotonic()
    assert program.stop() == 0
    assert time.monotonic() - start < 30
