"""An ONNX file stands on its own: no data in other files, no operators of foreign libraries; read without running it."""

import pytest

from models.onnx_files import foreign_parts


def number(field, value):
    return varint(field << 3) + varint(value)


def part(field, content):
    return varint(field << 3 | 2) + varint(len(content)) + content


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


OPSET, GRAPH, FUNCTION = 8, 7, 25
INLINE = part(8, b"weight") + part(9, b"\0" * 12)
EXTERNAL = part(8, b"weight") + part(13, part(1, b"location") + part(2, b"/etc/passwd")) + number(14, 1)


def opset(domain=b""):
    return part(OPSET, part(1, domain) + number(2, 17))


def written(tmp_path, *parts):
    path = tmp_path / "model.onnx"
    path.write_bytes(number(1, 8) + b"".join(parts))
    return path


def test_a_file_of_its_own_operators_and_data_is_taken(tmp_path):
    node = part(1, part(1, b"x") + part(4, b"MatMul") + part(5, part(1, b"value") + part(5, INLINE)))
    assert foreign_parts(written(tmp_path, opset(), opset(b"com.microsoft"), part(GRAPH, node + part(5, INLINE)))) is None


PLACES = {
    "a tensor of the graph": part(GRAPH, part(5, EXTERNAL)),
    "only its name": part(GRAPH, part(5, part(13, part(1, b"location") + part(2, b"x")))),
    "only the mark": part(GRAPH, part(5, number(14, 1))),
    "a sparse tensor": part(GRAPH, part(15, part(1, EXTERNAL))),
    "a constant of a node": part(GRAPH, part(1, part(5, part(5, EXTERNAL)))),
    "one of several constants": part(GRAPH, part(1, part(5, part(10, INLINE) + part(10, EXTERNAL)))),
    "a branch inside a node": part(GRAPH, part(1, part(5, part(6, part(5, EXTERNAL))))),
    "a function": part(FUNCTION, part(7, part(5, part(5, EXTERNAL)))),
    "training": part(20, part(1, part(5, EXTERNAL))),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_data_in_another_file_is_refused_wherever_it_hangs(tmp_path, place):
    """Why: the path is free, so a model could read any file of the machine into its answers."""
    assert foreign_parts(written(tmp_path, opset(), place)) == "keeps data in another file"


def test_operators_of_a_foreign_library_are_refused(tmp_path):
    assert foreign_parts(written(tmp_path, opset(), opset(b"evil.ops"))) == "names operators of a foreign library: evil.ops"


def test_operators_that_a_function_imports_are_looked_at_too(tmp_path):
    function = part(FUNCTION, part(10, b"own") + part(9, part(1, b"evil.ops")))
    assert foreign_parts(written(tmp_path, opset(), opset(b"own"), function)) == "names operators of a foreign library: evil.ops"


def test_operators_the_file_itself_defines_are_its_own(tmp_path):
    assert foreign_parts(written(tmp_path, opset(), opset(b"own"), part(FUNCTION, part(10, b"own")))) is None


@pytest.mark.parametrize("content", [b"", b"not a model", b"\xff" * 40, part(GRAPH, b"\x0a\x7fshort"), number(GRAPH, 3), b"\x0b"])
def test_what_is_no_onnx_file_is_refused(tmp_path, content):
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    assert foreign_parts(path) == "is not an ONNX file"


def test_endless_nesting_is_refused(tmp_path):
    graph = b""
    for _ in range(200):
        graph = part(1, part(5, part(6, graph)))
    assert foreign_parts(written(tmp_path, opset(), part(GRAPH, graph))) == "is not an ONNX file"


def test_the_reader_agrees_with_the_onnx_library(tmp_path):
    onnx = pytest.importorskip("onnx", reason="the onnx library is needed only where models are made")
    numpy_helper = onnx.numpy_helper
    import numpy as np

    weight = numpy_helper.from_array(np.zeros((4, 4), np.float32), "w")
    node = onnx.helper.make_node("MatMul", ["x", "w"], ["y"])
    value = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 4]) for name in "xy"]
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "g", value[:1], value[1:], [weight]))
    onnx.save(model, tmp_path / "own.onnx")
    assert foreign_parts(tmp_path / "own.onnx") is None
    onnx.save(model, tmp_path / "split.onnx", save_as_external_data=True, size_threshold=0)
    assert foreign_parts(tmp_path / "split.onnx") == "keeps data in another file"
