"""The served graph: int8 products stay near the float32 ones, and what they give does not depend on the batch."""

import numpy as np
import pytest

from models.training.export import WEIGHT_ZERO, int8_product


def product(weight, inputs):
    return int8_product(weight.astype(np.float32), inputs.astype(np.float32))


def applied(found, inputs):
    whole = np.round(inputs * found.smooth / found.scale) + found.zero
    clipped = np.clip(whole, 0, 255) - found.zero
    return (clipped @ (found.weight.astype(np.int64) - WEIGHT_ZERO)) * found.scale * found.weight_scale


def test_an_int8_product_is_near_the_float_product():
    chance = np.random.default_rng(1)
    weight, inputs = chance.normal(size=(64, 32)), chance.normal(size=(200, 64))
    error = applied(product(weight, inputs), inputs) - inputs @ weight
    assert np.abs(error).mean() < 0.02 * np.abs(inputs @ weight).mean()


def test_a_few_very_large_inputs_do_not_take_the_range_of_the_others():
    """Why: BERT layers have such inputs; with one range for all, the small ones would vanish."""
    chance = np.random.default_rng(2)
    weight, inputs = chance.normal(size=(64, 32)), chance.normal(size=(200, 64))
    inputs[:, 3] *= 60
    weight[3] /= 60
    error = applied(product(weight, inputs), inputs) - inputs @ weight
    assert np.abs(error).mean() < 0.03 * np.abs(inputs @ weight).mean()


def test_weights_and_zero_point_fit_their_types():
    found = product(np.eye(4), np.array([[1.0, -2.0, 3.0, 0.0]]))
    assert (found.weight.dtype, found.zero.dtype) == (np.uint8, np.uint8)
    assert found.scale == pytest.approx((np.max([[1, -2, 3, 0]] * found.smooth) - np.min([[1, -2, 3, 0]] * found.smooth)) / 255, rel=1e-5)
