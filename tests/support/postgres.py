"""A PostgreSQL server of the tests' own, on loopback, thrown away at the end. Skips with a reason where none is installed."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text


def binaries() -> Path | None:
    """Return the folder of the newest installed server, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


@contextmanager
def server() -> Iterator[str]:
    """Start a server and yield the address of its database ``postgres``."""
    given = os.environ.get("VOC_TEST_POSTGRES")
    if given:
        yield given
        return
    folder = binaries()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql); set VOC_TEST_POSTGRES to use a running one")
    user = _unprivileged()
    base = Path(tempfile.mkdtemp(prefix="voc-pg-"))
    if user:
        shutil.chown(base, user)
    data = base / "data"
    port = _free_port()
    _run(user, [str(folder / "initdb"), "-D", str(data), "-U", "voc", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"])
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={base} -c fsync=on"
    _run(user, [str(folder / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(base / "log"), "-w", "start"])
    try:
        yield f"postgresql+psycopg://voc@127.0.0.1:{port}/postgres"
    finally:
        _run(user, [str(folder / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"])
        shutil.rmtree(base, ignore_errors=True)


def _unprivileged() -> str | None:
    """The server refuses to run as root; Debian's package brings the user ``postgres``."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("running as root and there is no user postgres to run the server as")


def _run(user: str | None, command: list[str]) -> None:
    done = subprocess.run(command, user=user, capture_output=True, text=True, check=False, cwd="/", stdin=subprocess.DEVNULL, timeout=120)
    assert done.returncode == 0, done.stderr + done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def emptied(address: str) -> str:
    """Empty all tables in the database; return its address. Tables and revision stay, so that the migrations run once a server."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        names = [f'"{name}"' for name in inspect(connection).get_table_names() if name != "alembic_version"]
        if names:
            connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return address
