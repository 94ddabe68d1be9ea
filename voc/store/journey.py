"""Journey stage in SQL: the rules of ``voc.journey`` as one expression, so that filters and counts use the same."""

from typing import Any

from sqlalchemy import Date, Integer, String, and_, case, func, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from voc.feedback import JourneyStage, Source
from voc.journey import ONBOARDING_DAYS, RENEWAL_DAYS
from voc.store.rows import table
from voc.store.tables import AccountRow, CustomerRow, FeedbackRow


class utc_day(FunctionElement[Any]):  # noqa: N801  # SQLAlchemy's way to name a function
    """The UTC day of a moment."""

    type = Date()
    inherit_cache = True
    name = "utc_day"


class day_plus(FunctionElement[Any]):  # noqa: N801  # SQLAlchemy's way to name a function
    """The day so many days after a day."""

    type = Date()
    inherit_cache = True
    name = "day_plus"


@compiles(utc_day, "sqlite")
def _day_on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)})"


@compiles(utc_day, "postgresql")
def _day_on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"(({compiler.process(element.clauses, **options)}) AT TIME ZONE 'UTC')::date"


@compiles(day_plus, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    day, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"date({day}, ({days}) || ' days')"


@compiles(day_plus, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    day, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(({day}) + ({days}))"


def stage_of(feedback: Any, customer: Any, account: Any) -> Any:
    """Return the stage of a comment, given the tables (or their aliases) it is joined with."""
    day = utc_day(feedback.c.submitted_at)
    start = func.coalesce(customer.c.started_on, account.c.started_on)
    end = func.coalesce(customer.c.churned_on, account.c.churned_on)
    renewal = account.c.renewal_on
    return case(
        (feedback.c.journey_stage.is_not(None), feedback.c.journey_stage),
        (feedback.c.touchpoint_stage.is_not(None), feedback.c.touchpoint_stage),
        (day > end, _said(JourneyStage.UNKNOWN)),
        (day < start, _said(JourneyStage.EVALUATION)),
        (and_(day >= _plus(renewal, -RENEWAL_DAYS), day <= renewal), _said(JourneyStage.RENEWAL)),
        (day < _plus(start, ONBOARDING_DAYS), _said(JourneyStage.ONBOARDING)),
        (feedback.c.source == Source.TICKET.value, _said(JourneyStage.SUPPORT)),
        (start.is_not(None), _said(JourneyStage.USE)),
        else_=_said(JourneyStage.UNKNOWN),
    )


def comments_in(stage: JourneyStage) -> Any:
    """Return the query of the ids of comments in a stage."""
    said, customer, account = table(FeedbackRow).alias(), table(CustomerRow).alias(), table(AccountRow).alias()
    return (
        select(said.c.id)
        .join(customer, customer.c.id == said.c.customer_id, isouter=True)
        .join(account, account.c.id == said.c.account_id, isouter=True)
        .where(stage_of(said, customer, account) == stage.value)
    )


def _plus(day: Any, days: int) -> Any:
    return day_plus(day, literal(days, Integer))


def _said(stage: JourneyStage) -> Any:
    return literal(stage.value, String)
