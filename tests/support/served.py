"""The real server as a program of its own, around models that answer at once, on a free port of loopback."""

import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]


@dataclass
class Served:
    process: subprocess.Popen[str]
    address: str
    secret: str

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def resident_bytes(self) -> int:
        lines = Path(f"/proc/{self.process.pid}/status").read_text("utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024


def start(folder: Path, *, port: int = 0) -> Served:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.serve_fake", str(folder), str(port)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    secret, address = process.stdout.readline().strip(), process.stdout.readline().strip()
    return Served(process=process, address=address, secret=secret)


def end(served: Served) -> int:
    """Stop the server if nobody has yet; a second signal would cut off what it still answers."""
    if served.process.poll() is None:
        served.process.send_signal(signal.SIGTERM)
    return ended(served)


def ended(served: Served) -> int:
    """Return the exit status of a server that was told to stop."""
    code = served.process.wait(timeout=30)
    assert served.process.stdout is not None
    served.process.stdout.close()
    return code
