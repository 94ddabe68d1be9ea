"""Deadlines: how long a client may take to send a request. uvicorn has none, so a few slow clients could hold every connection.

Rules: the header of a request within 10 s of its first byte (of the connection, for the first one); a body within 30 s, or for as long
as at least 1 KB/s arrives. After an answer to a request whose body was not read to its end (too large, not allowed), the rest is thrown
away for at most 2 s or 1 MB, so that the sender can read the answer before the connection closes.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_S = 10.0
BODY_S = 30.0
BODY_BYTES_PER_S = 1_024
CHECKED_EVERY_S = 5.0
LINGER_S = 2.0
LINGER_BYTES = 1_000_000


class DeadlineProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a timer on what the client still owes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._receiving = False
        self._body_since = 0.0
        self._body_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Give the client time for a first header."""
        super().connection_made(transport)
        self._arm(HEADER_S, self._close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what arrives behind an answer that needed no more of it."""
        if self._lingers():
            self._body_bytes += len(data)
            if self._body_bytes > LINGER_BYTES:
                self._close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Give the client time for the header of this request."""
        super().on_message_begin()
        self._receiving = True
        self._arm(HEADER_S, self._close)

    def on_headers_complete(self) -> None:
        """Give the client time for the body of this request."""
        self._body_since, self._body_bytes = self.loop.time(), 0
        self._arm(BODY_S, self._check_body)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Nothing is owed any more."""
        self._receiving = False
        self._disarm()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Close soon where the request was not received to its end."""
        super().on_response_complete()
        if self._receiving and not self.pipeline:
            self._unset_keepalive_if_required()
            self._body_bytes = 0
            self._arm(LINGER_S, self._close)

    def _lingers(self) -> bool:
        return self._receiving and self.cycle is not None and self.cycle.response_complete

    def _check_body(self) -> None:
        """Let a body go on that arrives fast enough; a pause of our own making counts against the client only after 30 s."""
        if self._body_bytes >= BODY_BYTES_PER_S * (self.loop.time() - self._body_since):
            self._arm(CHECKED_EVERY_S, self._check_body)
        else:
            self._close()

    def _arm(self, seconds: float, then: Any) -> None:
        self._disarm()
        self._timer = self.loop.call_later(seconds, then)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()
