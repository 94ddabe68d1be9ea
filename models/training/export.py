"""Recipe of the served graph: the tuned student as an ONNX file, matrix products and embeddings in int8.

Embeddings are kept as one int8 row and one scale per token; queries, keys and values come from one product. Weights of the products are
quantised per output, their inputs by fixed ranges measured on examples, so that a result does not depend on its batch.
"""

import logging
import math
from collections.abc import Sequence
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
WEIGHT_ZERO = 128
"""Weights are uint8 around it: of int8 ones, processors without VNNI add pairs of products in 16 bits and cut large ones off."""
SMOOTHING = 0.65
"""How much of an input's size moves into the weights; 0.5 and 0 gave vectors further from float32 (see LOG.md)."""


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


@dataclass(frozen=True)
class Int8Product:
    """x·W in int8: inputs are multiplied by ``smooth`` [inputs], brought to uint8 by ``scale`` and ``zero``; weights per output."""

    smooth: NDArray[np.float32]
    scale: NDArray[np.float32]
    zero: NDArray[np.uint8]
    weight: NDArray[np.uint8]
    weight_scale: NDArray[np.float32]


def int8_product(weight: NDArray[np.float32], inputs: NDArray[np.float32]) -> Int8Product:
    """Choose the ranges of one product, weight [inputs, outputs].

    A few inputs of a BERT layer are many times larger than the rest and would take the whole int8 range; part of their size is moved into
    the weights (SmoothQuant, Xiao et al. 2023). The range is fixed, so a sentence's result does not depend on what stands beside it.
    """
    largest = np.maximum(np.abs(inputs).max(axis=0), 1e-5)
    heaviest = np.maximum(np.abs(weight).max(axis=1), 1e-5)
    moved = largest**SMOOTHING / heaviest ** (1 - SMOOTHING)
    smooth = (np.median(moved) / moved).astype(np.float32)
    low, high = min(0.0, float((inputs * smooth).min())), max(0.0, float((inputs * smooth).max()))
    scale = (high - low) / UINT8_MAX
    moved_weight = weight / smooth[:, None]
    weight_scale = np.abs(moved_weight).max(axis=0) / INT8_MAX
    return Int8Product(
        smooth=smooth,
        scale=np.array(scale, np.float32),
        zero=np.array(round(-low / scale), np.uint8),
        weight=(np.clip(np.round(moved_weight / weight_scale), -INT8_MAX, INT8_MAX) + WEIGHT_ZERO).astype(np.uint8),
        weight_scale=weight_scale.astype(np.float32),
    )


def quantise(path: Path, inputs: Sequence[NDArray[np.float32]]) -> None:
    """Replace each product with constant weights, and the addition after it, by its int8 form; in the file's place."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(path)
    graph = model.graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    constants["weight_zero"] = numpy_helper.from_array(np.array(WEIGHT_ZERO, np.uint8), "weight_zero")
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
        product = int8_product(numpy_helper.to_array(constants.pop(node.input[1])), next(wanted))
        name = node.output[0]
        for field in ("smooth", "scale", "zero", "weight", "weight_scale"):
            constants[f"{name}.{field}"] = numpy_helper.from_array(getattr(product, field), f"{name}.{field}")
        nodes += [
            helper.make_node("Mul", [node.input[0], f"{name}.smooth"], [f"{name}.smoothed"]),
            helper.make_node("QuantizeLinear", [f"{name}.smoothed", f"{name}.scale", f"{name}.zero"], [f"{name}.int8"]),
            helper.make_node(
                "MatMulIntegerToFloat",
                [f"{name}.int8", f"{name}.weight", f"{name}.scale", f"{name}.weight_scale", f"{name}.zero", "weight_zero", bias],
                [add.output[0]],
                domain="com.microsoft",
            ),
        ]
        gone.add(add.output[0])
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(constants.values())
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    onnx.save(model, path)
