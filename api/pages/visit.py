"""Visit: one request to a page: who looks, in which language, at which comments."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from api.pages.access import Visitor, visitor
from api.pages.reading import PageFigures
from api.pages.selection import Selection, read_selection
from api.pages.words import COOKIE, choose_language
from api.problems import ForbiddenError
from voc.alerts import Alert
from voc.drivers import IssueKind

if TYPE_CHECKING:
    from pipelines.service import Service


@dataclass(frozen=True)
class Visit:
    """What every page needs to know about its request."""

    request: Request
    service: "Service"
    language: str
    zone: ZoneInfo
    who: Visitor

    @cached_property
    def figures(self) -> PageFigures:
        """Writes numbers and days for this visitor."""
        return PageFigures(language=self.language, zone=self.zone)

    @cached_property
    def selection(self) -> Selection:
        """The conditions in the address.

        Raises
        ------
        BadFilterError
            If one of them cannot be read.
        """
        return read_selection(self.request.query_params, zone=self.zone)

    def query(self, name: str, default: str = "") -> str:
        """Return one value of the query string, without blanks around it."""
        return self.request.query_params.get(name, default).strip()

    def same_page(self, **changes: str | None) -> str:
        """Return this page's own address with some values changed; None takes one away."""
        merged: dict[str, str | None] = {**self.request.query_params, **changes}
        kept = {name: value for name, value in merged.items() if value is not None}
        path = self.request.url.path
        return f"{path}?{urlencode(kept)}" if kept else path

    def tag_name(self, tag_id: str) -> str:
        """Return a tag's name in the visitor's language; its id where the taxonomy no longer has it."""
        tag = self.service.tag(tag_id)
        return tag.small.in_language(self.language) if tag is not None else tag_id

    def issue_name(self, alert: Alert) -> str:
        """Return the name of an alert's issue: a tag's in the visitor's language, a topic's as it was then."""
        known = alert.issue_kind is IssueKind.TAG and self.service.tag(alert.issue_id) is not None
        return self.tag_name(alert.issue_id) if known else alert.issue_name

    def must_act(self) -> None:
        """Raise ForbiddenError unless the visitor may change things."""
        if not self.who.can_act:
            raise ForbiddenError

    def freshness(self) -> datetime | None:
        """Return when the latest result was computed."""
        with self.service.store.read() as unit:
            return unit.enrichments.freshness()[1]


def reader_language(request: Request) -> str:
    """Return the language the visitor reads."""
    return choose_language(
        asked=request.query_params.get("lang"),
        remembered=request.cookies.get(COOKIE),
        accepted=request.headers.get("accept-language"),
    )


def visit(request: Request, who: Annotated[Visitor, Depends(visitor)]) -> Visit:
    """Return the visit of a request that may read."""
    service: Service = request.app.state.service
    return Visit(
        request=request,
        service=service,
        language=reader_language(request),
        zone=ZoneInfo(service.settings.intake.default_timezone),
        who=who,
    )


Visiting = Annotated[Visit, Depends(visit)]
