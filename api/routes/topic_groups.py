"""Groups of topics: what there are, a topic put into another one, a group renamed. With ``preview`` nothing changes."""

from functools import partial

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from pydantic import ConfigDict

from api.bodies import one_body
from api.dependencies import ReaderLanguage, ServiceOf
from api.forms import Name, form_of
from api.openapi import example_body
from api.paging import Page
from api.routes.topic_changes import Admin, EditForm, Reader, RenameForm
from api.topic_shapes import ChangeShape, GroupLine
from pipelines.topic_editing import in_group

router = APIRouter(tags=["topics"])


class GroupForm(EditForm):
    """Where a topic goes: ``group_id``, or ``name`` of a new group."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Sign-in", "preview": True}]})

    group_id: Name | None = None
    name: Name | None = None


class GroupShape(GroupLine):
    """A group with the ids of its topics that stand, largest first."""

    topic_ids: list[str]


@router.get("/v1/topic-groups")
def topic_groups(service: ServiceOf, language: ReaderLanguage, _key: Reader) -> Page[GroupShape]:
    """List the groups that hold topics, by name."""
    with service.store.read() as unit:
        groups, topics = unit.topic_groups.find(), unit.topics.find()
    shapes = [
        GroupShape(**GroupLine.of(group, language).model_dump(), topic_ids=[topic.id for topic in topics if topic.group_id == group.id])
        for group in groups.values()
    ]
    return Page(data=sorted((shape for shape in shapes if shape.topic_ids), key=lambda shape: (shape.name, shape.id)), next_cursor=None)


@router.post("/v1/topics/{topic_id}/group", openapi_extra=example_body(GroupForm))
async def put_in_group(request: Request, service: ServiceOf, topic_id: str, key: Admin, language: ReaderLanguage) -> ChangeShape:
    """Put a topic into another group, or a new one; no fit moves it again."""
    form, by = form_of(GroupForm, await one_body(request), exact=True), key.name
    build = in_group(form.group_id, name=form.name, by=form.by or by)
    done = await run_sync(partial(service.topics.edit, topic_id, build, by=form.by or by, preview=form.preview))
    return ChangeShape.of(done, language)


@router.post("/v1/topic-groups/{group_id}/rename", openapi_extra=example_body(RenameForm))
async def rename_group(request: Request, service: ServiceOf, group_id: str, key: Admin, language: ReaderLanguage) -> ChangeShape:
    """Give a group a name; no fit changes it."""
    form = form_of(RenameForm, await one_body(request), exact=True)
    done = await run_sync(partial(service.topics.rename_group, group_id, form.name, by=form.by or key.name, preview=form.preview))
    return ChangeShape.of(done, language)
