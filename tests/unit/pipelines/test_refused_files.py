"""Refused files seen before anything is analysed: by `voc status`, and by the service from its start until they are mended."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from models import artifacts
from pipelines import service as working
from pipelines.assembly import build_service
from tests.support.app import fake_service
from tests.support.commands import here, said_here
from tests.support.stores import new_store
from voc.errors import ModelRejectedError
from voc.settings import DatabaseSettings, Settings

REFUSAL = ModelRejectedError("The model m was not loaded: wrong hash (w).", model="m", file="w", reason="wrong hash")


@pytest.fixture
def one_byte_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "voc-encoder-1"
    folder.mkdir()
    for file in artifacts.ENCODER_FOLDER.iterdir():
        (folder / file.name).symlink_to(file)
    content = (folder / "heads.json").read_bytes()
    (folder / "heads.json").unlink()
    (folder / "heads.json").write_bytes(content[:-1] + b" ")
    monkeypatch.setattr(artifacts, "ENCODER_FOLDER", folder)


def until(done: Callable[[], bool]) -> bool:
    start = time.monotonic()
    while not done() and time.monotonic() - start < 20:
        time.sleep(0.01)
    return done()


def test_status_says_whether_the_shipped_files_are_in_order(tmp_path: Path) -> None:
    new_store(tmp_path, DatabaseSettings()).close()
    assert said_here(tmp_path, "status")["models"] == {"files": "in order"}
    assert "models: files in order" in here(tmp_path, "status").stdout


@pytest.mark.usefixtures("one_byte_changed")
def test_status_and_a_start_tell_of_a_changed_byte(tmp_path: Path) -> None:
    new_store(tmp_path, DatabaseSettings()).close()
    said = said_here(tmp_path, "status")["models"]
    assert (said["files"], said["why"]) == ("refused", "The model voc-encoder was not loaded: wrong hash (heads.json).")
    started = build_service(Settings(data_dir=tmp_path))
    try:
        assert started.models.state() == "refused"
        assert started.models.last_error == said["why"]
    finally:
        started.store.close()


def test_a_service_that_has_nothing_to_do_tells_of_a_refusal_and_takes_up_mended_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "IDLE_S", 0.01)
    monkeypatch.setattr(working, "RETRY_S", 0.01)
    service, child = fake_service(tmp_path)
    child.refusal = REFUSAL
    service.models.refuse(REFUSAL)
    service.start()
    try:
        assert until(lambda: service.loop.error == "model_rejected")
        child.refusal = None
        assert until(lambda: service.loop.error is None)
        assert (service.models.state(), service.models.refusal) == ("ready", None)
    finally:
        service.close()
