"""Erasing a customer, and the receipts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from api.auth import require
from api.dependencies import ServiceOf
from api.paging import Page, PageQuery, page_of
from api.routes.people import ExternalId
from pipelines.erasing.files import FilesErased
from voc.erasure import Erasure
from voc.keys import Key, Scope

router = APIRouter(tags=["customers"])
Admin = Annotated[Key, Depends(require(Scope.ADMIN))]


class Foreseen(BaseModel):
    """What an erasure would do: rows by table, and files of the data folder."""

    state: Literal["preview"] = "preview"
    places: dict[str, int]
    files: FilesErased


@router.delete("/v1/customers/{external_id:path}")
def erase_customer(
    service: ServiceOf,
    external_id: ExternalId,
    key: Admin,
    *,
    preview: Annotated[bool, Query(description="Only say what would be erased.")] = False,
) -> Erasure | Foreseen:
    """Erase a customer everywhere and answer the receipt; nothing of the customer is taken in afterwards."""
    if preview:
        found = service.erasing.preview(external_id)
        return Foreseen(places=found.places, files=found.files)
    receipt = service.erasing.erase(external_id, by=key.name)
    service.wake()
    return receipt


@router.get("/v1/erasures")
def erasures(service: ServiceOf, query: Annotated[PageQuery, Query()], _key: Admin) -> Page[Erasure]:
    """List the receipts of erasures, latest first; they name nobody."""
    with service.store.read() as unit:
        found = unit.erasures.find()
    return page_of(found, limit=query.limit, cursor=query.cursor)
