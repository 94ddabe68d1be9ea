"""Remembered: results that take seconds at many comments, each kept as long as nothing it rests on has changed.

What people decide (corrections, edits, merges, profiles, weights, audits, erasures) is seen at once. What comes in by itself (comments,
results, KPI values) is seen at once too, unless computing took so long that doing it anew for every comment would leave time for nothing
else: such a result stands for ``STANDS`` times as long as it took, at most ``LONGEST_S``. Who asks for the same meanwhile waits for it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipelines.ground import Ground, ground_of
from voc.filters import FeedbackFilter
from voc.store.unit import Unit

MOST = 16
MOST_OF = {"ground": 4, "issues": 6, "measured": 6, "check": 500}
"""How many results of a kind are kept: few of those that hold all comments, many of those that are small."""
LONG_S = 4.0
"""Processor seconds from which on a result may lag behind what comes in."""
STANDS = 4.0
LONGEST_S = 60.0
Result = TypeVar("Result")


@dataclass
class _Kept:
    """A result with the state of the store it was computed from, and until when it may lag behind what came in since."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    decided: object = None
    heard: object = None
    until: float = 0.0
    value: Any = None
    there: bool = False


class Remembered:
    """A few results of each kind by key; of too many the one not asked for longest is forgotten."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic, spent: Callable[[], float] = time.thread_time) -> None:
        """``now`` and ``spent``: clocks of seconds gone by and of processor seconds of this thread."""
        self._now, self._spent = now, spent
        self._results: dict[str, OrderedDict[Hashable, _Kept]] = {}
        self._lock = threading.Lock()

    def of(self, unit: Unit, kind: str, key: Hashable, compute: Callable[[], Result]) -> Result:
        """Return what ``compute`` reads from the unit: as remembered under kind and key, or anew."""
        kept = self._kept(kind, key)
        with kept.lock:
            decided, heard = _decided(unit), _heard(unit)
            if not (kept.there and kept.decided == decided and (kept.heard == heard or self._now() < kept.until)):
                started = self._spent()
                kept.value = compute()
                took = self._spent() - started
                lags = min(STANDS * took, LONGEST_S) if took >= LONG_S else 0.0
                kept.decided, kept.heard, kept.until, kept.there = decided, heard, self._now() + lags, True
            value: Result = kept.value
            return value

    def ground(self, unit: Unit, wanted: FeedbackFilter) -> Ground:
        """Return the ground of the comments that match."""
        return self.of(unit, "ground", wanted, lambda: ground_of(unit, wanted))

    def forget(self) -> None:
        """Forget everything; what is being computed meanwhile is not kept."""
        with self._lock:
            self._results.clear()

    def _kept(self, kind: str, key: Hashable) -> _Kept:
        with self._lock:
            known = self._results.setdefault(kind, OrderedDict())
            kept = known.setdefault(key, _Kept())
            known.move_to_end(key)
            while len(known) > MOST_OF.get(kind, MOST):
                known.popitem(last=False)
            return kept


def _decided(unit: Unit) -> object:
    """Return what changes whenever people change something results rest on."""
    return (
        unit.erasures.revision(),
        unit.corrections.count(),
        unit.topic_edits.revision(),
        unit.taxonomies.revision(),
        unit.merges.revision(),
        unit.audits.revision(),
        unit.said.people(),
        unit.profile_history.revision(),
        tuple(sorted(unit.role_weights.find().items())),
        tuple(unit.topic_groups.find().values()),
        tuple((name, tuple(sorted(sides.items()))) for name, sides in unit.actions.experiments().items()),
    )


def _heard(unit: Unit) -> object:
    """Return what changes whenever something comes in, is analysed or put into a topic."""
    run = unit.topics.current_run()
    return (
        unit.enrichments.freshness(),
        run["finished_at"] if run is not None else None,
        unit.topics.count_assigned(),
        unit.drivers.revision(),
        tuple(sorted(unit.feedback.totals().items())),
        tuple(sorted(unit.kpis.counts().items())),
        unit.kpis.latest(),
        tuple(sorted(unit.customers.counts().items())),
    )
