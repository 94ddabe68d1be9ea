"""An application for the tests of this folder; it analyses only when a test says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.app import Running, running


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "data") as found:
        yield found


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Forty comments of twenty customers in ten accounts, analysed; half of them about signing in, with low scores."""
    with running(tmp_path_factory.mktemp("filled")) as found:
        for number in range(40):
            about = number % 2
            found.post(
                "/v1/feedback",
                {
                    "text": f"I cannot log in, it fails again ({number})." if about else f"The new report number {number} is great.",
                    "external_id": f"e{number}",
                    "scores": {"nps": number % 5 if about else 9},
                    "customer_id": f"c{number % 20}",
                    "account_id": f"a{number % 10}",
                    "submitted_at": f"2026-{1 + number % 10:02d}-{1 + number % 28:02d}T10:00:00+09:00",
                    "segment": "smb" if number % 3 else "enterprise",
                },
            )
        found.work()
        yield found
