"""Figure: a published number with an address. Whoever reads it finds out what was asked, of which comments, by which models.

Invariants: a figure's id follows from what was asked and what came out (value, evidence, versions), so the same question on the same state
has the same id on every machine, and an id never means two numbers. A figure is never changed; when it no longer holds it is *stale*.
"""

from enum import StrEnum
from hashlib import sha256

from pydantic import Field

from voc.filters import FeedbackFilter
from voc.ids import derived_id
from voc.kpis import Kpi
from voc.values import UtcDatetime, Value


class FigureKind(StrEnum):
    """What can be asked. A kind says how to compute it in ``pipelines.figures``."""

    COMMENT_COUNT = "comment_count"
    ROW_ACCOUNTING = "row_accounting"
    KPI_LEVEL = "kpi_level"
    ISSUE_SHARE = "issue_share"
    UNASSIGNED_SHARE = "unassigned_share"
    DRIVER_EFFECT = "driver_effect"
    ALERT_ACCOUNTS = "alert_accounts"
    ACTION_EFFECT = "action_effect"
    LEDGER_TERM = "ledger_term"
    KPI_PERIOD = "kpi_period"
    QUEUE_RISK = "queue_risk"
    AUDITED_SHARE = "audited_share"
    ACCOUNT_MOOD = "account_mood"
    ISSUE_REACH = "issue_reach"
    UNASSIGNED_SENTENCES = "unassigned_sentences"
    MODEL_RATIO = "model_ratio"
    QUEUE_CHECK = "queue_check"
    NEGATIVE_SHARE = "negative_share"
    LEFT_SHARE = "left_share"
    EMERGING_TOPIC = "emerging_topic"


class FigureQuery(Value):
    """A question that has one figure as its answer."""

    kind: FigureKind
    filter: FeedbackFilter = FeedbackFilter()
    kpi: Kpi | None = None
    issue: str | None = None
    """``kind:id`` of an issue."""
    voices: dict[str, str] = Field(default_factory=dict)
    """What else must hold of the voices, by name (``pipelines.voice_conditions``)."""
    zone: str = "Asia/Tokyo"
    """In which months are counted."""
    more: dict[str, str] = Field(default_factory=dict)
    """What else a kind needs to know, by name."""

    @property
    def name(self) -> str:
        """What it is about within one report: the kind, KPI, issue and what else it names."""
        about = (self.kind.value, self.kpi.value if self.kpi else "", self.issue or "", *self.more.values())
        return " ".join(part for part in about if part)

    def key(self) -> str:
        """Return the question as text: equal questions have equal keys."""
        plain = self.model_dump(mode="json", exclude={"filter"}, exclude_defaults=True) | {
            name: sorted(value) if isinstance(value, list) else value
            for name, value in self.filter.model_dump(mode="json", exclude_defaults=True).items()
        }
        return "\x1f".join(f"{name}={plain[name]!r}" for name in sorted(plain))


class Answer(Value):
    """What came out: the main value with 95 % interval and n, and the other numbers that belong to it, by name; None: cannot be known."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int
    parts: dict[str, float | None] = Field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    """Ids of the comments it rests on; for answers without words those of the KPI values, for figures of accounts those of the accounts."""


class Figure(Value):
    """A number as it was published."""

    id: str
    query: FigureQuery
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int
    parts: dict[str, float | None] = Field(default_factory=dict)
    versions: dict[str, str]
    """Of models, taxonomy and the topics' discovery."""
    evidence_digest: str
    evidence_count: int
    as_of: UtcDatetime | None
    """When it was computed; None for an address in an answer that no longer holds: it does not say."""

    def numbers(self) -> dict[str, float | None]:
        """Return all its numbers by name: ``value``, ``low``, ``high``, ``n`` and the parts."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": float(self.n)} | self.parts


class StaleReason(StrEnum):
    """Why a figure no longer holds."""

    ERASED = "erased"
    """A comment it rested on was erased; of an address in an answer: somebody was erased since, and its numbers are others now."""
    EVIDENCE = "evidence"
    """It would rest on other comments now: comments came in, or were tagged or grouped otherwise."""
    VERSIONS = "versions"
    """Models, taxonomy or topics have changed since."""
    VALUE = "value"
    """The same comments give another number now."""
    GONE = "gone"
    """What it is about is not there any more."""


class FigureState(Value):
    """Whether a figure still holds, and what the same question gives now."""

    fresh: bool
    reasons: tuple[StaleReason, ...] = ()
    now: Figure | None = None


def digest_of(evidence: tuple[str, ...]) -> str:
    """Return the hash of a set of ids."""
    return sha256("\n".join(sorted(evidence)).encode()).hexdigest()[:32]


def figure_of(query: FigureQuery, answer: Answer, *, versions: dict[str, str], as_of: UtcDatetime) -> Figure:
    """Return the answer as a figure with its address."""
    digest = digest_of(answer.evidence)
    numbers = {"value": answer.value, "low": answer.low, "high": answer.high, "n": answer.n} | answer.parts
    said = [f"{name}={written(numbers[name])}" for name in sorted(numbers)]
    stamped = [f"{name}={versions[name]}" for name in sorted(versions)]
    return Figure(
        id=derived_id("fg", query.key(), *said, digest, *stamped),
        query=query,
        value=answer.value,
        low=answer.low,
        high=answer.high,
        n=answer.n,
        parts=answer.parts,
        versions=versions,
        evidence_digest=digest,
        evidence_count=len(set(answer.evidence)),
        as_of=as_of,
    )


def written(number: float | None) -> str:
    """Write a number with ten digits: what differs behind them differs between machines, not between answers."""
    return "none" if number is None else f"{float(number):.10g}"


def _written(figure: Figure) -> dict[str, str]:
    return {name: written(number) for name, number in figure.numbers().items()}


def compared(then: Figure, now: Figure | None, *, erased: bool) -> FigureState:
    """Say whether a figure still holds, given what the same question gives now; versions without a part in it now do not count."""
    reasons = [StaleReason.ERASED] if erased else []
    if now is None:
        return FigureState(fresh=False, reasons=(*reasons, StaleReason.GONE))
    if now.evidence_digest != then.evidence_digest:
        reasons.append(StaleReason.EVIDENCE)
    if any(then.versions.get(name) != version for name, version in now.versions.items()):
        reasons.append(StaleReason.VERSIONS)
    if not reasons and _written(now) != _written(then):
        reasons.append(StaleReason.VALUE)
    return FigureState(fresh=not reasons, reasons=tuple(reasons), now=now)
