"""Search by words and meaning."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import ConfigDict, Field, StrictStr

from api.auth import require
from api.bodies import one_body
from api.dependencies import ServiceOf, zone_of
from api.forms import Form, read_form
from api.model_calls import model_call
from api.narrowing import Narrowing, checked_filters
from api.openapi import example_body
from api.paging import MAX_LIMIT
from api.routes.feedback import NearList, near
from api.strict_json import parse, usable
from pipelines.service import Service
from voc.errors import BadQueryError
from voc.keys import Key, Scope

router = APIRouter(tags=["search"])
LONGEST_QUERY = 1_000
NAMES = frozenset({"query", "limit", "filters", *Narrowing.model_fields})


class SearchForm(Form):
    """What to look for, and among which comments."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": "cannot log in", "limit": 10, "filters": {"language": "ja", "since": "2026-04-01"}}]}
    )

    query: StrictStr = Field(description=f"1 to {LONGEST_QUERY} characters.", min_length=1, max_length=LONGEST_QUERY)
    limit: int = Field(default=20, ge=1, le=MAX_LIMIT)
    filters: Narrowing = Narrowing()


@router.post("/v1/search", openapi_extra=example_body(SearchForm))
async def search(request: Request, service: ServiceOf, _key: Annotated[Key, Depends(require(Scope.READ))]) -> NearList:
    """Find comments by their words and by meaning, best first."""
    return await model_call(request, partial(_search, service, await one_body(request)))


def _search(service: Service, raw: bytes) -> NearList:
    body = parse(raw)
    value: Any = usable(body.value, doubtful=body.doubtful, names=NAMES)
    words = value.get("query") if isinstance(value, dict) else None
    if not isinstance(words, str) or not words.strip() or len(words) > LONGEST_QUERY:
        raise BadQueryError(field="query", limit=LONGEST_QUERY)
    checked_filters(value.get("filters", {}), names=NAMES)
    form = read_form(SearchForm, value, names=NAMES)
    wanted = form.filters.wanted(zone=zone_of(service), clock=service.clock)
    hits = service.search(form.query, wanted=wanted, limit=form.limit)
    return NearList(data=near(service, hits))
