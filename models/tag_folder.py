"""Tag folder: what was learnt for a taxonomy, as files: taxonomy.yaml, model.safetensors, config.json and manifest.json.

Invariants: nothing is read before names and SHA-256 of all files were checked; no file can carry code; a folder that belongs to another
encoder is refused. The folder holds vectors, no words of a customer.
"""

import json
from pathlib import Path

import yaml

from models.artifacts import MANIFEST_NAME, verify_manifest, write_manifest
from voc.errors import BadFileError, ModelRejectedError
from voc.tag_learning import LearntTags, TagKeeper, TagQuality
from voc.taxonomy import load_taxonomy

TAXONOMY, WEIGHTS, CONFIG = "taxonomy.yaml", "model.safetensors", "config.json"


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
            if entry.name not in {TAXONOMY, WEIGHTS, CONFIG, MANIFEST_NAME}:
                message = f"The folder {path.name} holds something else ({entry.name}); name an empty or new one."
                raise BadFileError(message, field="out")

    def write(self, learnt: LearntTags) -> None:
        """Write the folder; its manifest comes last, so that a half-written folder is refused."""
        self.check_free()
        path = self._path
        path.mkdir(parents=True, exist_ok=True)
        (path / MANIFEST_NAME).unlink(missing_ok=True)
        tree = learnt.taxonomy.model_dump(mode="json")
        (path / TAXONOMY).write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), encoding="utf-8")
        (path / WEIGHTS).write_bytes(learnt.weights)
        config = {
            "encoder": learnt.encoder,
            "heads": learnt.config,
            "quality": [tag.model_dump(mode="json") for tag in learnt.quality],
        }
        (path / CONFIG).write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        write_manifest(path, name=learnt.taxonomy.name, version=learnt.version)

    def read(self, *, encoder: str) -> LearntTags:
        """Check the folder, then read it."""
        artifact = verify_manifest(self._path)
        try:
            config = json.loads((self._path / CONFIG).read_text(encoding="utf-8"))
            learnt = LearntTags(
                taxonomy=load_taxonomy(self._path / TAXONOMY),
                version=artifact.version,
                encoder=str(config["encoder"]),
                weights=(self._path / WEIGHTS).read_bytes(),
                config=config["heads"],
                quality=tuple(TagQuality(**tag) for tag in config["quality"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, OSError, yaml.YAMLError) as error:
            raise ModelRejectedError(model=artifact.name, file=CONFIG, reason="malformed file") from error
        refuse_other_encoder(learnt, encoder=encoder)
        return learnt


def refuse_other_encoder(learnt: LearntTags, *, encoder: str) -> None:
    """Refuse what was learnt from other vectors.

    Raises
    ------
    ModelRejectedError
        Saying what to do.
    """
    if learnt.encoder != encoder:
        message = "These tags were learnt from another encoder's vectors; learn them again (voc tags train) with the encoder in use."
        raise ModelRejectedError(
            message, model=learnt.taxonomy.name, reason="another encoder", learnt_with=learnt.encoder, encoder=encoder
        )
