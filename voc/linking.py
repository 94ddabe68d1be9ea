"""KPI window: how far around a comment a KPI value may lie to count as the comment's."""

from pydantic import Field

from voc.kpis import Kpi
from voc.values import Value

Links = dict[tuple[str, Kpi], float]
"""``(feedback id, KPI)`` to the value that belongs to the comment; a pair without a value is absent."""


class KpiWindow(Value):
    """Days before and after a comment in which a value counts.

    Only an ``outcome`` may lie after the comment; it counts only where the comment was followed for ``followed_days``.
    """

    before_days: int = Field(ge=0)
    after_days: int = Field(ge=0)
    outcome: bool
    followed_days: int = Field(default=0, ge=0)
