"""A running application over a real SQLite store and models that answer at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.main import create_app
from models.search_words import SearchWordReader
from pipelines.intake import Intake
from pipelines.progress import SilentProgress
from pipelines.run import Runner
from pipelines.service import Parts, Service
from tests.support.fake_models import FakeChild, FakeLanguage, FakeNear, FakeRedactor, fake_models, fake_teacher, understanding
from tests.support.stores import new_store
from voc.alerts import AlertRule
from voc.clock import Clock, utc_now
from voc.keys import Scope
from voc.settings import Settings
from voc.store.group_commit import GroupCommit
from voc.taxonomy import shipped_taxonomy


@dataclass
class Running:
    """An application that serves, with a key for each scope."""

    app: FastAPI
    service: Service
    client: TestClient
    child: FakeChild
    secrets: dict[Scope, str]

    def key(self, scope: Scope = Scope.ADMIN) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secrets[scope]}"}

    def post(self, path: str, body: Any, *, scope: Scope = Scope.ADMIN, **headers: str) -> Any:
        return self.client.post(path, json=body, headers=self.key(scope) | {name.replace("_", "-"): v for name, v in headers.items()})

    def get(self, path: str, *, scope: Scope = Scope.ADMIN, **query: Any) -> Any:
        return self.client.get(path, params=query, headers=self.key(scope))

    def rows(self) -> int:
        with self.service.store.read() as unit:
            return unit.feedback.totals()["all"]

    def work(self) -> None:
        """Do all pending work now, in this thread."""
        self.service.runner.run(SilentProgress())


def fake_service(data_dir: Path, *, clock: Clock = utc_now, **settings: Any) -> tuple[Service, FakeChild]:
    config = Settings(data_dir=data_dir, **settings)
    store = new_store(data_dir, config.database)
    commits = GroupCommit(store)
    models, child = fake_models()
    detector, redactor = FakeLanguage(), FakeRedactor()
    taxonomy = shipped_taxonomy()
    runner = Runner(
        store,
        models,
        stamp=understanding().stamp(),
        near=FakeNear(),
        settings=config.models,
        topics=config.topics,
        rule=AlertRule(min_accounts=config.alerts.min_accounts, window_days=config.alerts.window_days),
        taxonomy=taxonomy,
        clock=clock,
    )
    service = Service(
        Parts(
            settings=config,
            store=store,
            commits=commits,
            intake=Intake(detector=detector, redactor=redactor, writer=commits, clock=clock, folder=data_dir),
            models=models,
            runner=runner,
            taxonomy=taxonomy,
            detector=detector,
            redactor=redactor,
            clock=clock,
            words=SearchWordReader(),
            teacher=fake_teacher(),
        )
    )
    return service, child


def make_keys(service: Service, *, now: datetime) -> dict[Scope, str]:
    with service.store.write() as unit:
        return {scope: unit.keys.create(f"test {scope}", scopes={scope}, now=now)[1] for scope in Scope}


@contextmanager
def running(data_dir: Path, *, works: bool = False, clock: Clock = utc_now, **settings: Any) -> Iterator[Running]:
    """Serve; without ``works`` nothing is analysed until ``Running.work`` is called."""
    service, child = fake_service(data_dir, clock=clock, **settings)
    if not works:
        service._thread = Thread(target=lambda: None)
    secrets = make_keys(service, now=clock())
    app = create_app(service)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Running(app=app, service=service, client=client, child=child, secrets=secrets)
