"""Profiles that look like one person or one account: what waits for a decision, what was decided, and undo. Nothing is merged by itself."""

from functools import partial
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.auth import require
from api.bodies import one_body
from api.dependencies import ServiceOf
from api.forms import Form, Name, form_of
from api.openapi import example_body
from pipelines.merge_proposals import proposed
from pipelines.service import Service
from voc.identity import Merge, MergeProposal
from voc.keys import Key, Scope
from voc.profile_history import ProfileNoun

router = APIRouter(tags=["customers"])
Reader = Annotated[Key, Depends(require(Scope.READ))]
Admin = Annotated[Key, Depends(require(Scope.ADMIN))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class PairForm(Form):
    """What is decided of a pair: one person or account, or two."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"proposal_id": "mg_0123456789abcdef01234567", "decision": "accept"}]})

    proposal_id: Name
    decision: Literal["accept", "reject"]
    by: Name | None = None


class TakenBackForm(Form):
    """Who takes a decision back, where it is not the key's name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"by": "aoki"}]})

    by: Name | None = None


class Merges(BaseModel):
    """Pairs that wait, customers before accounts and those with most reasons first, and decisions, latest first."""

    proposals: list[MergeProposal]
    decisions: list[Merge]


class MergeQuery(BaseModel):
    """Whose pairs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    noun: ProfileNoun | None = Field(default=None, description="Only customers or only accounts; left out: both.")


@router.get("/v1/merges")
def merges(service: ServiceOf, query: Annotated[MergeQuery, Query()], _key: Reader) -> Merges:
    """List the pairs of profiles that look like one person or one account, with the reason, and what was decided."""
    nouns = tuple(ProfileNoun) if query.noun is None else (query.noun,)
    with service.store.read() as unit:
        waiting = [one for noun in nouns for one in proposed(unit, noun)]
        return Merges(proposals=waiting, decisions=unit.merges.find(noun=query.noun))


@router.post("/v1/merges/decisions", openapi_extra=example_body(PairForm))
async def decide(request: Request, service: ServiceOf, key: Admin) -> Merge:
    """Merge a pair, or note that they are two. Comments, KPI values, cases and an account's people follow; it can be taken back."""
    return await run_sync(partial(_decide, service, await one_body(request), key.name))


@router.post("/v1/merges/{number}/undo", openapi_extra=example_body(TakenBackForm))
async def undo(request: Request, service: ServiceOf, number: Number, key: Admin) -> Merge:
    """Take a decision back: each profile gets its own again."""
    return await run_sync(partial(_undo, service, await one_body(request), number, key.name))


def _decide(service: Service, raw: bytes, by: str) -> Merge:
    form = form_of(PairForm, raw, exact=True)
    return service.people.decide(form.proposal_id, accept=form.decision == "accept", by=form.by or by)


def _undo(service: Service, raw: bytes, number: int, by: str) -> Merge:
    form = form_of(TakenBackForm, raw, exact=True)
    return service.people.undo(number, by=form.by or by)
