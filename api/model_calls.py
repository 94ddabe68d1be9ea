"""Model calls: requests that wait for the models have a few threads of their own, so that they never keep others waiting."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request

from api.problems import OverloadedError

AT_ONCE = 2
MOST_WAITING = 16
T = TypeVar("T")


def limiter() -> CapacityLimiter:
    """Return the limiter one application keeps for its model calls."""
    return CapacityLimiter(AT_ONCE)


async def model_call(request: Request, work: Callable[[], T]) -> T:
    """Run the work in a thread of the model calls.

    Raises
    ------
    OverloadedError
        If too many such requests wait already.
    """
    calls: CapacityLimiter = request.app.state.model_calls
    if calls.statistics().tasks_waiting >= MOST_WAITING:
        raise OverloadedError
    return await run_sync(work, limiter=calls)
