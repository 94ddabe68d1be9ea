"""Recipe: the served graph read back into a student, its int8 weights as floats: to train it on, or to tell what int8 costs.

What rounding took away stays away; everything else is the student that was exported (``models.training.export``).
``python -m models.training.read_back FILE`` writes the shipped graph with all products in float32, the reference of
docs/decisions/0006-int8-with-fixed-ranges.md.
"""

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from models.artifacts import find_encoder, find_minilm
from models.encoder import GRAPH_FILE
from models.tokenizer import ENGLISH_TOKENS
from models.training.export import export
from models.training.student import DIMENSIONS, Student

_PRODUCT = re.compile(r"/layers\.(\d+)/(\w+)/MatMul_output_0")


def read_back(path: Path) -> Student:
    """Return the student of an int8 graph that ``export`` wrote."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    words = values["words"].astype(np.float32) * values["scales"]
    student = Student(find_minilm().folder, words[ENGLISH_TOKENS:]).cpu()
    state: dict[str, NDArray[Any]] = {"english": words[:ENGLISH_TOKENS]}
    state["body.embeddings.token_type_embeddings.weight"] = np.zeros((2, DIMENSIONS), np.float32)  # it lies in the words already
    positions = student.body.embeddings.position_embeddings.weight.detach().numpy()
    state["body.embeddings.position_embeddings.weight"] = np.concatenate([values["positions"], positions[len(values["positions"]) :]])
    state["attention.weight"] = next(values[node.input[1]] for node in graph.node if node.output[0] == "/attention/MatMul_output_0").T
    state |= {f"body.embeddings.LayerNorm.{part}": values[f"norm.{part}"] for part in ("weight", "bias")}
    for node in graph.node:
        if node.op_type == "MatMulIntegerToFloat":
            state |= _product(node.input[1].removesuffix(".weight"), values)
    for layer in range(student.body.config.num_hidden_layers):
        for name, place in (("first_norm", "attention.output"), ("second_norm", "output")):
            at = f"body.encoder.layer.{layer}.{place}.LayerNorm"
            state |= {f"{at}.{part}": values[f"layers.{layer}.{name}.{part}"] for part in ("weight", "bias")}
    student.load_state_dict(student.state_dict() | {name: torch.tensor(value) for name, value in state.items()})
    return student


def _product(name: str, values: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return weights and biases of one int8 product by their names in the student."""
    found = _PRODUCT.fullmatch(name)
    if found is None:
        raise ValueError(f"{name} is no product of a layer.")
    layer, kind = found.groups()
    weight = (values[f"{name}.weight"] * values[f"{name}.weight_scale"] * values.get(f"{name}.smooth", np.ones(1, np.float32))[:, None]).T
    places = {
        "project": [f"attention.self.{part}" for part in ("query", "key", "value")],
        "attended": ["attention.output.dense"],
        "wide": ["intermediate.dense"],
        "narrow": ["output.dense"],
    }[kind]
    parts = {"weight": np.split(weight, len(places)), "bias": np.split(values[f"{name}.bias"], len(places))}
    return {f"body.encoder.layer.{layer}.{at}.{part}": some[row] for part, some in parts.items() for row, at in enumerate(places)}


if __name__ == "__main__":
    export(read_back(find_encoder().folder / GRAPH_FILE), Path(sys.argv[1]))
