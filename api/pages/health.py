"""Status: whether the service is ready, what waits, what failed, and which models speak."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.pages.looks import render
from api.pages.route import PageRoute
from api.pages.visit import Visit, Visiting
from voc.errors import StorageError

MOST_FAILED = 50
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class Check:
    """One thing that must work; ``state`` is ok, busy or bad."""

    name: str
    state: str
    detail: str


@router.get("/status")
def status(visit: Visiting) -> HTMLResponse:
    """Show how the service stands."""
    stamp = visit.service.runner.stamp
    with visit.service.store.read() as unit:
        context: dict[str, Any] = {
            "totals": unit.feedback.totals(),
            "waiting": unit.pending.count(stamp.version),
            "oldest": unit.pending.oldest(stamp.version),
            "failed": unit.pending.dead(limit=MOST_FAILED),
            "failed_count": unit.pending.dead_count(),
            "run": unit.journal.last_run(),
            "imports": unit.journal.imports(limit=20),
            "topic_run": unit.topics.current_run(),
            "stamped": unit.enrichments.count(stamp.version),
            "kpis": unit.kpis.counts(),
            "people": unit.customers.counts(),
        }
    return render(visit, "status.html", page="status", checks=checks(visit), model=stamp, loop=visit.service.loop, **context)


def checks(visit: Visit) -> list[Check]:
    """Return what readiness rests on."""
    service = visit.service
    try:
        service.store.check()
        storage = Check(name="storage", state="ok", detail=service.store.kind)
    except StorageError as error:
        storage = Check(name="storage", state="bad", detail=error.code)
    models = service.models.state()
    loop = service.loop
    return [
        storage,
        Check(name="models", state={"ready": "ok", "crashed": "bad", "refused": "bad"}.get(models, "busy"), detail=models),
        Check(
            name="loop",
            state="bad" if loop.error else ("ok" if loop.alive else "busy"),
            detail=loop.error or ("alive" if loop.alive else "stopped"),
        ),
    ]
