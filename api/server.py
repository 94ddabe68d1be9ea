"""Server: the application on a port of this machine, until it is told to stop.

Stopping: the first SIGTERM or Ctrl-C makes /readyz answer 503 and intake refuse, half a second later the port closes, requests that were
begun are finished (at most 10 s), then the service writes down what it accepted and ends (at most 15 s). A second signal ends at once.
"""

import asyncio
import contextlib
import errno
import gc
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn

from api.deadlines import DeadlineProtocol
from api.main import create_app
from pipelines.assembly import build_service
from pipelines.service import Service
from voc.errors import SettingsError
from voc.settings import ServerSettings, Settings

MAX_CONNECTIONS = 1_024
TOLD_BEFORE_CLOSING_S = 0.5
REQUESTS_FINISH_S = 10
KEEP_ALIVE_S = 15
SWITCH_S = 0.001
"""How long a thread that computes keeps the interpreter from one that answers a request."""
COLLECT_AT = (50_000, 20, 20)
"""How many new objects make the interpreter look for cycles. What pages compute is hundreds of thousands of objects that stay for a while:
with Python's own threshold of 700 the queue of 50,000 comments took 23 processor seconds, with this 17."""
PORTS_TRIED = 50
BACKLOG = 1_024

Ready = Callable[[str], None]
"""Called once with the address the service answers at."""


def serve(settings: Settings, on_ready: Ready) -> None:
    """Run the service until it is told to stop.

    Parameters
    ----------
    settings
        All of them.
    on_ready
        Called with the address as soon as requests are answered; the models may still load then.

    Raises
    ------
    SettingsError
        If nothing can listen at the address.
    StorageError
        If the database cannot be opened.
    """
    listener = listen(settings.server)
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(*COLLECT_AT)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    try:
        service = build_service(settings)
        config = uvicorn.Config(
            create_app(service),
            loop="asyncio",
            http=DeadlineProtocol,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=REQUESTS_FINISH_S,
        )
        _Server(config, service=service, on_ready=lambda: on_ready(address_of(listener))).run(sockets=[listener])
    finally:
        listener.close()


def listen(settings: ServerSettings) -> socket.socket:
    """Return a listening socket at the port, or at the next free one.

    Raises
    ------
    SettingsError
        If nothing can listen at the address.
    """
    for port in range(settings.port, min(settings.port + PORTS_TRIED, 65_536)):
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: asyncio sends small answers at once only then
        if os.name == "posix":  # elsewhere the option would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, port))
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            if error.errno == errno.EADDRINUSE:
                continue
            raise SettingsError(f"Cannot listen on {settings.host} port {port}: {error.strerror or error}.") from error
        return listener
    raise SettingsError(f"No port from {settings.port} on is free on {settings.host}.")


def address_of(listener: socket.socket) -> str:
    """Return the address a browser on this machine can open."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """uvicorn's server with our way of stopping."""

    def __init__(self, config: uvicorn.Config, *, service: Service, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._service, self._on_ready = service, on_ready
        self._told = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say when requests are answered."""
        await super().startup(sockets=sockets)
        if self.started:
            asyncio.get_running_loop().call_soon(self._on_ready)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle the signals ourselves while serving; an orderly end is a success, so none is raised again."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; at the second signal, stop now."""
        del sig, frame
        if self._told:
            self.should_exit = self.force_exit = True
            return
        self._told = True
        self._service.refuse_new()
        timer = threading.Timer(TOLD_BEFORE_CLOSING_S, self._exit)
        timer.daemon = True
        timer.start()

    def _exit(self) -> None:
        self.should_exit = True
