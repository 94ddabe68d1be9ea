"""Account room: an account by role, with what deserves a look; and the weights its mood is made of."""

from functools import partial
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api import remembering
from api.auth import require
from api.bodies import one_body
from api.dependencies import ReaderLanguage, ServiceOf, addresses_of, zone_of
from api.forms import Form, Number, form_of
from api.moments import read_moment
from api.openapi import example_body
from api.paging import Page
from api.routes.people import ExternalId
from pipelines.account_rooms import looked_at, room_of
from pipelines.explain.account_room import LONGEST_LOOK_DAYS, QUIET_DAYS, WINDOW_DAYS
from pipelines.explain.room_wording import flag_wording
from pipelines.service import Service
from voc.account_room import MAX_WEIGHT, AccountRoom, FlagKind, RoleWeights, RoomFlag
from voc.customers import Account, Customer
from voc.errors import BadDateError, BadFilterError, NotFoundError
from voc.ids import account_id
from voc.keys import Key, Scope
from voc.store.profiles import ALL_ACCOUNTS
from voc.values import UtcDatetime

router = APIRouter(tags=["customers"])
Reader = Annotated[Key, Depends(require(Scope.READ))]
Admin = Annotated[Key, Depends(require(Scope.ADMIN))]


class WeightsForm(Form):
    """How much each role counts in an account's mood. Roles that are left out keep their usual weight."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decider": 4, "buyer": 2, "admin": 1, "user": 1}]})

    decider: Number = Field(default=RoleWeights().decider, ge=0, le=MAX_WEIGHT)
    buyer: Number = Field(default=RoleWeights().buyer, ge=0, le=MAX_WEIGHT)
    admin: Number = Field(default=RoleWeights().admin, ge=0, le=MAX_WEIGHT)
    user: Number = Field(default=RoleWeights().user, ge=0, le=MAX_WEIGHT)


class WeightsShape(BaseModel):
    """The weights that count, and whether they are the account's own."""

    weights: RoleWeights
    own: bool


class Flag(BaseModel):
    """A reason to look at an account: what was seen, in words and numbers, and the comments behind it."""

    kind: FlagKind
    reason: str
    customer_ids: list[str]
    feedback_ids: list[str]
    facts: dict[str, float | int | str]

    @classmethod
    def of(cls, flag: RoomFlag, *, names: dict[str, str], language: str) -> "Flag":
        """Return the flag for a reader."""
        return cls(reason=flag_wording(flag, names=names, language=language), **flag.model_dump())


class RoomShape(BaseModel):
    """An account by role."""

    external_id: str
    profile: Account
    weights: WeightsShape
    flags: list[Flag]
    room: AccountRoom


class RoomLine(BaseModel):
    """An account of the list."""

    external_id: str
    name: str | None
    revenue_per_year: float | None
    days_to_renewal: int | None
    mood: float | None
    plain: float | None
    figure: str | None
    deciders_known: int
    deciders_heard: int
    flags: list[Flag]


class RoomQuery(BaseModel):
    """When to look, and how far back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: str | None = Field(default=None, max_length=40, description="The moment; left out: now, or the end of data older than a month.")
    days: int = Field(default=WINDOW_DAYS, ge=4, le=LONGEST_LOOK_DAYS, description="How far back tones look.")
    quiet_days: int = Field(default=QUIET_DAYS, ge=1, le=LONGEST_LOOK_DAYS, description="Who was not heard for so long is silent.")


@router.get("/v1/accounts/{external_id:path}/room")
def get_room(
    service: ServiceOf, external_id: ExternalId, query: Annotated[RoomQuery, Query()], language: ReaderLanguage, _key: Reader
) -> RoomShape:
    """Return who of an account speaks, who is silent, how each role sounds, and what deserves a look."""
    with service.store.read() as unit:
        ours = unit.merges.kept(account_id(external_id))
        account = unit.customers.account(ours)
        if account is None:
            raise NotFoundError
        at = looked_at(unit, now=service.clock()) if query.at is None else _moment(service, query.at)
        room = room_of(unit, account, at=at, window_days=query.days, quiet_days=query.quiet_days)
        room = addresses_of(unit, service).room(room)
        weights, own = unit.role_weights.get(ours)
        names = names_of(unit.customers.of_account(ours))
    flags = [Flag.of(flag, names=names, language=language) for flag in room.flags]
    shown = WeightsShape(weights=weights, own=own)
    return RoomShape(external_id=account.external_id, profile=account, weights=shown, flags=flags, room=room)


@router.get("/v1/rooms")
def list_rooms(service: ServiceOf, language: ReaderLanguage, _key: Reader) -> Page[RoomLine]:
    """List accounts that have not left: those with most flags first, then the nearest renewal."""
    with service.store.read() as unit:
        rooms = remembering.rooms(unit, service)
        accounts = [account for account in unit.customers.present_accounts() if account.churned_on is None]
        names = names_of(unit.customers.all_customers())
    lines = [_line(account, rooms[account.id], names=names, language=language) for account in in_order(accounts, rooms)]
    return Page(data=lines, next_cursor=None)


@router.get("/v1/role-weights")
def get_weights(service: ServiceOf, _key: Reader) -> WeightsShape:
    """Return the weights of all accounts without their own; ``own``: whether somebody set them."""
    with service.store.read() as unit:
        weights, own = unit.role_weights.get(ALL_ACCOUNTS)
    return WeightsShape(weights=weights, own=own)


@router.put("/v1/role-weights", openapi_extra=example_body(WeightsForm))
async def put_weights(request: Request, service: ServiceOf, key: Admin) -> WeightsShape:
    """Set the weights of all accounts without their own."""
    return await run_sync(partial(_put_weights, service, await one_body(request), ALL_ACCOUNTS, key.name))


@router.put("/v1/role-weights/{external_id:path}", openapi_extra=example_body(WeightsForm))
async def put_account_weights(request: Request, service: ServiceOf, external_id: ExternalId, key: Admin) -> WeightsShape:
    """Set the weights of one account."""
    return await run_sync(partial(_put_weights, service, await one_body(request), account_id(external_id), key.name))


@router.delete("/v1/role-weights/{external_id:path}")
def remove_account_weights(service: ServiceOf, external_id: ExternalId, key: Admin) -> WeightsShape:
    """Let the weights of all count for an account again."""
    service.people.set_weights(account_id(external_id), None, by=key.name)
    with service.store.read() as unit:
        weights, own = unit.role_weights.get(unit.merges.kept(account_id(external_id)))
    return WeightsShape(weights=weights, own=own)


def in_order(accounts: list[Account], rooms: dict[str, AccountRoom]) -> list[Account]:
    """Return accounts with most flags first, then the nearest renewal to come, then by revenue."""

    def place(account: Account) -> tuple[int, int, float, str]:
        room = rooms[account.id]
        days = room.days_to_renewal if room.days_to_renewal is not None and room.days_to_renewal >= 0 else 1_000_000
        return -len(room.flags), days, -(room.revenue or 0.0), account.id

    return sorted(accounts, key=place)


def names_of(people: list[Customer]) -> dict[str, str]:
    """Return what to call people, by customer id."""
    return {person.id: person.name or person.external_id for person in people}


def _line(account: Account, room: AccountRoom, *, names: dict[str, str], language: str) -> RoomLine:
    return RoomLine(
        external_id=account.external_id,
        name=account.name,
        revenue_per_year=room.revenue,
        days_to_renewal=room.days_to_renewal,
        mood=room.mood.value,
        plain=room.mood.plain.mean,
        figure=room.figure,
        deciders_known=room.deciders.known,
        deciders_heard=room.deciders.in_window,
        flags=[Flag.of(flag, names=names, language=language) for flag in room.flags],
    )


def _moment(service: Service, text: str) -> UtcDatetime:
    try:
        return read_moment(text, zone=zone_of(service), now=service.clock(), field="at")[0]
    except BadDateError as error:
        raise BadFilterError(field="at", problem="bad_date") from error


def _put_weights(service: Service, raw: bytes, ours: str, by: str) -> WeightsShape:
    form = form_of(WeightsForm, raw, exact=True)
    weights = RoleWeights(**form.model_dump())
    service.people.set_weights(ours, weights, by=by)
    return WeightsShape(weights=weights, own=True)
