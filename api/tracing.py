"""Trace: what each stage made of one comment, by which model, in which version, when."""

from typing import Any, Literal

from pydantic import BaseModel

from api.dependencies import addresses_of
from api.shapes import Said
from pipelines.explaining import linked
from pipelines.issue_list import find_issue
from pipelines.link import kpi_window
from pipelines.service import Service
from voc.drivers import IssueKind
from voc.errors import NotFoundError
from voc.feedback import Feedback
from voc.filters import FeedbackFilter
from voc.store import Unit
from voc.values import UtcDatetime


class StageTrace(BaseModel):
    """One stage: ``result`` is what it made of the comment."""

    stage: Literal["ingest", "enrich", "discover", "link", "explain", "act"]
    state: Literal["done", "waiting", "put_aside", "nothing"]
    at: UtcDatetime | None = None
    model: dict[str, str] = {}
    version: str | None = None
    result: dict[str, Any] = {}


class Trace(BaseModel):
    """The way of one comment."""

    id: str
    stages: list[StageTrace]


def trace_of(service: Service, feedback_id: str, *, language: str) -> Trace:
    """Return the way of a comment.

    Raises
    ------
    NotFoundError
        If there is no such comment.
    """
    with service.store.read() as unit:
        feedback = unit.feedback.get(feedback_id)
        if feedback is None:
            raise NotFoundError
        stages = [
            _ingested(feedback),
            _enriched(unit, feedback),
            _discovered(unit, feedback, language),
            _linked(unit, feedback),
            _explained(unit, service, feedback, language),
            _acted(unit, feedback),
        ]
    return Trace(id=feedback_id, stages=stages)


def _ingested(feedback: Feedback) -> StageTrace:
    return StageTrace(
        stage="ingest",
        state="done",
        at=feedback.received_at,
        result={
            "language": feedback.language.value,
            "redactions": sorted(redaction.kind.value for redaction in feedback.redactions),
            "own_words_chars": sum(span.end - span.start for span in feedback.spans),
            "no_signal": feedback.no_signal,
            "duplicate_of": feedback.duplicate_of,
            "timezone_assumed": feedback.timezone_assumed,
        },
    )


def _enriched(unit: Unit, feedback: Feedback) -> StageTrace:
    said = unit.enrichments.get(feedback.id)
    if said is None:
        letter = next((letter for letter in unit.pending.dead() if letter.feedback_id == feedback.id), None)
        if letter is None:
            return StageTrace(stage="enrich", state="waiting")
        return StageTrace(
            stage="enrich",
            state="put_aside",
            at=letter.changed_at,
            version=letter.model_version,
            result={"reason": letter.reason, "attempts": letter.attempts, "crashes": letter.crashes},
        )
    shape = Said.of(said).model_dump(mode="json", exclude={"model", "computed_at"})
    history = [{"version": version, "at": at.isoformat()} for version, at in unit.enrichments.history(feedback.id)]
    return StageTrace(
        stage="enrich",
        state="done",
        at=said.computed_at,
        model=said.model.outputs,
        version=said.model.version,
        result={**shape, "history": history},
    )


def _discovered(unit: Unit, feedback: Feedback, language: str) -> StageTrace:
    run = unit.topics.current_run()
    assigned = unit.topics.of_feedback([feedback.id])
    if run is None or not assigned:
        return StageTrace(stage="discover", state="waiting" if run is None else "nothing")
    names = {topic.id: topic.name_in(language) for topic in unit.topics.find()}
    sentences = [
        {"sentence": sentence, "topic": topic, "name": None if topic is None else names.get(topic)} for sentence, topic in assigned.items()
    ]
    return StageTrace(
        stage="discover",
        state="done",
        at=run["finished_at"],
        model={"topics": run["model_version"]},
        version=run["id"],
        result={"sentences": sentences},
    )


def _linked(unit: Unit, feedback: Feedback) -> StageTrace:
    rows = unit.voices.find(FeedbackFilter(ids=frozenset({feedback.id})))
    customer = None if feedback.customer_id is None else unit.customers.customer(feedback.customer_id)
    links = linked(rows, unit=unit) if rows else {}
    return StageTrace(
        stage="link",
        state="done" if customer is not None or links else "nothing",
        result={
            "customer_id": feedback.customer_id,
            "account_id": feedback.account_id,
            "profile_known": customer is not None,
            "role": None if customer is None else customer.role.value,
            "kpis": {
                kpi.value: {"value": value, "window": kpi_window(kpi).model_dump()} for (_, kpi), value in sorted(links.items())
            },
        },
    )


def _explained(unit: Unit, service: Service, feedback: Feedback, language: str) -> StageTrace:
    rows = unit.voices.find(FeedbackFilter(ids=frozenset({feedback.id})))
    keys = sorted({key for row in rows for key in row.issue_keys})
    issues: list[dict[str, Any]] = []
    for key in keys:
        kind, _, issue_id = key.partition(":")
        issue = find_issue(unit, kind=IssueKind(kind), issue_id=issue_id, taxonomy=service.taxonomy, language=language)
        if issue is not None:
            measured = addresses_of(unit, service).drivers(unit.drivers.of_issue(issue.kind, issue.id).values())
            figures = {driver.kpi.value: driver.model_dump(mode="json", exclude={"issue", "kpi"}) for driver in measured}
            issues.append({**issue.model_dump(mode="json"), "drivers": figures})
    return StageTrace(stage="explain", state="done" if issues else "nothing", at=service.loop.last_concluded_at, result={"issues": issues})


def _acted(unit: Unit, feedback: Feedback) -> StageTrace:
    raised = [alert for alert in unit.alerts.find() if feedback.id in alert.evidence]
    shown = [alert.model_dump(mode="json", include={"id", "rule_id", "issue_kind", "issue_id", "state", "accounts"}) for alert in raised]
    return StageTrace(stage="act", state="done" if raised else "nothing", result={"alerts": shown})
