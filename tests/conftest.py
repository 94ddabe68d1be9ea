"""Fixtures all tests share. Every test starts from an environment without ``VOC_`` settings."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import postgres
from tests.support.stores import new_store
from voc.store import Store

ROOT = Path(__file__).parent.parent

settings.register_profile("same each time", derandomize=True, database=None)
settings.register_profile("search", max_examples=1000)
settings.load_profile(os.environ.get("VOC_HYPOTHESIS", "same each time"))


@pytest.fixture(autouse=True)
def _clean_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("VOC_") and name not in ("VOC_TEST_POSTGRES", "VOC_SHARED_DATA", "VOC_SHOTS")]:
        monkeypatch.delenv(name)


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty SQLite store."""
    opened = new_store(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.server() as address:
        yield address


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real feedback data, which is never part of the project."""
    folder = Path(os.environ.get("VOC_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data beside the checkout ({folder}); set VOC_SHARED_DATA")
    return folder
