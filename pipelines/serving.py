"""Serving: hands this process over to the HTTP service.

The service lives in ``api``, which stands above this package, so it is started as a program (``python -m api``), not imported. On
POSIX the process keeps its id, so signals reach the service itself.
"""

import os
import subprocess
import sys

from voc.settings import Settings


def serve_until_stopped(settings: Settings, *, open_browser: bool = False, json: bool = False) -> int:
    """Run the service with these settings until it is stopped; return its exit code (on POSIX it never returns)."""
    environment = {
        **os.environ,
        "VOC_DATA_DIR": str(settings.data_dir),
        "VOC_SERVER__HOST": settings.server.host,
        "VOC_SERVER__PORT": str(settings.server.port),
        "HF_HUB_OFFLINE": "1",
    }
    command = [sys.executable, "-m", "api", *(["--open-browser"] if open_browser else []), *(["--json"] if json else [])]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execve(sys.executable, command, environment)  # noqa: S606  # our own interpreter and module
    return subprocess.call(command, env=environment)  # noqa: S603  # our own interpreter and module
