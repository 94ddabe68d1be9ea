"""The service as a program of its own, on a free port of loopback, for tests that kill it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.copies import Copy

ROOT = Path(__file__).parent.parent.parent
READY_WITHIN_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "VOC_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1", **settings}


class Program:
    """A running `python -m api`; ``copied``: one that has not to import everything first."""

    process: "subprocess.Popen[bytes] | Copy"

    def __init__(self, data_dir: Path, *, work: bool = False, copied: bool = False, **settings: str) -> None:
        self.port = free_port()
        settings = {"VOC_SERVER__PORT": str(self.port), "VOC_MODELS__IN_SERVER": str(work).lower()} | settings
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self._log = self.log.open("ab")
        start = time.monotonic()
        known = environment(data_dir, **settings)
        if copied:
            self.process = Copy(serve, known, str(self.log))
        else:
            self.process = subprocess.Popen([sys.executable, "-m", "api"], cwd=ROOT, env=known, stdout=self._log, stderr=self._log)
        self._wait_until_ready(start)
        self.ready_s = time.monotonic() - start

    def _wait_until_ready(self, start: float) -> None:
        while time.monotonic() - start < READY_WITHIN_S:
            try:
                if self.get("/readyz")[0] == 200:
                    return
            except OSError:
                pass
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            time.sleep(0.02)
        raise AssertionError(self.log.read_text()[-3000:])

    def get(self, path: str, *, key: str | None = None) -> tuple[int, Any]:
        return self.send("GET", path, None, key=key)

    def send(self, method: str, path: str, body: Any, *, key: str | None = None, timeout_s: float = 10.0) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._log.close()

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=40)
        self._log.close()
        return code


def serve(known: dict[str, str], log: str) -> None:
    """What `python -m api` does, in an environment, writing to a file."""
    from api.__main__ import main

    os.environ.clear()
    os.environ.update(known)
    out = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.exit(main([]))
