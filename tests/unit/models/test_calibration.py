"""What the heads state is set by dev rows: a temperature or a slope that is too sure is found, and one that is right is left."""

import numpy as np
import pytest

from models.heads import stated
from models.tagging import trusted
from models.training.calibration import likeliest, trust_of

RANDOM = np.random.default_rng(3)


def test_the_temperature_that_was_left_out_is_found() -> None:
    true = RANDOM.dirichlet(np.ones(3), size=4_000)
    wanted = np.array([RANDOM.choice(3, p=row) for row in true])
    assert likeliest(lambda temperature: stated(true, temperature), wanted) == pytest.approx(1.0, abs=0.1)
    too_sure = stated(true, 0.5)
    assert likeliest(lambda temperature: stated(too_sure, temperature), wanted) == pytest.approx(2.0, abs=0.15)


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (0.3, -0.5)])
def test_the_trust_scores_deserve_is_found(slope: float, offset: float) -> None:
    scores = RANDOM.uniform(0.2, 0.99, 20_000)
    right = RANDOM.random(len(scores)) < trusted(scores, slope, offset)
    assert trust_of(scores, right) == pytest.approx((slope, offset), abs=0.06)


def test_scores_that_say_the_opposite_are_not_turned_around() -> None:
    """Why: tags are given best first; a falling slope would state less for what is given first."""
    scores = np.linspace(0.2, 0.9, 200)
    assert trust_of(scores, scores < 0.5)[0] == pytest.approx(0.0, abs=1e-3)
