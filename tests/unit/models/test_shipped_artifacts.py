"""Every model folder the program ships or depends on: complete and unchanged it is taken, touched in any way it is refused unread.

S-MOD-1…6: wrong hash, extra file, foreign class, activation function, expression without end, missing file. A new folder under
``models/artifacts`` is tested without being named here.
"""

import json
import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from models import artifacts
from models.artifacts import (
    ENCODER_FOLDER,
    MANIFEST_NAME,
    MINILM,
    Artifact,
    Manifest,
    find_minilm,
    model_hash,
    verify_folder,
    verify_manifest,
    write_manifest,
)
from voc.errors import ModelRejectedError

FOLDERS = sorted(path for path in ENCODER_FOLDER.parent.glob("*") if path.is_dir())


@dataclass
class Shipped:
    """A copy of a model's folder, as links, and how the program checks it."""

    source: Path
    folder: Path
    manifest: Manifest | None

    def check(self) -> Artifact:
        return verify_manifest(self.folder) if self.manifest is None else verify_folder(self.folder, manifest=self.manifest)

    def files(self) -> list[str]:
        known = self.manifest or Manifest.model_validate_json((self.source / MANIFEST_NAME).read_bytes())
        return sorted(known.files)

    def replace(self, name: str, content: bytes) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).unlink(missing_ok=True)
        (self.folder / name).write_bytes(content)

    def agree(self) -> None:
        """Let the list of files match what now lies there: what is left is the look at the content."""
        (self.folder / MANIFEST_NAME).unlink(missing_ok=True)  # it may be a link to the true one
        found = write_manifest(self.folder, name="touched", version="1")
        if self.manifest is not None:
            (self.folder / MANIFEST_NAME).unlink()
            self.manifest = found

    def refusal(self) -> tuple[str, str]:
        with pytest.raises(ModelRejectedError) as caught:
            self.check()
        return caught.value.facts["file"], caught.value.facts["reason"]


@pytest.fixture(params=[*FOLDERS, MINILM.name], ids=lambda value: getattr(value, "name", value))
def shipped(request, tmp_path):
    source = find_minilm().folder if request.param == MINILM.name else request.param
    manifest = MINILM if request.param == MINILM.name else None
    for path in source.rglob("*"):
        if path.is_file():
            target = tmp_path / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(path)
    return Shipped(source=source, folder=tmp_path, manifest=manifest)


def test_as_it_was_made_it_is_taken(shipped):
    assert shipped.check().sha256


def test_one_changed_byte_in_any_file_is_refused(shipped):
    for name in shipped.files():
        path = shipped.folder / name
        original = path.resolve()
        content = bytearray(original.read_bytes())
        content[len(content) // 2] ^= 1
        shipped.replace(name, bytes(content))
        assert shipped.refusal() == (name, "wrong hash")
        path.unlink()
        path.symlink_to(original)
    shipped.check()


def test_one_byte_more_or_less_is_refused(shipped):
    name = shipped.files()[0]
    content = (shipped.folder / name).read_bytes()
    for other in (content + b"\n", content[:-1], b""):
        shipped.replace(name, other)
        assert shipped.refusal() == (name, "wrong hash")


def test_any_missing_file_is_refused(shipped):
    for name in shipped.files():
        original = (shipped.folder / name).resolve()
        (shipped.folder / name).unlink()
        assert shipped.refusal() == (name, "missing file")
        (shipped.folder / name).symlink_to(original)


@pytest.mark.parametrize("name", ["modeling.py", "pytorch_model.bin", "x.pkl", "weights.pt", "custom_ops.so", "deep/inside/x.pyc"])
def test_an_added_file_that_can_carry_code_is_refused(shipped, name):
    shipped.replace(name, b"raise SystemExit")
    assert shipped.refusal() == (name, "file of a kind that can carry code")


@pytest.mark.parametrize("name", ["notes.txt", "tokenizer.fr.json", "weights.onnx.data", ".hidden", "deep/model.safetensors"])
def test_any_other_added_file_is_refused(shipped, name):
    shipped.replace(name, b"x")
    assert shipped.refusal() == (name, "file that is not on the list")


def test_a_link_out_of_the_folder_is_no_way_in(shipped, tmp_path_factory):
    (shipped.folder / "linked").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    (shipped.folder / "loose.json").symlink_to("/nowhere")
    assert shipped.refusal() == ("loose.json", "file that is not on the list")


FOREIGN = {
    "auto_map": ("config.json", {"auto_map": {"AutoModel": "modeling.Evil"}}, "points to code that comes along: auto_map"),
    "activation": ("config.json", {"activation_function": "os.abort"}, "names foreign code: activation_function os.abort"),
    "module": ("modules.json", [{"idx": 0, "path": "", "type": "evil_module.Evil"}], "names a foreign class: evil_module.Evil"),
    "expression": ("tokenizer.json", {"normalizer": {"pattern": {"Regex": "(a+)+$"}}}, "regular expression that can take exponential time"),
}


@pytest.mark.parametrize(("name", "content", "reason"), FOREIGN.values(), ids=FOREIGN.keys())
def test_foreign_code_is_refused_even_where_the_list_agrees(shipped, monkeypatch, name, content, reason):
    """Why: whoever can change a file may change the list beside it too; loading must not run anything even then."""
    for run in ((os, "system"), (os, "abort"), (subprocess, "Popen"), (socket, "socket")):
        monkeypatch.setattr(*run, lambda *_, **__: pytest.fail("something was executed"))
    shipped.replace(name, json.dumps(content).encode())
    shipped.agree()
    assert shipped.refusal() == (name, reason)


def test_an_onnx_file_that_reaches_outside_is_refused_even_where_the_list_agrees(shipped):
    outside = b"\x42\x02\x10\x11" + b"\x3a\x06\x2a\x04\x6a\x00\x70\x01"  # opset 17; graph > initializer > external data
    shipped.replace("model.onnx", outside)
    shipped.agree()
    assert shipped.refusal() == ("model.onnx", "keeps data in another file")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_its_list_is_pinned_in_the_program_too(folder):
    """Why: a folder and its list could be exchanged together; the program knows the list it was made with."""
    pins = {value for name, value in vars(artifacts).items() if name.endswith("_SHA256")}
    manifest = Manifest.model_validate_json((folder / MANIFEST_NAME).read_bytes())
    assert model_hash(manifest.files) in pins


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_it_says_what_it_is_made_of(folder):
    names = {path.name for path in folder.iterdir()}
    assert {"LICENCES", "scorecard.json", "config.json", MANIFEST_NAME} <= names
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= 60_000_000
