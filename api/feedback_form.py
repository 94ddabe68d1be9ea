"""Feedback form: how a comment looks when another program sends it, and how it becomes a NewFeedback.

The flat form comes first; common other names of its fields, a nested customer, and one record of the Formbricks Hub are read as well.
Invariants: what belongs to us (ids, roles, tenants) cannot be set by a sender; simple fields we do not know are kept as metadata.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from pydantic import ConfigDict, Field, JsonValue, StrictStr, ValidationError, field_validator

from api.forms import Form, Name, Number, given, in_range, read_form
from api.moments import Moment, read_moment
from api.problems import BadValueError
from voc.feedback import MAX_TEXT_CHARS, NewFeedback, Source
from voc.identity import plain_email
from voc.journey import read_stage
from voc.kpis import SURVEY_KPIS, Kpi, Score

OTHER_NAMES = {
    "source_record_id": "external_id",
    "created_at": "submitted_at",
    "channel": "touchpoint",
    "language": "lang",
    "comment": "text",
    "user_id": "customer_id",
    "customer_email": "email",
    "user_email": "email",
}
OURS = frozenset({"id", "role", "tenant_id", "received_at", "content_hash", "text_hash", "feedback_id", "scopes"})
HUB_NAMES = frozenset({"value_text", "field_type", "collected_at", "submission_id"})
MAX_METADATA = 50
LONGEST_METADATA_NAME = 100
LONGEST_METADATA_VALUE = 2_000

EXAMPLE_EN: dict[str, JsonValue] = {
    "text": "The export to Excel fails since Monday, and support has not answered for two days.",
    "score": 3,
    "score_type": "nps",
    "customer_id": "C-1042",
    "account_id": "A-17",
    "source": "survey",
    "source_name": "nps-2026",
    "submitted_at": "2026-10-01T09:00:00+09:00",
    "external_id": "resp-88213",
    "segment": "enterprise",
    "product": "web",
}
EXAMPLE_JA: dict[str, JsonValue] = {
    "text": "ログインが遅く、毎朝困っています。サポートの対応は丁寧でした。",
    "scores": {"nps": 6, "csat": 4},
    "customer_id": "C-2001",
    "source": "ticket",
    "submitted_at": "2026/10/01 09:00",
    "lang": "ja",
    "metadata": {"plan": "standard"},
}


class FeedbackForm(Form):
    """One comment. Only ``text`` is needed."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_EN, EXAMPLE_JA]})

    text: StrictStr = Field(max_length=MAX_TEXT_CHARS, description="What the customer said.")
    score: Number | None = Field(default=None, description="The answer on the scale of score_type.")
    score_type: Kpi | None = Field(default=None, description="nps (0-10), csat (1-5) or ces (1-7).")
    scores: dict[Kpi, Number] = Field(default={}, description="Several answers at once, by scale.")
    customer_id: Name | None = Field(default=None, description="Your id of the person.")
    email: Name | None = Field(default=None, description="The person's; kept as a keyed hash alone. Says who speaks without customer_id.")
    account_id: Name | None = Field(default=None, description="Your id of the organisation.")
    source: Source = Field(default=Source.SURVEY, description="The medium.")
    source_name: Name = Field(default="api", description="Which sender; external ids are unique within it.")
    submitted_at: Moment | None = Field(default=None, description="When it was said. Without a zone: the service's default zone.")
    external_id: Name | None = Field(default=None, description="Your id of this comment; sending it again is a repeat, not a new comment.")
    segment: Name | None = None
    product: Name | None = None
    touchpoint: Name | None = None
    journey_stage: Name | None = Field(default=None, description="The stage as the sender knows it; it wins over every rule.")
    lang: Name | None = Field(default=None, description="The language as the sender knows it; kept, not relied on.")
    metadata: dict[str, str] = Field(default={}, description="Anything else worth keeping, name to text.")

    @field_validator("score_type", "source", mode="before")
    @classmethod
    def in_lower_case(cls, value: Any) -> Any:
        """Take enumerated words in any case."""
        return value.strip().lower() if isinstance(value, str) else value


NAMES = frozenset(FeedbackForm.model_fields) | frozenset(OTHER_NAMES) | OURS | HUB_NAMES | frozenset(Kpi) | {"customer", "items"}


def read_feedback(value: Any, *, zone: ZoneInfo, now: datetime) -> NewFeedback:
    """Read one usable JSON object.

    Parameters
    ----------
    value
        The object.
    zone
        In which dates without a zone are read.
    now
        The present moment; dates more than a day later are refused.

    Raises
    ------
    InputError
        If it cannot be taken; with the field.
    """
    if not isinstance(value, dict):
        raise BadValueError(problem="not_an_object")
    form = read_form(FeedbackForm, _flat(given(value)), names=NAMES)
    submitted_at, assumed = (None, False) if form.submitted_at is None else read_moment(form.submitted_at, zone=zone, now=now)
    stage = None if form.journey_stage is None else read_stage(form.journey_stage)
    named = {"lang": form.lang, "journey_stage": form.journey_stage if stage is None else None}
    said = {name: value for name, value in named.items() if value is not None}
    try:
        return NewFeedback(
            text=form.text,
            source=form.source,
            source_name=form.source_name,
            external_id=form.external_id,
            submitted_at=submitted_at,
            timezone_assumed=assumed,
            customer=form.customer_id,
            email=None if form.email is None else plain_email(form.email),
            account=form.account_id,
            segment=form.segment,
            product=form.product,
            touchpoint=form.touchpoint,
            journey_stage=stage,
            scores=_scores(form),
            metadata={**form.metadata, **said},
        )
    except ValidationError as error:
        raise BadValueError from error


def _flat(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members under our names, with unknown simple ones as metadata."""
    ours = next((name for name in members if name in OURS), None)
    if ours is not None:
        raise BadValueError(field=ours, problem="not_yours_to_set")
    members = _from_hub(members) if HUB_NAMES & members.keys() else dict(members)
    members = _with_customer(members)
    flat: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in members.items():
        target = OTHER_NAMES.get(name, name)
        if target in FeedbackForm.model_fields:
            if name == target or target not in members:
                flat[target] = value
        else:
            rest[name] = value
    flat["metadata"] = _metadata(flat.get("metadata", {}), rest)
    if isinstance(flat.get("scores"), dict):
        flat["scores"] = given(flat["scores"])
    return flat


def _from_hub(members: Mapping[str, Any]) -> dict[str, Any]:
    """Read one record of the Formbricks Hub: one field of one submission."""
    record = dict(members)
    flat: dict[str, Any] = {}
    if "value_text" in record:
        flat["text"] = record.pop("value_text")
    if "collected_at" in record:
        flat["submitted_at"] = record.pop("collected_at")
    if isinstance(record.get("submission_id"), str):
        field = record.pop("field_id", None)
        flat["external_id"] = ":".join([record.pop("submission_id"), *([field] if isinstance(field, str) else [])])
    kind = record.pop("field_type", None)
    number = record.pop("value_number", None)
    if isinstance(kind, str) and kind in {kpi.value for kpi in SURVEY_KPIS} and number is not None:
        flat |= {"score": number, "score_type": kind}
    medium = record.pop("source_type", None)
    if isinstance(medium, str) and medium in {source.value for source in Source}:
        flat["source"] = medium
    elif medium is not None:
        record["source_type"] = medium
    return {**record, **flat}


def _with_customer(members: dict[str, Any]) -> dict[str, Any]:
    """Read ``customer`` given as an id or as ``{external_id, email, account_id, role}``."""
    customer = members.pop("customer", None)
    if customer is None:
        return members
    if isinstance(customer, str | int):
        return {"customer_id": customer, **members}
    if not isinstance(customer, dict) or set(customer) - {"external_id", "email", "account_id", "role"}:
        raise BadValueError(field="customer", problem="not_known")
    said = given(customer)
    fields = {"customer_id": "external_id", "email": "email", "account_id": "account_id", "customer_role": "role"}
    named = {name: said.get(field) for name, field in fields.items()}
    return {**{name: value for name, value in named.items() if value is not None}, **members}


def _metadata(metadata: Any, rest: Mapping[str, Any]) -> dict[str, str]:
    if not isinstance(metadata, dict):
        raise BadValueError(field="metadata", problem="not_an_object")
    together = {**rest, **given(metadata)}
    if len(together) > MAX_METADATA:
        raise BadValueError(field="metadata", problem="too_many", limit=MAX_METADATA, actual=len(together))
    kept: dict[str, str] = {}
    for name, value in together.items():
        if isinstance(value, dict | list) and name in rest:
            raise BadValueError(field="*", problem="not_known")
        words = value if isinstance(value, str) else orjson.dumps(value).decode()
        if not name or len(name) > LONGEST_METADATA_NAME or len(words) > LONGEST_METADATA_VALUE:
            raise BadValueError(field="metadata", problem="too_long", limit=LONGEST_METADATA_VALUE)
        kept[name] = words
    return kept


def _scores(form: FeedbackForm) -> tuple[Score, ...]:
    values = {kpi: (f"scores.{kpi.value}", value) for kpi, value in form.scores.items()}
    if form.score is not None:
        if form.score_type is None:
            raise BadValueError(field="score_type", problem="missing")
        values.setdefault(form.score_type, ("score", form.score))
    return tuple(Score(kpi=kpi, value=_checked(kpi, value, field)) for kpi, (field, value) in sorted(values.items()))


def _checked(kpi: Kpi, value: float, field: str) -> float:
    if kpi not in SURVEY_KPIS:
        raise BadValueError(field="score_type", problem="not_one_of", limit=", ".join(SURVEY_KPIS))
    return in_range(kpi, value, field=field)
