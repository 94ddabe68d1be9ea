"""Changes of topics: what fits propose and how it is decided, what people edit, the history, and undo. With ``preview`` nothing changes."""

from functools import partial
from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import require
from api.bodies import one_body
from api.dependencies import ReaderLanguage, ServiceOf
from api.forms import Form, Name, form_of
from api.openapi import example_body
from api.paging import Page
from api.topic_shapes import ChangeShape, EditShape, ProposalShape, proposal_shapes
from pipelines.service import Service
from pipelines.topic_editing import Build, excluded, existing, merged, moved_here, moved_out, pinned, renamed, split_off
from pipelines.topic_tags import absorbed, promoted
from voc.errors import NotFoundError
from voc.keys import Key, Scope

router = APIRouter(tags=["topics"])
Reader = Annotated[Key, Depends(require(Scope.READ))]
Admin = Annotated[Key, Depends(require(Scope.ADMIN))]
LATEST = "latest"
MOST_SENTENCES = 10_000
MOST_MERGED = 50
SentenceId = Annotated[str, StringConstraints(pattern=r"^\S{1,200}\.\d{1,9}$")]
"""A comment's id, a dot, and the sentence's place in it from 0."""
EXAMPLE_SENTENCE = "fb_0123456789abcdef01234567.0"


class EditForm(Form):
    """What every edit may say: ``by``, where it is not the key's name, and ``preview``."""

    by: Name | None = None
    preview: bool = False


class RenameForm(EditForm):
    """A new name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Cannot sign in"}]})

    name: Name


class MergeForm(EditForm):
    """Topics to bring into this one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"topic_ids": ["tp_0123456789abcdef01234567"], "preview": True}]})

    topic_ids: list[Name] = Field(min_length=1, max_length=MOST_MERGED)


class SplitForm(EditForm):
    """Sentences of this topic that become a topic of their own."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sentence_ids": [EXAMPLE_SENTENCE], "name": "Codes never arrive"}]})

    sentence_ids: list[SentenceId] = Field(min_length=1, max_length=MOST_SENTENCES)
    name: Name


class MoveForm(EditForm):
    """Sentences to move to this topic, or to take out of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sentence_ids": [EXAMPLE_SENTENCE]}]})

    sentence_ids: list[SentenceId] = Field(min_length=1, max_length=MOST_SENTENCES)


class SwitchForm(EditForm):
    """On or off."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": True}]})

    on: bool = True


class PromoteForm(EditForm):
    """The own taxonomy and the tag to make; the taxonomy is made where there is none of the name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"taxonomy": "mine", "tag": "codes", "name": "No code arrives"}]})

    taxonomy: Name
    tag: Name
    name: Name | None = None


class AbsorbForm(EditForm):
    """The tag of an own taxonomy that takes the topic in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"taxonomy": "mine", "tag": "codes"}]})

    taxonomy: Name
    tag: Name


class UndoForm(Form):
    """The number of the edit to take back; left out: the latest of the topic that stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"edit": 1}]})

    edit: int | None = Field(default=None, ge=1)
    by: Name | None = None


class DecisionForm(EditForm):
    """What is decided of a proposal; ``name`` is another name for the topic that comes of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"proposal_id": "pr_0123456789abcdef01234567", "decision": "accept"}]})

    proposal_id: Name
    decision: Literal["accept", "reject"]
    name: Name | None = None


class DecisionShape(BaseModel):
    """The proposal as it stands now, and what its acceptance changed (null: rejected)."""

    proposal: ProposalShape
    change: ChangeShape | None




@router.get("/v1/runs/{run_id}/proposals")
def proposals(service: ServiceOf, run_id: str, language: ReaderLanguage, _key: Reader) -> Page[ProposalShape]:
    """List what a fit proposed, largest first; ``latest`` names the last fit."""
    with service.store.read() as unit:
        run = unit.topics.current_run()
        if run is None and run_id == LATEST:
            return Page(data=[], next_cursor=None)
        wanted = str(run["id"]) if run is not None and run_id == LATEST else run_id
        found = unit.proposals.find(run_id=wanted)
        if not found and (run is None or wanted != run["id"]):
            raise NotFoundError(run_id=run_id)
        return Page(data=proposal_shapes(unit, found, language), next_cursor=None)


@router.post("/v1/runs/{run_id}/decisions", openapi_extra=example_body(DecisionForm))
async def decide(request: Request, service: ServiceOf, run_id: str, key: Admin, language: ReaderLanguage) -> DecisionShape:
    """Accept or reject a proposal. Accepting is an edit that can be taken back; a rejected proposal returns only when it has grown."""
    return await run_sync(partial(_decide, service, await one_body(request), run_id, key, language))


@router.get("/v1/topics/{topic_id}/history")
def history(service: ServiceOf, topic_id: str, language: ReaderLanguage, _key: Reader) -> Page[EditShape]:
    """List the edits that touched a topic, latest first, those taken back among them."""
    with service.store.read() as unit:
        existing(unit, topic_id)
        return Page(data=[EditShape.of(edit, language) for edit in unit.topic_edits.find(topic_id)], next_cursor=None)


@router.post("/v1/topics/{topic_id}/rename", openapi_extra=example_body(RenameForm))
async def rename(request: Request, service: ServiceOf, topic_id: str, key: Admin, language: ReaderLanguage) -> ChangeShape:
    """Give a topic a name; no fit changes it."""
    form = form_of(RenameForm, await one_body(request), exact=True)
    return await run_sync(partial(_edit, service, topic_id, renamed(form.name, by=form.by or key.name), form, key, language))


@router.post("/v1/topics/{topic_id}/merge", openapi_extra=example_body(MergeForm))
async def merge(request: Request, service: ServiceOf, topic_id: str, key: Admin, language: ReaderLanguage) -> ChangeShape:
    """Bring other topics into this one; their past comes with them, their ids lead here."""
    form = form_of(MergeForm, await one_body(request), exact=True)
    return await run_sync(partial(_edit, service, topic_id, merged(form.topic_ids), form, key, language))


@router.post("/v1/topics/{topic_id}/split", openapi_extra=example_body(SplitForm))
async def split(request: Request, service: ServiceOf, topic_id: str, key: Admin, language: ReaderLanguage) -> ChangeShape:
    """Let some sentences become a topic of their own; the rest keeps id and name."""
    form = form_of(SplitForm, await one_body(request), exact=True)
    build = split_off(form.sentence_ids, name=form.name, by=form.by or key.name)
    return await run_sync(partial(_edit, service, topic_id, build, form, key, language))


@router.post("/v1/topics/{topic_id}/move", openapi_extra=example_body(MoveForm))
async def move(request: Request, service: ServiceOf, topic_id: str, key: Admin, language: ReaderLanguage) -> ChangeShape:
    """Move sentences to this topic, from wherever they are; no fit moves them again."""
    form = form_of(MoveForm, await one_body(request), exact=True)
    return await run_sync(partial(_edit, service, topic_id, moved_here(form.sentence_ids), form, key, language))


@router.post("/v1/topics/{topic_id}/remove", openapi_extra=example_body(MoveForm))
async def remove(request: Request, service: ServiceOf, topic_id: str, key: Admin, language: ReaderLanguage) -> ChangeShape:
    """Take sentences out of this topic; they belong to none, and no fit moves them again. Sentences of other topics stay where they are."""
    form = form_of(MoveForm, await one_body(request), exact=True)
    return await run_sync(partial(_edit, service, topic_id, moved_out(form.sentence_ids), form, key, language))


@router.post("/v1/topics/{topic_id}/pin", openapi_extra=example_body(SwitchForm))
async def pin(request: Request, service: ServiceOf, topic_id: str, key: Admin, language: ReaderLanguage) -> ChangeShape:
    """Keep a topic out of all proposals, or let it in again."""
    form = form_of(SwitchForm, await one_body(request), exact=True)
    return await run_sync(partial(_edit, service, topic_id, pinned(on=form.on), form, key, language))


@router.post("/v1/topics/{topic_id}/exclude", openapi_extra=example_body(SwitchForm))
async def exclude(request: Request, service: ServiceOf, topic_id: str, key: Admin, language: ReaderLanguage) -> ChangeShape:
    """Hide a topic: it keeps its sentences but is no issue; or show it again."""
    form = form_of(SwitchForm, await one_body(request), exact=True)
    return await run_sync(partial(_edit, service, topic_id, excluded(on=form.on), form, key, language))


@router.post("/v1/topics/{topic_id}/promote", openapi_extra=example_body(PromoteForm))
async def promote(request: Request, service: ServiceOf, topic_id: str, key: Admin, language: ReaderLanguage) -> ChangeShape:
    """Make a topic a tag of an own taxonomy: its typical sentences become examples; learn the taxonomy to use the tag."""
    form = form_of(PromoteForm, await one_body(request), exact=True)
    build = promoted(form.taxonomy, form.tag, name=form.name, shipped=service.taxonomy)
    return await run_sync(partial(_edit, service, topic_id, build, form, key, language))


@router.post("/v1/topics/{topic_id}/absorb", openapi_extra=example_body(AbsorbForm))
async def absorb(request: Request, service: ServiceOf, topic_id: str, key: Admin, language: ReaderLanguage) -> ChangeShape:
    """Let a tag of an own taxonomy take a topic in: its typical sentences become examples, the topic is no issue any more."""
    form = form_of(AbsorbForm, await one_body(request), exact=True)
    return await run_sync(partial(_edit, service, topic_id, absorbed(form.taxonomy, form.tag), form, key, language))


@router.post("/v1/topics/{topic_id}/undo", openapi_extra=example_body(UndoForm))
async def undo(request: Request, service: ServiceOf, topic_id: str, key: Admin, language: ReaderLanguage) -> EditShape:
    """Take an edit of the topic back, unless a later one that stands touches the same topics."""
    form = form_of(UndoForm, await one_body(request), exact=True)
    return await run_sync(partial(_undo, service, topic_id, form, key, language))


def _edit(service: Service, topic_id: str, build: Build, form: EditForm, key: Key, language: str) -> ChangeShape:  # handed on
    return ChangeShape.of(service.topics.edit(topic_id, build, by=form.by or key.name, preview=form.preview), language)


def _undo(service: Service, topic_id: str, form: UndoForm, key: Key, language: str) -> EditShape:
    with service.store.read() as unit:
        existing(unit, topic_id)
        standing = unit.topic_edits.standing([topic_id])
        number = form.edit if form.edit is not None else next(iter(standing), None)
        edit = unit.topic_edits.get(number) if number is not None else None
        if number is None or edit is None or topic_id not in edit.change.topic_ids:
            raise NotFoundError(topic_id=topic_id)
    done = service.topics.undo(number, by=form.by or key.name)
    with service.store.read() as unit:
        return EditShape.of(unit.topic_edits.get(done.number) or done, language)


def _decide(service: Service, raw: bytes, run_id: str, key: Key, language: str) -> DecisionShape:
    form = form_of(DecisionForm, raw, exact=True)
    with service.store.read() as unit:
        proposal = unit.proposals.get(form.proposal_id)
        if proposal is None or run_id not in (LATEST, proposal.run_id):
            raise NotFoundError(proposal=form.proposal_id)
    accept = form.decision == "accept"
    done = service.topics.decide(form.proposal_id, accept=accept, by=form.by or key.name, name=form.name, preview=form.preview)
    with service.store.read() as unit:
        shown = unit.proposals.get(form.proposal_id)
        return DecisionShape(
            proposal=proposal_shapes(unit, [shown or proposal], language)[0],
            change=ChangeShape.of(done, language) if done is not None else None,
        )
