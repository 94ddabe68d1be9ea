"""The two databases every store contract is asked of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.support.builders import STAMP
from tests.support.postgres import emptied
from tests.support.stores import new_store
from voc.settings import DatabaseSettings
from voc.store import Store, open_store

VERSION = STAMP.version


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        opened = new_store(tmp_path / "data")
    else:
        address = emptied(request.getfixturevalue("postgres_server"))
        opened = open_store(tmp_path, DatabaseSettings(url=SecretStr(address)))
    yield opened
    opened.close()
