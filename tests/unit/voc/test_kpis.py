"""KPI formulas and ranges."""

import doctest
import math

import pytest

from voc import kpis
from voc.errors import OutOfRangeError
from voc.kpis import Kpi, check_range, contribution, figure


def test_the_examples_in_the_docstrings_hold() -> None:
    failed, tried = doctest.testmod(kpis)
    assert (failed, tried > 5) == (0, True)


@pytest.mark.parametrize(
    ("kpi", "value"),
    [
        (Kpi.NPS, -1), (Kpi.NPS, 11), (Kpi.NPS, 7.5), (Kpi.CSAT, 0), (Kpi.CSAT, 6), (Kpi.CES, 8), (Kpi.CHURN, 0.5),
        (Kpi.RESPONSE_HOURS, -0.1), (Kpi.REVENUE, -1), (Kpi.REVENUE, math.inf), (Kpi.NPS, math.nan), (Kpi.REVENUE, 1e300),
    ],
)  # fmt: skip
def test_a_value_outside_the_range_is_refused_and_the_range_is_named(kpi: Kpi, value: float) -> None:
    with pytest.raises(OutOfRangeError) as caught:
        check_range(kpi, value)
    assert caught.value.facts["low"] == kpis.SCALES[kpi].low


@pytest.mark.parametrize(("answer", "part"), [(0, -100), (6, -100), (7, 0), (8, 0), (9, 100), (10, 100)])
def test_nps_bands(answer: int, part: float) -> None:
    assert contribution(Kpi.NPS, answer) == part


def test_no_answer_gives_no_figure_rather_than_zero() -> None:
    assert figure(Kpi.NPS, []).value is None


@pytest.mark.parametrize("kpi", list(Kpi))
def test_the_mean_of_contributions_is_the_figure(kpi: Kpi) -> None:
    values = [1.0, 1.0, 1.0]
    assert figure(kpi, values).value == contribution(kpi, 1.0)
