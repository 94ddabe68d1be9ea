"""Dependencies: what a route can ask of the application it belongs to."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from api.errors import language_of
from pipelines.figures.addresses import Addresses
from pipelines.service import Service
from voc.filters import FeedbackFilter
from voc.store.unit import Unit


def service_of(request: Request) -> Service:
    """Return the service behind the application."""
    service: Service = request.app.state.service
    return service


def reader_language(request: Request) -> str:
    """Return ``ja`` or ``en``: what the reader asked for."""
    return language_of(request.headers.get("accept-language"))


def zone_of(service: Service) -> ZoneInfo:
    """Return the zone in which dates without one are read and months are counted."""
    return ZoneInfo(service.settings.intake.default_timezone)


def addresses_of(
    unit: Unit, service: Service, *, wanted: FeedbackFilter | None = None, voices: dict[str, str] | None = None
) -> Addresses:
    """Return what gives the rows of an answer about these comments their addresses."""
    return Addresses(unit, taxonomy=service.taxonomy, zone=service.settings.intake.default_timezone, wanted=wanted, voices=voices)


ServiceOf = Annotated[Service, Depends(service_of)]
ReaderLanguage = Annotated[str, Depends(reader_language)]
