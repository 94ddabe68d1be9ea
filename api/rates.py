"""Rates: how many requests a key may make in a minute, counted in memory of this process."""

import math
import time
from collections.abc import Callable

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from api.problems import RateLimitedError


class RateLimits:
    """One budget a key, filled again every minute."""

    def __init__(self, *, per_minute: int, now: Callable[[], float] = time.time) -> None:
        self._item = RateLimitItemPerMinute(per_minute)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._now = now

    def count(self, key_id: str) -> dict[str, str]:
        """Count a request and return the headers that say what is left.

        Raises
        ------
        RateLimitedError
            If nothing was left.
        """
        allowed = self._limiter.hit(self._item, key_id)
        stats = self._limiter.get_window_stats(self._item, key_id)
        seconds = max(1, math.ceil(stats.reset_time - self._now()))
        headers = {
            "RateLimit-Policy": f'"default";q={self._item.amount};w=60',
            "RateLimit": f'"default";r={max(0, stats.remaining)};t={seconds}',
        }
        if not allowed:
            raise RateLimitedError(retry_after=seconds, limit=self._item.amount, headers=headers)
        return headers
