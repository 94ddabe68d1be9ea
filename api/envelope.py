"""Envelope: what every request and every answer carries, around everything else.

Invariants: every answer has a request id, the security headers and, where it failed, a problem document; a defect is answered with
its number and logged with its place in the code, never with the error's text (which may hold what a customer said).
"""

import time
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem_response
from api.problems import OverloadedError
from voc.errors import BadFilterError, NotFoundError, VocError
from voc.ids import random_id

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PERSONAL = ("/v1/",)
ALWAYS_SERVED = frozenset({"/healthz", "/readyz"})
log = structlog.get_logger(__name__)


class Envelope:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, *, max_at_once: int, observe: Callable[[float], None]) -> None:
        self._app, self._max_at_once, self._observe = app, max_at_once, observe
        self._now_served = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = random_id("req")
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        sender = _Sender(send, scope=scope)
        started = time.perf_counter()
        self._now_served += 1
        try:
            await self._serve(scope, receive, sender)
        except ClientDisconnect:
            log.info("client left", method=scope["method"])
        except Exception as error:  # noqa: BLE001  # the last resort: the caller gets a number, the log the place
            await _defect(error, scope=scope, receive=receive, sender=sender)
        finally:
            self._now_served -= 1
            if scope["method"] == "POST" and scope["path"].startswith("/v1/feedback"):
                self._observe(time.perf_counter() - started)

    async def _serve(self, scope: Scope, receive: Receive, sender: "_Sender") -> None:
        error = self._refused(scope)
        if error is None:
            await self._app(scope, receive, sender.send)
            return
        await problem_response(error, Request(scope, receive))(scope, receive, sender.send)

    def _refused(self, scope: Scope) -> VocError | None:
        """NUL in an address is refused here, once for all: no database takes it."""
        if "\x00" in scope["path"]:
            return NotFoundError()
        if b"%00" in scope["query_string"] or b"\x00" in scope["query_string"]:
            return BadFilterError()
        if self._now_served > self._max_at_once and scope["path"] not in ALWAYS_SERVED:
            return OverloadedError()
        return None


class _Sender:
    """Sends an answer with the headers every answer has, and knows whether it has begun."""

    def __init__(self, send: Send, *, scope: Scope) -> None:
        self._send, self._path, self._state = send, scope["path"], scope["state"]
        self.begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            self._complete(message)
        await self._send(message)

    def _complete(self, message: MutableMapping[str, Any]) -> None:
        headers = MutableHeaders(scope=message)
        headers["X-Request-Id"] = self._state["request_id"]
        headers.update(self._state.get("rate_headers", {}))
        for name, value in SECURITY_HEADERS.items():
            headers.setdefault(name, value)
        if self._path.startswith(PERSONAL):
            headers["Cache-Control"] = "no-store"


async def _defect(error: Exception, *, scope: Scope, receive: Receive, sender: _Sender) -> None:
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("internal error", error=type(error).__name__, where=places, method=scope["method"])
    if sender.begun:
        return
    await problem_response(VocError(), Request(scope, receive))(scope, receive, sender.send)
