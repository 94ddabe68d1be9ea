"""Customers and accounts: profiles set by their owner's system, and the time line of what they said and how they stand."""

from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.auth import require
from api.bodies import one_body
from api.dependencies import ServiceOf, addresses_of
from api.forms import Form, Name, Number, form_of
from api.openapi import example_body
from api.problems import BadValueError
from api.time_line import Entry, time_line
from pipelines.life_events import LifeEvent, of_account, of_customer
from pipelines.service import Service
from voc.customers import Account, Customer, Role
from voc.errors import BadCharactersError, NotFoundError
from voc.filters import FeedbackFilter
from voc.ids import account_id, customer_id
from voc.journey import Staged, standing_stage
from voc.keys import Key, Scope
from voc.kpis import Kpi
from voc.profile_history import ProfileChange
from voc.store import Unit

router = APIRouter(tags=["customers"])
Ingester = Annotated[Key, Depends(require(Scope.INGEST))]
Reader = Annotated[Key, Depends(require(Scope.READ))]


def readable_id(external_id: Annotated[str, Path(max_length=500, description="Your id.")]) -> str:
    """Return the id as comments name it: without blanks around it."""
    plain = external_id.strip()
    if not plain or not plain.isprintable() or "\ufffd" in plain:
        raise BadCharactersError(field="external_id")
    return plain


ExternalId = Annotated[str, Depends(readable_id)]
MAX_ATTRIBUTES = 50


class CustomerForm(Form):
    """A person. Fields that are left out keep their value."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "佐藤 花子", "role": "decider", "account_id": "A-17"}]})

    name: Name | None = None
    account_id: Name | None = Field(default=None, description="Your id of the organisation.")
    role: Role | None = None
    segment: Name | None = None
    email: Name | None = Field(default=None, description="Kept as a keyed hash alone, to find two profiles of one person.")
    started_on: date | None = None
    churned_on: date | None = None
    attributes: dict[str, str] | None = Field(default=None, max_length=MAX_ATTRIBUTES)


class AccountForm(Form):
    """An organisation. Fields that are left out keep their value."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Aoba Foods", "plan": "enterprise", "region": "Kanto", "revenue_per_year": 4800000}]}
    )

    name: Name | None = None
    plan: Name | None = None
    region: Name | None = None
    segment: Name | None = None
    revenue_per_year: Number | None = Field(default=None, ge=0)
    started_on: date | None = None
    renewal_on: date | None = None
    churned_on: date | None = None
    attributes: dict[str, str] | None = Field(default=None, max_length=MAX_ATTRIBUTES)


NAMES = frozenset(CustomerForm.model_fields) | frozenset(AccountForm.model_fields)


class Put(BaseModel):
    """What became of a profile."""

    id: str
    external_id: str
    status: Literal["new", "changed", "same"]


class Standing(BaseModel):
    """What is known of how somebody stands: comments said, and the latest value of each KPI."""

    comments: int
    figure: str | None
    """The address of how many comments."""
    latest: dict[Kpi, float]


class CustomerShape(BaseModel):
    """A person with the latest events first; ``profile`` is null for somebody who was heard and never described."""

    id: str
    external_id: str
    profile: Customer | None
    journey: Staged
    """Where they stand today by the dates of their profile, and the rule that says so."""
    also: list[str]
    """Ids of profiles that were merged into this one."""
    history: list[ProfileChange]
    """Changes of the profile, latest first."""
    standing: Standing
    time_line: list[Entry]


class AccountShape(BaseModel):
    """An organisation with its people and the latest events of all of them first."""

    id: str
    external_id: str
    profile: Account | None
    also: list[str]
    """Ids of accounts that were merged into this one."""
    people: list[Customer]
    history: list[ProfileChange]
    """Changes of the profile, latest first."""
    standing: Standing
    time_line: list[Entry]


@router.put("/v1/customers/{external_id:path}", openapi_extra=example_body(CustomerForm))
async def put_customer(request: Request, service: ServiceOf, external_id: ExternalId, key: Ingester) -> Put:
    """Set what is given of a customer's profile."""
    return await run_sync(partial(_put_customer, service, await one_body(request), external_id, key.name))


@router.put("/v1/accounts/{external_id:path}", openapi_extra=example_body(AccountForm))
async def put_account(request: Request, service: ServiceOf, external_id: ExternalId, key: Ingester) -> Put:
    """Set what is given of an account's profile."""
    return await run_sync(partial(_put_account, service, await one_body(request), external_id, key.name))


@router.get("/v1/customers/{external_id:path}")
def get_customer(service: ServiceOf, external_id: ExternalId, _key: Reader) -> CustomerShape:
    """Return a customer with the time line of comments and KPI values, newest first."""
    with service.store.read() as unit:
        ours = unit.merges.kept(customer_id(external_id))
        profile = unit.customers.customer(ours)
        events = [] if profile is None else of_customer(unit, profile)
        standing, entries = _standing(unit, service, FeedbackFilter(customer_id=ours), events)
        if profile is None and not entries:
            raise NotFoundError
        account = unit.customers.account(profile.account_id) if profile is not None and profile.account_id else None
        return CustomerShape(
            id=ours,
            external_id=profile.external_id if profile is not None else external_id,
            profile=profile,
            journey=standing_stage(service.clock().date(), customer=profile, account=account),
            also=[one.external_id for one in unit.customers.customers(sorted(unit.merges.family(ours) - {ours})).values()],
            history=unit.profile_history.find(ours),
            standing=standing,
            time_line=entries,
        )


@router.get("/v1/accounts/{external_id:path}")
def get_account(service: ServiceOf, external_id: ExternalId, _key: Reader) -> AccountShape:
    """Return an account with its people and the time line of comments and KPI values, newest first."""
    with service.store.read() as unit:
        ours = unit.merges.kept(account_id(external_id))
        profile = unit.customers.account(ours)
        people = unit.customers.of_account(ours)
        events = [] if profile is None else of_account(unit, profile)
        standing, entries = _standing(unit, service, FeedbackFilter(account_id=ours), events)
        history = unit.profile_history.find(ours)
        also = [one.external_id for one in unit.customers.accounts(sorted(unit.merges.family(ours) - {ours})).values()]
    if profile is None and not entries and not people:
        raise NotFoundError
    return AccountShape(
        id=ours,
        external_id=profile.external_id if profile is not None else external_id,
        profile=profile,
        also=also,
        people=people,
        history=history,
        standing=standing,
        time_line=entries,
    )


def _standing(unit: Unit, service: Service, wanted: FeedbackFilter, events: list[LifeEvent]) -> tuple[Standing, list[Entry]]:
    entries, latest = time_line(unit, wanted, events=events)
    comments = unit.feedback.count(wanted)
    figure = addresses_of(unit, service, wanted=wanted).count(comments)
    return Standing(comments=comments, figure=figure, latest=latest), entries


def _fields(raw: bytes, form: type[Form]) -> dict[str, Any]:
    return form_of(form, raw, names=NAMES).model_dump(exclude_unset=True, exclude_none=True)


def _put_customer(service: Service, raw: bytes, external_id: str, by: str) -> Put:
    fields = _fields(raw, CustomerForm)
    email = fields.pop("email", None)
    if "account_id" in fields:
        fields["account_id"] = account_id(fields["account_id"])
    try:
        customer = Customer(id=customer_id(external_id), external_id=external_id, **fields)
    except ValidationError as error:
        raise BadValueError from error
    counts = service.people.put_customer(customer, email=email, by=by)
    return Put(id=customer.id, external_id=external_id, status=_became(counts))


def _put_account(service: Service, raw: bytes, external_id: str, by: str) -> Put:
    try:
        account = Account(id=account_id(external_id), external_id=external_id, **_fields(raw, AccountForm))
    except ValidationError as error:
        raise BadValueError from error
    counts = service.people.put_account(account, by=by)
    return Put(id=account.id, external_id=external_id, status=_became(counts))


def _became(counts: dict[str, int]) -> Literal["new", "changed", "same"]:
    if counts["new"]:
        return "new"
    return "changed" if counts["changed"] else "same"
