"""The description and the service agree: requests made from the description are answered as it says, and nothing breaks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.support.served import Served, end, start

EXAMPLES = 10
RULES = json.loads((Path(__file__).parents[1] / "data" / "authz_rules.json").read_text("utf-8"))
UNEXPLAINED_BY_SHAPE = [
    positive_data_acceptance,  # a shape cannot say: no blank text, no future date, a date that exists, a known id
    negative_data_rejection,  # forgiving on purpose: numbers as text, null and "" as absent, unknown simple fields as metadata
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    found = start(tmp_path_factory.mktemp("schema") / "data")
    httpx.post(f"{found.address}/v1/feedback", json={"text": "I cannot log in.", "customer_id": "x"}, headers=found.headers)
    yield found
    end(found)


@pytest.fixture(scope="module")
def described(served: Served) -> Any:
    return schemathesis.openapi.from_url(f"{served.address}/openapi.json")


@pytest.mark.parametrize("rule", RULES)
def test_every_operation_answers_as_described(served: Served, described: Any, rule: str) -> None:
    method, path = rule.split()

    @given(described[path][method].as_strategy())
    @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def check(case: Any) -> None:
        case.call_and_validate(headers=served.headers, excluded_checks=UNEXPLAINED_BY_SHAPE)

    check()


def test_the_excluded_checks_exist() -> None:
    assert {check.__name__ for check in UNEXPLAINED_BY_SHAPE} <= {check.__name__ for check in CHECKS.get_all()}
