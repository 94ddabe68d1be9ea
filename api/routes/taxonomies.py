"""Taxonomies of a user's own: bring one in, see how well its tags are told, learn them, and correct the tags of a comment."""

from functools import partial
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from api.auth import require
from api.bodies import one_body
from api.dependencies import ServiceOf
from api.forms import Form, Name, form_of, read_form
from api.openapi import example_body
from api.paging import Page
from api.routes.feedback import existing, shapes
from api.shapes import FeedbackShape
from api.strict_json import parse, usable
from pipelines.lessons import stored_taxonomy
from pipelines.own_taxonomies import MOST_TAGS, usable_taxonomy
from pipelines.service import Service
from voc.keys import Key, Scope
from voc.store import Unit
from voc.tag_learning import LearntTags, TagCorrection, TagQuality
from voc.taxonomy import SHIPPED_NAME, Taxonomy
from voc.values import UtcDatetime

router = APIRouter(tags=["taxonomies"])
Reader = Annotated[Key, Depends(require(Scope.READ))]
Admin = Annotated[Key, Depends(require(Scope.ADMIN))]
MOST_CORRECTED = 20
NAMES_PER_TAG = 20
"""A tag has seven members, and six of them may be given in two languages."""
TAXONOMY_NAMES = frozenset({"name", "version", "tags"})
EXAMPLE_TAG: JsonDict = {"id": "queue", "large": "Branch", "middle": "Counter", "small": "Long queue", "examples": ["I waited an hour."]}


class TaxonomyForm(Form):
    """A taxonomy in the shape of the shipped one; texts may be given once, or in en and ja."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "branches", "version": "1", "tags": [EXAMPLE_TAG]}]})

    name: Name
    version: Name = "1"
    tags: list[dict[str, Any]]


class CorrectionForm(Form):
    """Tags a person gives to a comment or takes from it; ``by`` says who, where it is not the key's name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"add": ["account.login"], "remove": [], "by": "Sato"}]})

    add: list[Name] = Field(default=[], max_length=MOST_CORRECTED)
    remove: list[Name] = Field(default=[], max_length=MOST_CORRECTED)
    by: Name | None = None


class TaxonomyShape(BaseModel):
    """A taxonomy: its size, what was learnt for it (null: nothing yet), and whether that is in use (``active``)."""

    name: str
    version: str
    shipped: bool
    n_tags: int
    n_examples: int
    active: bool
    learnt_version: str | None
    learnt_at: UtcDatetime | None


class TaxonomyDetail(TaxonomyShape):
    """A taxonomy with the quality of each tag, those that need more examples first."""

    quality: list[TagQuality]


class CorrectedShape(BaseModel):
    """The comment as it stands now, and all corrections of it, oldest first."""

    feedback: FeedbackShape
    corrections: list[TagCorrection]


@router.get("/v1/taxonomies")
def find(service: ServiceOf, _key: Reader) -> Page[TaxonomyShape]:
    """List own taxonomies by name, then the shipped one, whose tags are always given."""
    with service.store.read() as unit:
        return Page(data=[_shape(unit, taxonomy) for taxonomy in [*unit.taxonomies.find(), service.taxonomy]], next_cursor=None)


@router.get("/v1/taxonomies/{name}")
def get(service: ServiceOf, name: str, _key: Reader) -> TaxonomyDetail:
    """Return a taxonomy with the quality of each of its tags by cross-validation."""
    return _found(service, name)


@router.post("/v1/taxonomies", openapi_extra=example_body(TaxonomyForm), status_code=201)
async def put(request: Request, service: ServiceOf, _key: Admin) -> TaxonomyShape:
    """Bring a taxonomy in, in the place of an earlier one of its name; learn it afterwards."""
    return await run_sync(partial(_put, service, await one_body(request)))


@router.post("/v1/taxonomies/{name}/learn")
def learn(service: ServiceOf, name: str, _key: Admin) -> TaxonomyDetail:
    """Learn a taxonomy from its examples and people's corrections, and use it; comments are analysed again for it.

    The shipped one (``cx``) learns from corrections of its tags, on top of the examples it ships with.
    """
    service.lessons.learn(name)
    return _found(service, name)


@router.post("/v1/taxonomies/{name}/forget")
def forget(service: ServiceOf, name: str, _key: Admin) -> TaxonomyDetail:
    """Forget what was learnt: the shipped tags are as shipped again, a user's own are not given; comments are analysed again."""
    service.lessons.forget(name)
    return _found(service, name)


@router.post("/v1/feedback/{feedback_id}/tags", openapi_extra=example_body(CorrectionForm))
async def correct(request: Request, service: ServiceOf, feedback_id: str, key: Admin) -> CorrectedShape:
    """Correct a comment's tags: at once in what is shown, and as examples at the next learning. A later call reverses it."""
    return await run_sync(partial(_correct, service, await one_body(request), feedback_id, key))


def _put(service: Service, raw: bytes) -> TaxonomyShape:
    body = parse(raw, max_names=MOST_TAGS * NAMES_PER_TAG)
    form = read_form(TaxonomyForm, usable(body.value, doubtful=body.doubtful, names=TAXONOMY_NAMES), names=TAXONOMY_NAMES)
    taxonomy = usable_taxonomy(form.model_dump())
    now = service.clock()
    service.commits.do(lambda unit: unit.taxonomies.put(taxonomy, now=now))
    with service.store.read() as unit:
        return _shape(unit, taxonomy)


def _correct(service: Service, raw: bytes, feedback_id: str, key: Key) -> CorrectedShape:
    form = form_of(CorrectionForm, raw, exact=True)
    service.correct_tags(feedback_id, add=form.add, remove=form.remove, by=form.by or key.name)
    with service.store.read() as unit:
        shown = shapes(unit, [existing(unit, feedback_id)])[0]
        return CorrectedShape(feedback=shown, corrections=unit.corrections.history(feedback_id))


def _shape(unit: Unit, taxonomy: Taxonomy) -> TaxonomyShape:
    found = unit.taxonomies.learnt(taxonomy.name)
    return TaxonomyShape(**_facts(unit, taxonomy, found))


def _found(service: Service, name: str) -> TaxonomyDetail:
    with service.store.read() as unit:
        taxonomy = stored_taxonomy(unit, name, shipped=service.taxonomy)
        found = unit.taxonomies.learnt(name)
        return TaxonomyDetail(**_facts(unit, taxonomy, found), quality=list(found[0].quality) if found else [])


def _facts(unit: Unit, taxonomy: Taxonomy, found: tuple[LearntTags, Any] | None) -> dict[str, Any]:
    return {
        "name": taxonomy.name,
        "version": taxonomy.version,
        "shipped": taxonomy.name == SHIPPED_NAME,
        "n_tags": len(taxonomy.tags),
        "n_examples": sum(len({*tag.examples.en, *tag.examples.ja}) for tag in taxonomy.tags),
        "active": found is not None and found[0].stamp in unit.taxonomies.active_stamps(),
        "learnt_version": found[0].version if found else None,
        "learnt_at": found[1] if found else None,
    }
