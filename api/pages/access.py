"""Access: who may look at the pages and who may act on them.

On a loopback address, asked for by a loopback name, pages are open: whoever reaches them sits at the machine. Everywhere else a key
with the scope read opens a session: a random token in an HttpOnly, SameSite cookie, held in memory until it expires, never the key.
Acting needs the scope admin (or the open case), and a form of our own pages.
"""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.problems import BodyTooLargeError, RateLimitedError, UnauthenticatedError
from voc.errors import BadCharactersError
from voc.keys import Scope

if TYPE_CHECKING:
    from pipelines.service import Service

COOKIE = "voc_session"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LASTS = timedelta(hours=12)
MOST_SESSIONS = 10_000
TRIES = RateLimitItemPerMinute(10, 15)
"""Ten tries in fifteen minutes from one address."""
TRIES_S = 900
MOST_FORM_BYTES = 16_384
MOST_FIELDS = 250
"""More than the longest form has: a box to tick for each of a hundred sentences, and what goes with them."""


@dataclass(frozen=True)
class Visitor:
    """Who looks at a page."""

    name: str
    can_act: bool
    needs_key: bool


@dataclass(frozen=True)
class _Session:
    key_id: str
    key_name: str
    can_act: bool
    until: datetime


@dataclass
class Sessions:
    """The sessions of one running service; a restart ends them all."""

    _open: dict[str, _Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _tries: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    def enter(self, service: "Service", *, secret: str, address: str) -> str | None:
        """Return a new session's token for a key that may read, None for any other.

        Raises
        ------
        RateLimitedError
            If the address tried too often.
        """
        if not self._tries.hit(TRIES, "login", address):
            raise RateLimitedError(retry_after=TRIES_S)
        with service.store.read() as unit:
            key = unit.keys.of_secret(secret)
        if key is None or not key.scopes & {Scope.READ, Scope.ADMIN}:
            return None
        token = secrets.token_urlsafe(32)
        now = service.clock()
        with self._lock:
            self._open = {name: session for name, session in self._open.items() if session.until > now}
            if len(self._open) >= MOST_SESSIONS:
                self._open.pop(next(iter(self._open)))
            self._open[token] = _Session(key_id=key.id, key_name=key.name, can_act=Scope.ADMIN in key.scopes, until=now + LASTS)
        return token

    def find(self, service: "Service", token: str | None) -> _Session | None:
        """Return the session of a token that stands, with a key that was not revoked since."""
        with self._lock:
            session = self._open.get(token or "")
        if session is None or session.until <= service.clock():
            return None
        with service.store.read() as unit:
            standing = {key.id for key in unit.keys.find() if key.revoked_at is None}
        return session if session.key_id in standing else None

    def leave(self, token: str | None) -> None:
        """End a session."""
        with self._lock:
            self._open.pop(token or "", None)


def is_open(request: Request, service: "Service") -> bool:
    """Tell whether pages are open: the service listens on loopback and was asked for by a loopback name, or keys are switched off.

    The name matters: behind a proxy, or for a foreign page that points its own name at 127.0.0.1, the address alone says nothing.
    """
    server = service.settings.server
    return not server.pages_need_key or (server.host in LOOPBACK and (request.url.hostname or "") in LOOPBACK)


def visitor(request: Request) -> Visitor:
    """Return who looks.

    Raises
    ------
    UnauthenticatedError
        If the pages are not open and there is no session.
    """
    service: Service = request.app.state.service
    if is_open(request, service):
        return Visitor(name="dashboard", can_act=True, needs_key=False)
    sessions: Sessions = request.app.state.page_sessions
    session = sessions.find(service, request.cookies.get(COOKIE))
    if session is None:
        raise UnauthenticatedError
    return Visitor(name=session.key_name, can_act=session.can_act, needs_key=True)


async def form_fields(request: Request) -> dict[str, str]:
    """Return the fields of a small URL-encoded form; the values of one that comes several times stand in one, with blanks between.

    Raises
    ------
    BodyTooLargeError
        If the form is larger than a form of ours can be.
    BadCharactersError
        If it is not UTF-8.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_FORM_BYTES:
            raise BodyTooLargeError(limit=MOST_FORM_BYTES)
    if b"%00" in body or b"\x00" in body:
        raise BadCharactersError
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise BadCharactersError from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: " ".join(some) for name, some in values.items()}


def safe_next(target: str) -> str:
    """Return a path of this service to go to; anything else becomes the overview.

    >>> safe_next("/issues?kind=tag"), safe_next("//evil.example"), safe_next("https://evil.example")
    ('/issues?kind=tag', '/overview', '/overview')
    """
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and not any(ord(char) < ord(" ") for char in target)
    return target if plain else "/overview"
