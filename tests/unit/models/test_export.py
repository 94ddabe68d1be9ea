"""The served graph: int8 products stay near the float32 ones, and what they give does not depend on the batch."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.artifacts import ENCODER_FOLDER
from models.encoder import GRAPH_FILE
from models.training.export import LEAST_GELU, by_fixed_range, by_token, rounded_weight

FORMS = [by_fixed_range, by_token]


def drawn(seed, *, inputs=64, outputs=32, rows=200):
    """Weight, bias and inputs as they stand behind an activation: many small, none below its least value."""
    chance = np.random.default_rng(seed)
    values = chance.normal(size=(rows, inputs))
    values = np.maximum(values * (values > 0), LEAST_GELU * chance.random(values.shape))
    return tuple(part.astype(np.float32) for part in (chance.normal(size=(inputs, outputs)), chance.normal(size=outputs), values))


def run(product, inputs):
    nodes, tensors = product.nodes("x", "p", "y"), product.tensors("p")
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, None]) for name in ("x", "y")]
    graph = helper.make_graph(nodes, "graph", ends[:1], ends[1:], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)], ir_version=8)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": inputs})[0]


@pytest.mark.parametrize("form", FORMS)
def test_an_int8_product_is_near_the_float_product(form):
    weight, bias, inputs = drawn(1)
    wanted = inputs @ weight + bias
    assert np.abs(run(form(weight, bias, inputs), inputs) - wanted).mean() < 0.02 * np.abs(wanted).mean()


def test_a_few_very_large_inputs_do_not_take_the_range_of_the_others():
    """Why: BERT layers have such inputs before their first three products; with one range for all, the small ones would vanish."""
    weight, bias, inputs = drawn(2)
    inputs[:, 3] *= 60
    weight[3] /= 60
    wanted = inputs @ weight + bias
    assert np.abs(run(by_fixed_range(weight, bias, inputs), inputs) - wanted).mean() < 0.03 * np.abs(wanted).mean()


def test_a_token_with_very_large_inputs_leaves_the_others_their_precision():
    weight, bias, inputs = drawn(3)
    inputs[0] *= 200
    wanted = inputs @ weight + bias
    errors = [np.abs(run(form(weight, bias, inputs), inputs) - wanted)[1:].mean() for form in (by_token, by_fixed_range)]
    assert errors[0] < 0.02 * np.abs(wanted[1:]).mean() < 0.1 * errors[1]


@pytest.mark.parametrize("form", FORMS)
def test_a_result_does_not_depend_on_what_stands_beside_it(form):
    weight, bias, inputs = drawn(4)
    product = form(weight, bias, inputs)
    beside = np.concatenate([inputs[:1], 1_000 * np.abs(inputs[1:])])
    assert np.array_equal(run(product, beside)[0], run(product, inputs[:1])[0])


LARGEST_INPUT, INT16_MAX = 255, 32_767


def largest_sum(weight):
    """Of two neighbouring inputs' weights of one sign."""
    pairs = weight.astype(np.int64).reshape(-1, 2, weight.shape[1])
    return max(np.maximum(side, 0).sum(axis=1).max() for side in (pairs, -pairs))


@pytest.mark.parametrize("seed", range(5))
def test_two_products_added_in_sixteen_bits_are_not_cut_off(seed):
    weight, _, _ = drawn(seed)
    weight[10:12] = 3.0 * (-1) ** seed  # the two largest of every output stand side by side
    rounded, scale = rounded_weight(weight)
    assert largest_sum(rounded) * LARGEST_INPUT <= INT16_MAX
    assert np.abs(rounded * scale - weight).max() <= scale.max() * 0.501


def test_the_shipped_graph_is_exact_on_every_processor():
    """Why: on one without VNNI "Nobody was helpful." was no longer negative."""
    graph = onnx.load(ENCODER_FOLDER / GRAPH_FILE).graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    products = [node for node in graph.node if node.op_type == "MatMulIntegerToFloat"]
    assert len(products) == 24
    assert max(largest_sum(numpy_helper.to_array(weights[node.input[1]])) for node in products) * LARGEST_INPUT <= INT16_MAX
    ids = np.random.default_rng(0).integers(1_000, 40_000, (8, 24))
    assert np.array_equal(answer(ids, exact="0"), answer(ids, exact="1"))


def answer(ids, *, exact):
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", exact)
    session = onnxruntime.InferenceSession(ENCODER_FOLDER / GRAPH_FILE, options, providers=["CPUExecutionProvider"])
    return session.run(["features"], {"ids": ids})[0]
