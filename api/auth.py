"""Keys: who may call what.

Invariants: a secret is looked up by its hash, so no comparison of secrets takes place; a revoked key is refused at most a second
later; a key in an address is refused whatever it is; noting when a key was used never delays or fails a request. Every route under
``/v1`` carries ``require(scope)``; ``tests/data/authz_rules.json`` says which.
"""

import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from fastapi import Request

from api.problems import CrossSiteError, ForbiddenError, RequestError, UnauthenticatedError
from api.rates import RateLimits
from pipelines.service import Service
from voc.errors import ShuttingDownError
from voc.keys import Key, Scope
from voc.store.keys import secret_hash

KNOWN_FOR_S = 1.0
NOTED_EVERY_S = 60.0
MAX_REMEMBERED = 1_000
LONGEST_SECRET = 200
SECRET_NAMES = frozenset({"api_key", "apikey", "x-api-key", "key", "token", "access_token", "authorization"})
HOLDS_SCOPE = "required_scope"


class KeyRing:
    """The keys, remembered for a second."""

    def __init__(self, service: Service, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._service, self._monotonic = service, monotonic
        self._known: dict[str, tuple[float, Key | None]] = {}
        self._noted: dict[str, float] = {}

    async def find(self, secret: str) -> Key | None:
        """Return the key with this secret if it was not revoked more than a second ago."""
        hashed, now = secret_hash(secret), self._monotonic()
        remembered = self._known.get(hashed)
        if remembered is not None and remembered[0] > now:
            return remembered[1]
        if len(self._known) >= MAX_REMEMBERED:
            self._known.clear()
        key = await run_sync(self._read, secret)
        self._known[hashed] = (now + KNOWN_FOR_S, key)
        if key is not None:
            self._note(key, now=now)
        return key

    def _read(self, secret: str) -> Key | None:
        with self._service.store.read() as unit:
            return unit.keys.of_secret(secret)

    def _note(self, key: Key, *, now: float) -> None:
        """Note the use once a minute, in some later transaction."""
        if now - self._noted.get(key.id, -NOTED_EVERY_S) < NOTED_EVERY_S:
            return
        self._noted[key.id] = now
        moment = self._service.clock()
        with suppress(ShuttingDownError):
            self._service.commits.later(lambda unit: unit.keys.used(key.id, now=moment))


def _secret_of(request: Request) -> str:
    if SECRET_NAMES & {name.lower() for name in request.query_params}:
        raise RequestError(problem="key_in_address")
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    secret = bearer.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "").strip()
    if not secret or len(secret) > LONGEST_SECRET or not secret.isascii():
        raise UnauthenticatedError
    return secret


def require(scope: Scope) -> Callable[[Request], Coroutine[Any, Any, Key]]:
    """Return the dependency that lets only keys with the scope pass, within their rate.

    Raises
    ------
    RequestError
        If a key stands in the address.
    UnauthenticatedError
        If there is no key, or it is not known or revoked.
    ForbiddenError
        If the key lacks the scope.
    RateLimitedError
        If the key made too many requests within a minute.
    """

    async def allowed(request: Request) -> Key:
        ring: KeyRing = request.app.state.keys
        key = await ring.find(_secret_of(request))
        if key is None:
            raise UnauthenticatedError
        rates: RateLimits = request.app.state.rates
        request.state.rate_headers = rates.count(key.id)
        if not key.scopes & {scope, Scope.ADMIN}:
            raise ForbiddenError(scope=scope.value)
        return key

    setattr(allowed, HOLDS_SCOPE, scope)
    return allowed


def same_site(request: Request) -> None:
    """Let a page's action pass only where it comes from a page of this service.

    Browsers say where a request comes from in Sec-Fetch-Site and Origin; a request with neither is no browser's.

    Raises
    ------
    CrossSiteError
        If it comes from elsewhere.
    """
    site = request.headers.get("sec-fetch-site", "none")
    origin = request.headers.get("origin")
    if site not in {"same-origin", "none"}:
        raise CrossSiteError
    if origin is not None and _host_of(origin) != request.headers.get("host"):
        raise CrossSiteError


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
