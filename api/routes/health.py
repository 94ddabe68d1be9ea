"""Health: is the process alive, and is it ready to take comments in."""

import shutil
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.dependencies import ServiceOf
from pipelines.service import Service
from voc.errors import StorageError
from voc.store.engine import sqlite_is_affected, sqlite_version

router = APIRouter(tags=["health"])
RESERVE_BYTES = 200_000_000
WAL_NOTE = "one process, one writer connection, which does all checkpoints: the WAL-reset race needs two"


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Check(BaseModel):
    """One part: whether it is well, and what is known of it."""

    ok: bool
    reason: str | None = None
    facts: dict[str, Any] = {}


class Readiness(BaseModel):
    """Whether comments are taken in. Models that load or failed are told and do not close the door: comments wait."""

    status: Literal["ready", "not_ready"]
    reasons: list[str]
    checks: dict[str, Check]


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz() -> Alive:
    """Say that the process answers; nothing else is asked."""
    return Alive()


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Not ready, with reasons"}})
def readyz(service: ServiceOf, response: Response) -> Readiness:
    """Say whether comments are taken in, and how every part stands."""
    checks = {"intake": _intake(service), "database": _database(service), "disk": _disk(service), "models": _models(service)}
    checks |= {"loop": _loop(service)}
    needed = ("intake", "database", "disk")
    reasons = [str(checks[name].reason) for name in needed if not checks[name].ok]
    if reasons:
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return Readiness(status="not_ready" if reasons else "ready", reasons=reasons, checks=checks)


def _intake(service: Service) -> Check:
    return Check(ok=not service.stopping, reason="shutting_down" if service.stopping else None)


def _database(service: Service) -> Check:
    facts: dict[str, Any] = {"kind": service.store.kind}
    if service.store.kind == "sqlite":
        affected = sqlite_is_affected()
        facts |= {"sqlite_version": sqlite_version(), "wal_reset_race": affected}
        facts |= {"safe_because": WAL_NOTE} if affected else {}
    version = service.runner.stamp.version
    try:
        with service.store.read() as unit:
            waiting, oldest = unit.pending.count(version), unit.pending.oldest(version)
        facts["schema"] = service.store.revision()
    except StorageError as error:
        return Check(ok=False, reason=error.code, facts=facts)
    age_s = None if oldest is None else round(max(0.0, (service.clock() - oldest).total_seconds()), 1)
    return Check(ok=True, facts={**facts, "waiting": waiting, "oldest_age_s": age_s})


def _disk(service: Service) -> Check:
    try:
        free = shutil.disk_usage(service.settings.data_dir).free
    except OSError:
        return Check(ok=False, reason="disk_unreadable")
    return Check(ok=free >= RESERVE_BYTES, reason=None if free >= RESERVE_BYTES else "disk_low", facts={"free_bytes": free})


def _models(service: Service) -> Check:
    state, refusal = service.models.state(), service.models.refusal
    reason = {"crashed": "model_crashed", "refused": "model_rejected"}.get(state)
    facts: dict[str, Any] = {"state": state, "error": service.models.last_error}
    if refusal is not None:
        facts |= {name: refusal.facts.get(name) for name in ("model", "file", "reason")} | {"kept": refusal.kept, "advice": refusal.advice}
    facts |= {"version": service.runner.stamp.version, "outputs": service.runner.stamp.outputs}
    return Check(ok=reason is None, reason=reason, facts=facts)


def _loop(service: Service) -> Check:
    loop = service.loop
    reason = loop.error or (None if loop.alive else "stopped")
    facts = {
        "alive": loop.alive,
        "last_enriched_at": loop.last_enriched_at,
        "last_concluded_at": loop.last_concluded_at,
    }
    return Check(ok=reason is None, reason=reason, facts=facts)
