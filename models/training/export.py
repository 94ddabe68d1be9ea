"""Recipe of the served graph: the tuned student as an ONNX file, matrix products and embeddings in int8.

Embeddings are kept as one int8 row and one scale per token; queries, keys and values come from one product. Weights of the products are
quantised per output, their inputs by fixed ranges measured on examples or, behind the activation, by each token's own range, so that a
result does not depend on its batch.
"""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.tokenizer import PAD_ID, WINDOW_TOKENS
from models.training.student import DIMENSIONS, Student

log = logging.getLogger("models.training")

ATTENTION_HEADS = 12
INT8_MAX = 127.0
UINT8_MAX = 255.0
MOST_PAIR, A_LITTLE_COARSER = 128.0, 1.004
"""255 · 128 = 32,640, and 16 bits hold 32,767."""
SMOOTHING = 0.8
"""How much of an input's size moves into the weights (docs/decisions/0006-int8-with-fixed-ranges.md has what was measured)."""
LEAST_GELU, STEPS_BELOW_ZERO = -0.17, 16
"""No output of the activation (GELU) is smaller; of the 255 steps of a token's range so many lie below zero."""
OPERATORS: dict[str, dict[str, Any]] = {"MatMulIntegerToFloat": {"domain": "com.microsoft"}, "ReduceMax": {"axes": [-1], "keepdims": 1}}
"""What an operator is told besides its inputs."""


class Layer(nn.Module):
    """One transformer layer of BERT, queries, keys and values in one product."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        parts = [layer.attention.self.query, layer.attention.self.key, layer.attention.self.value]
        self.project = nn.Linear(DIMENSIONS, 3 * DIMENSIONS)
        self.project.weight = nn.Parameter(torch.cat([part.weight for part in parts]))
        self.project.bias = nn.Parameter(torch.cat([part.bias for part in parts]))
        self.attended, self.first_norm = layer.attention.output.dense, layer.attention.output.LayerNorm
        self.wide, self.narrow, self.second_norm = layer.intermediate.dense, layer.output.dense, layer.output.LayerNorm

    def products(self) -> tuple[nn.Linear, ...]:
        """Return the products with constant weights, in the order of the graph."""
        return (self.project, self.attended, self.wide, self.narrow)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        """Return the next hidden states [n, length, 384]; ``bias`` [n, 1, 1, length] keeps padding out."""
        size = DIMENSIONS // ATTENTION_HEADS
        parts = self.project(hidden).split(DIMENSIONS, dim=2)
        query, key, value = (part.reshape(hidden.shape[0], -1, ATTENTION_HEADS, size).transpose(1, 2) for part in parts)
        weights = (query @ key.transpose(2, 3) / math.sqrt(size) + bias).softmax(3)
        mixed = (weights @ value).transpose(1, 2).reshape(hidden.shape[0], -1, DIMENSIONS)
        hidden = self.first_norm(hidden + self.attended(mixed))
        return cast("Tensor", self.second_norm(hidden + self.narrow(nn.functional.gelu(self.wide(hidden)))))


class Served(nn.Module):
    """The student as it is served: ``ids`` [n, length] padded with 0 → vectors and features, each [n, 384]."""

    def __init__(self, student: Student, *, int8_words: bool) -> None:
        super().__init__()
        parts = student.body.embeddings
        words = torch.cat([cast("Tensor", student.english), student.japanese.detach()]) + parts.token_type_embeddings.weight[0].detach()
        self.int8_words = int8_words
        scales = words.abs().amax(1, keepdim=True) / INT8_MAX
        self.register_buffer("words", (words / scales).round().to(torch.int8) if int8_words else words)
        self.register_buffer("scales", scales)
        self.register_buffer("positions", parts.position_embeddings.weight[:WINDOW_TOKENS].detach().clone())
        self.norm = parts.LayerNorm
        self.layers = nn.ModuleList([Layer(layer) for layer in student.body.encoder.layer])
        self.attention = student.attention

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Return vectors and features as ``Student`` does."""
        mask = ids != PAD_ID
        words = nn.functional.embedding(ids, cast("Tensor", self.words))
        if self.int8_words:
            words = words.float() * nn.functional.embedding(ids, cast("Tensor", self.scales))
        hidden = self.norm(words + cast("Tensor", self.positions)[: ids.shape[1]])
        bias = (1.0 - mask.float())[:, None, None, :] * -1e4
        for layer in self.layers:
            hidden = layer(hidden, bias)
        weights = mask.float()[:, :, None]
        vectors = nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=1)
        scores = self.attention(hidden) + (weights - 1.0) * 1e4
        return vectors, (hidden * scores.softmax(1)).sum(1)


def export(student: Student, path: Path, *, examples: Sequence[Sequence[int]] | None = None) -> None:
    """Write the graph: in float32, or in int8 with ranges taken from ``examples``, token ids of typical sentences."""
    served = Served(student, int8_words=examples is not None).eval()
    shape = torch.randint(1_000, 40_000, (2, 9))
    shape[0, 6:] = PAD_ID
    axes = {"ids": {0: "n", 1: "length"}, "vectors": {0: "n"}, "features": {0: "n"}}
    torch.onnx.export(
        served, (shape,), str(path), input_names=["ids"], output_names=["vectors", "features"], dynamic_axes=axes,
        opset_version=17, dynamo=False,
    )  # fmt: skip
    if examples is not None:
        quantise(path, product_inputs(served, examples))
    log.info("%s: %.1f MB", path.name, path.stat().st_size / 1e6)


def product_inputs(served: Served, examples: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
    """Return what enters each product on the examples, in the order of the graph, each [rows, inputs]."""
    seen: list[list[NDArray[np.float32]]] = []
    hooks = []
    for layer in served.layers:
        for product in cast("Layer", layer).products():
            seen.append([])
            hooks.append(product.register_forward_hook(partial(_remember, seen[-1])))
    with torch.inference_mode():
        for row in examples:
            served(torch.tensor([row]))
    for hook in hooks:
        hook.remove()
    return [np.concatenate(parts) for parts in seen]


def _remember(kept: list[NDArray[np.float32]], _: nn.Module, given: tuple[Tensor], __: Tensor) -> None:
    kept.append(given[0].reshape(-1, given[0].shape[-1]).numpy().astype(np.float32))


Step = tuple[str, tuple[str, ...], str]
"""A node of the graph: operator, inputs, output; names are the product's own, but for ``input`` and ``output``; an empty one is none."""


@dataclass(frozen=True)
class Int8Product:
    """x·W + b in int8: constants by name, and the steps from ``input`` to ``output``."""

    constants: Mapping[str, NDArray[Any]]
    steps: tuple[Step, ...]

    def nodes(self, source: str, name: str, target: str) -> list[Any]:
        """Return the product's nodes."""
        from onnx import helper

        ends = {"input": source, "output": target, "": ""}
        named = {part: ends.get(part, f"{name}.{part}") for _, taken, made in self.steps for part in (*taken, made)}
        return [
            helper.make_node(kind, [named[part] for part in taken], [named[made]], **OPERATORS.get(kind, {}))
            for kind, taken, made in self.steps
        ]

    def tensors(self, name: str) -> list[Any]:
        """Return the product's constants."""
        from onnx import numpy_helper

        return [numpy_helper.from_array(value, f"{name}.{part}") for part, value in self.constants.items()]


def by_fixed_range(weight: NDArray[np.float32], bias: NDArray[np.float32], inputs: NDArray[np.float32]) -> Int8Product:
    """Return the product with one range for all inputs, that of the examples; weight [inputs, outputs], inputs [rows, inputs]."""
    smooth, rounded, weight_scale = int8_weight(weight, inputs)
    low, high = min(0.0, float((inputs * smooth).min())), max(0.0, float((inputs * smooth).max()))
    scale = (high - low) / UINT8_MAX
    constants: dict[str, NDArray[Any]] = {"smooth": smooth, "weight": rounded, "weight_scale": weight_scale, "bias": bias}
    constants |= {"scale": np.array(scale, np.float32), "zero": np.array(round(-low / scale), np.uint8)}
    return Int8Product(
        constants,
        (
            ("Mul", ("input", "smooth"), "smoothed"),
            ("QuantizeLinear", ("smoothed", "scale", "zero"), "int8"),
            ("MatMulIntegerToFloat", ("int8", "weight", "scale", "weight_scale", "zero", "", "bias"), "output"),
        ),
    )


def by_token(weight: NDArray[np.float32], bias: NDArray[np.float32], _: NDArray[np.float32]) -> Int8Product:
    """Return the product with a range for each token, from ``LEAST_GELU`` to its largest input.

    Behind the activation a few inputs of a few tokens are very large, and one range for all would leave the others a handful of steps.
    """
    rounded, weight_scale = rounded_weight(weight)
    constants: dict[str, NDArray[Any]] = {"weight": rounded, "weight_scale": weight_scale, "bias": bias}
    constants |= {"zero": np.array(STEPS_BELOW_ZERO, np.uint8)}
    numbers = {"step": 1 / (UINT8_MAX - STEPS_BELOW_ZERO), "least": -LEAST_GELU / STEPS_BELOW_ZERO, "one": 1.0}
    return Int8Product(
        constants | {name: np.array(value, np.float32) for name, value in numbers.items()},
        (
            ("ReduceMax", ("input",), "largest"),
            ("Mul", ("largest", "step"), "wanted"),
            ("Max", ("wanted", "least"), "scale"),
            ("Div", ("input", "scale"), "scaled"),
            ("QuantizeLinear", ("scaled", "one", "zero"), "int8"),
            ("MatMulIntegerToFloat", ("int8", "weight", "one", "weight_scale", "zero"), "product"),
            ("Mul", ("product", "scale"), "back"),
            ("Add", ("back", "bias"), "output"),
        ),
    )


def int8_weight(
    weight: NDArray[np.float32], inputs: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.int8], NDArray[np.float32]]:
    """Return what inputs are multiplied by [inputs], the weight in int8 [inputs, outputs] and its scale [outputs].

    A few inputs of a BERT layer are many times larger than the rest and would take the whole int8 range; part of their size is moved into
    the weights (SmoothQuant, Xiao et al. 2023).
    """
    largest = np.maximum(np.abs(inputs).max(axis=0), 1e-5)
    heaviest = np.maximum(np.abs(weight).max(axis=1), 1e-5)
    moved = largest**SMOOTHING / heaviest ** (1 - SMOOTHING)
    smooth = (np.median(moved) / moved).astype(np.float32)
    return smooth, *rounded_weight(weight / smooth[:, None])


def rounded_weight(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return the weight in int8 [inputs, outputs] and its scale [outputs]; the same products on every processor.

    Processors without VNNI add products with inputs (0…255) two by two in 16 bits and cut larger sums off. Two weights of one output that
    stand side by side add up to ``MOST_PAIR`` at most here, so that none is too large.
    """
    scale = np.maximum(np.abs(weight).max(axis=0) / INT8_MAX, _largest_pair(weight) / MOST_PAIR)
    while True:
        rounded = np.clip(np.round(weight / scale), -INT8_MAX, INT8_MAX)
        over = _largest_pair(rounded) > MOST_PAIR  # by rounding
        if not over.any():
            return rounded.astype(np.int8), scale.astype(np.float32)
        scale = np.where(over, scale * A_LITTLE_COARSER, scale)


def _largest_pair(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the largest sum of one sign of two neighbouring inputs' weights [outputs]."""
    even = weight[: len(weight) // 2 * 2]
    pairs = [np.maximum(side[0::2], 0) + np.maximum(side[1::2], 0) for side in (even, -even)]
    return np.asarray(np.maximum(*pairs).max(axis=0, initial=0))


def quantise(path: Path, inputs: Sequence[NDArray[np.float32]]) -> None:
    """Replace each product with constant weights, and the addition after it, by its int8 form; in the file's place."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(path)
    graph = model.graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    wanted = iter(inputs)
    nodes: list[Any] = []
    gone: set[str] = set()
    for node in graph.node:
        if node.op_type == "Add" and node.output[0] in gone:
            continue
        if node.op_type != "MatMul" or node.input[1] not in constants or constants[node.input[1]].dims[1] == 1:
            nodes.append(node)
            continue
        add = next(other for other in graph.node if node.output[0] in other.input)
        bias = next(name for name in add.input if name != node.output[0])
        weight = numpy_helper.to_array(constants.pop(node.input[1]))
        form = by_token if "/narrow/" in node.output[0] else by_fixed_range
        product = form(weight, numpy_helper.to_array(constants.pop(bias)), next(wanted))
        nodes += product.nodes(node.input[0], node.output[0], add.output[0])
        constants |= {tensor.name: tensor for tensor in product.tensors(node.output[0])}
        gone.add(add.output[0])
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(constants.values())
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    onnx.save(model, path)
