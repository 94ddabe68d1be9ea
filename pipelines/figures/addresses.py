"""Addresses of rows: gives each row of an answer the address of its numbers, without computing or writing anything."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from pipelines.counting import Leaving
from pipelines.figures import rows
from pipelines.figures.desk import Periods, versions_of
from voc.account_room import AccountRoom
from voc.actions import Evaluation
from voc.addresses import addressed
from voc.alerts import Alert
from voc.audits import AuditedTag
from voc.concerns import QueueEntry, RiskCheck
from voc.drivers import Driver, DriverLine, Reach
from voc.emerging import Emerging
from voc.filters import FeedbackFilter
from voc.issues import IssueSummary
from voc.kpis import KpiSeries
from voc.ledger import Drill, LedgerTerm, RootCause
from voc.model_checks import ModelCheck
from voc.provenance import Answer, FigureKind, FigureQuery
from voc.report import KpiLevel
from voc.store.unit import Unit
from voc.taxonomy import Taxonomy
from voc.topics import Unassigned
from voc.voices import issue_key

Line = TypeVar("Line", bound=Driver)


class Addresses:
    """Addresses on one state of the store; ``wanted`` and ``voices``: the comments the answer is about."""

    def __init__(
        self, unit: Unit, *, taxonomy: Taxonomy, zone: str, wanted: FeedbackFilter | None = None, voices: dict[str, str] | None = None
    ) -> None:
        self._versions, self._erasures = versions_of(unit, taxonomy), unit.erasures.revision()
        self._wanted = wanted or FeedbackFilter()
        self._asked: dict[str, Any] = {"filter": self._wanted, "voices": voices or {}, "zone": zone}

    def lines(self, found: Iterable[DriverLine]) -> list[DriverLine]:
        """Return measured associations and whom their issues touch, with their addresses."""
        return [one.model_copy(update={"reach": self._reach(one.reach)}) for one in self.drivers(found)]

    def _reach(self, one: Reach) -> Reach:
        return one.model_copy(update={"figure": self._of(FigureKind.ISSUE_REACH, rows.of_reach(one), issue=issue_key(one.issue))})

    def drivers(self, found: Iterable[Line]) -> list[Line]:
        """Return measured associations with their addresses."""
        return [
            one.model_copy(
                update={"figure": self._of(FigureKind.DRIVER_EFFECT, rows.of_driver(one), kpi=one.kpi, issue=issue_key(one.issue))}
            )
            for one in found
        ]

    def fitted(self, found: ModelCheck) -> ModelCheck:
        """Return the models that fit an issue with their addresses, and that of the linear difference beside them."""
        models = tuple(
            one.model_copy(
                update={
                    "figure": self._of(
                        FigureKind.MODEL_RATIO,
                        rows.of_model(one),
                        kpi=found.kpi,
                        issue=issue_key(found.issue),
                        more={"model": one.model.value},
                    )
                }
            )
            for one in found.models
        )
        linear = found.linear if found.linear is None or not found.linear.volume else self.drivers([found.linear])[0]
        return found.model_copy(update={"models": models, "linear": linear})

    def summaries(self, found: Iterable[IssueSummary], *, periods: Periods | None = None) -> tuple[IssueSummary, ...]:
        """Return issues and their associations with their addresses; one that no comment names has none.

        Parameters
        ----------
        periods
            Those the shares were compared in, where they were asked for.
        """
        more = rows.periods_more(periods)
        return tuple(self._summary(one, more) for one in found)

    def _summary(self, one: IssueSummary, more: dict[str, str]) -> IssueSummary:
        figure = self._of(FigureKind.ISSUE_SHARE, rows.of_summary(one), issue=issue_key(one.issue), more=more) if one.volume else None
        drivers = {kpi: None if driver is None else self.drivers([driver])[0] for kpi, driver in one.drivers.items()}
        return one.model_copy(update={"figure": figure, "drivers": drivers})

    def count(self, count: int) -> str | None:
        """Return the address of how many comments match."""
        return self._of(FigureKind.COMMENT_COUNT, rows.of_count(count), more=rows.COUNTED)

    def level(self, found: KpiLevel, move: Driver | None, *, periods: Periods | None) -> str | None:
        """Return the address of where a KPI stands, and of how it moved between the periods."""
        return self._of(FigureKind.KPI_LEVEL, rows.of_level(found, move), kpi=found.kpi, more=rows.periods_more(periods))

    def negative(self, negative: int, heard: int) -> str | None:
        """Return the address of the share of read comments that are negative."""
        return self._of(FigureKind.NEGATIVE_SHARE, rows.of_negative(negative, heard))

    def leaving(self, found: Leaving) -> str | None:
        """Return the address of the share of accounts that left."""
        return self._of(FigureKind.LEFT_SHARE, rows.of_leaving(len(found.left), found.n))

    def emerging(self, found: Emerging) -> str | None:
        """Return the address of a topic that emerges, of all comments whatever list it stands beside."""
        more = {"topic": found.topic_id}
        return self._of(FigureKind.EMERGING_TOPIC, rows.of_emerging(found), filter=FeedbackFilter(), voices={}, more=more)

    def root_cause(self, found: RootCause) -> RootCause:
        """Return a change with the addresses of itself, its terms, its groups and the lines of opened issues."""
        ledger, wanted = found.ledger, self._wanted.model_copy(update={"since": None, "until": None})
        asked = partial(rows.question_more, found.question)

        def of(answer: Answer, more: dict[str, str], issue: str | None = None) -> str | None:
            return self._of(FigureKind.LEDGER_TERM, answer, kpi=ledger.kpi, issue=issue, more=more, filter=wanted)

        def term(one: LedgerTerm) -> str | None:
            return of(rows.of_term(ledger, one), asked(term=one.kind.value), None if one.issue is None else issue_key(one.issue))

        def opened(drill: Drill) -> Drill:
            key = issue_key(drill.issue)
            lines = [
                one.model_copy(update={"figure": of(rows.of_line(one), asked(term=rows.LINE, line=one, path=drill.path), key)})
                for one in drill.lines
            ]
            return drill.model_copy(update={"lines": tuple(lines)})

        named = {
            "figure": of(rows.of_change(ledger), asked(term=rows.CHANGE)),
            "terms": tuple(one.model_copy(update={"figure": term(one)}) for one in ledger.terms),
            "groups": tuple(
                one.model_copy(update={"figure": of(rows.of_group(one), asked(term=rows.GROUP, group=one))}) for one in ledger.groups
            ),
        }
        drills = tuple(opened(one) for one in found.drills)
        return found.model_copy(update={"ledger": ledger.model_copy(update=named), "drills": drills})

    def unassigned(self, found: Unassigned) -> Unassigned:
        """Return how many sentences have no topic, with the address; of all comments, whatever list it stands beside."""
        figure = self._of(FigureKind.UNASSIGNED_SENTENCES, rows.of_unassigned(found), filter=FeedbackFilter(), voices={})
        return found.model_copy(update={"figure": figure})

    def series(self, found: KpiSeries) -> KpiSeries:
        """Return a KPI's course with the address of every point."""
        points = tuple(
            one.model_copy(update={"figure": self._of(FigureKind.KPI_PERIOD, rows.of_point(one), more=rows.point_more(found, one))})
            for one in found.points
        )
        return found.model_copy(update={"points": points})

    def queue(self, found: Sequence[QueueEntry]) -> list[QueueEntry]:
        """Return entries of the queue with their addresses."""
        return [
            one.model_copy(update={"figure": self._of(FigureKind.QUEUE_RISK, rows.of_entry(one), more={"subject": one.id})})
            for one in found
        ]

    def queue_check(self, found: RiskCheck) -> RiskCheck:
        """Return how the queue went together with leaving, with its address; of all comments."""
        return found.model_copy(update={"figure": self._of(FigureKind.QUEUE_CHECK, rows.of_queue_check(found))})

    def alerts(self, found: Iterable[Alert]) -> list[Alert]:
        """Return alerts with the addresses of how many complained, whatever list they stand beside."""
        return [
            one.model_copy(
                update={
                    "figure": self._of(
                        FigureKind.ALERT_ACCOUNTS, rows.of_alert(one), filter=FeedbackFilter(), voices={}, more={"alert": one.id}
                    )
                }
            )
            for one in found
        ]

    def check(self, found: Evaluation) -> Evaluation:
        """Return the check of an action with its address."""
        figure = self._of(FigureKind.ACTION_EFFECT, rows.of_check(found), more={"action": found.action_id})
        return found.model_copy(update={"figure": figure})

    def audits(self, found: Iterable[AuditedTag]) -> list[AuditedTag]:
        """Return audited tags with the addresses of their corrected shares."""
        return [
            one.model_copy(update={"figure": self._of(FigureKind.AUDITED_SHARE, rows.of_audited(one), issue=f"tag:{one.tag}")})
            for one in found
        ]

    def room(self, found: AccountRoom) -> AccountRoom:
        """Return an account's room with the address of its numbers."""
        figure = self._of(FigureKind.ACCOUNT_MOOD, rows.of_room(found), more=rows.room_more(found))
        return found.model_copy(update={"figure": figure})

    def _of(self, kind: FigureKind, answer: Answer, **named: Any) -> str | None:
        """Return the address of a row; ``named``: members of its question that are not those of the whole list."""
        query = FigureQuery(kind=kind, **(self._asked | named))
        return addressed(query, answer, versions=self._versions, erasures=self._erasures)
