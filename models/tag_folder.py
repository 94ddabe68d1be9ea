"""Tag folder: what was learnt for a taxonomy, as files: taxonomy, model and config, each named by its content, and manifest.json.

Invariants: nothing is read before names and SHA-256 of all files were checked; no file can carry code; a folder that belongs to another
encoder is refused. The folder holds vectors, no words of a customer. Writing puts the new files beside the old ones and then exchanges
the manifest in one step, so a folder is at every moment the old or the new one; what a stop left behind is never read, and goes with
the next writing.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from models.artifacts import MANIFEST_NAME, Manifest, manifest_json, manifest_of, verify_folder
from voc.errors import BadFileError, LearntTagsRejectedError
from voc.tag_learning import LearntTags, TagKeeper, TagQuality
from voc.taxonomy import load_taxonomy

TAXONOMY, WEIGHTS, CONFIG = "taxonomy.yaml", "model.safetensors", "config.json"
PART = ".part"
HASHED = r"(?:-[0-9a-f]{8})?"
OURS = re.compile(rf"(?:taxonomy{HASHED}\.yaml|model{HASHED}\.safetensors|config{HASHED}\.json|manifest\.json)(?:\.part)?")
"""Names of files of a tag folder, also of those a stop left behind."""
HASH_CHARS = 8


class TagFolder(TagKeeper):
    """The folder at a path, present or not."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def check_free(self) -> None:
        """Refuse to write where something else lies."""
        path = self._path
        if path.exists() and not path.is_dir():
            raise BadFileError(f"{path.name} is a file; name a folder.", field="out")
        for entry in path.iterdir() if path.exists() else ():
            if not OURS.fullmatch(entry.name):
                message = f"The folder {path.name} holds something else ({entry.name}); name an empty or new one."
                raise BadFileError(message, field="out")

    def write(self, learnt: LearntTags) -> None:
        """Write the folder; the new manifest takes the old one's place when all it names is there."""
        self.check_free()
        self._path.mkdir(parents=True, exist_ok=True)
        config = {
            "encoder": learnt.encoder,
            "heads": learnt.config,
            "quality": [tag.model_dump(mode="json") for tag in learnt.quality],
        }
        tree = learnt.taxonomy.model_dump(mode="json")
        files = {
            TAXONOMY: yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode(),
            WEIGHTS: learnt.weights,
            CONFIG: (json.dumps(config, ensure_ascii=False, indent=1) + "\n").encode(),
        }
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        named = {_named(name, hashes[name]): content for name, content in files.items()}
        for name, content in named.items():
            self._put(name, content)
        manifest = Manifest(
            name=learnt.taxonomy.name,
            version=learnt.version,
            files={_named(name, sha256): sha256 for name, sha256 in hashes.items()},
        )
        self._put(MANIFEST_NAME, manifest_json(manifest).encode())
        for left in self._ours() - named.keys() - {MANIFEST_NAME}:
            (self._path / left).unlink()

    def read(self, *, encoder: str) -> LearntTags:
        """Check the folder, then read it."""
        manifest = manifest_of(self._path)
        left_behind = manifest.beside | self._ours()
        artifact = verify_folder(self._path, manifest=manifest.model_copy(update={"beside": left_behind}))
        try:
            config = json.loads((self._path / _of_kind(manifest.files, CONFIG)).read_text(encoding="utf-8"))
            learnt = LearntTags(
                taxonomy=load_taxonomy(self._path / _of_kind(manifest.files, TAXONOMY)),
                version=artifact.version,
                encoder=str(config["encoder"]),
                weights=(self._path / _of_kind(manifest.files, WEIGHTS)).read_bytes(),
                config=config["heads"],
                quality=tuple(TagQuality(**tag) for tag in config["quality"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, OSError, yaml.YAMLError) as error:
            why = "its configuration or taxonomy is not as voc tags train writes it"
            raise LearntTagsRejectedError.of(artifact.name, why=why, file=CONFIG) from error
        refuse_other_encoder(learnt, encoder=encoder)
        return learnt

    def _put(self, name: str, content: bytes) -> None:
        """Write a file of which nobody ever sees a part under its name."""
        part = self._path / (name + PART)
        with part.open("wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        part.replace(self._path / name)

    def _ours(self) -> set[str]:
        """Return the names in the folder that are of its kind."""
        return {entry.name for entry in self._path.iterdir() if OURS.fullmatch(entry.name)} if self._path.is_dir() else set()


def _named(name: str, sha256: str) -> str:
    """Return a file's name with the beginning of its hash: other content never has the name of content that is in use."""
    stem, _, ending = name.partition(".")
    return f"{stem}-{sha256[:HASH_CHARS]}.{ending}"


def _of_kind(names: Iterable[str], name: str) -> str:
    """Return which of the names is that of the kind's file; there must be one.

    Raises
    ------
    ValueError
        If there is none, or several.
    """
    stem, _, ending = name.partition(".")
    (found,) = [one for one in names if OURS.fullmatch(one) and one.startswith(stem) and one.endswith(f".{ending}")]
    return found


def refuse_other_encoder(learnt: LearntTags, *, encoder: str) -> None:
    """Refuse what was learnt from other vectors.

    Raises
    ------
    LearntTagsRejectedError
        Naming both encoders.
    """
    if learnt.encoder != encoder:
        why = "they were learnt from another encoder's vectors, so learn them again with the encoder in use"
        raise LearntTagsRejectedError.of(learnt.taxonomy.name, why=why, learnt_with=learnt.encoder, encoder=encoder)
