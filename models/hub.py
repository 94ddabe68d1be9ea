"""Hub models: folders of transformers models the user chose, checked before anything of them is loaded.

Invariants: a hub model comes from one commit, out of the local cache unless downloading is allowed, and every cached file still has the
hash its cache entry is named by; weights are safetensors only; files that can carry code or lead to code refuse the whole folder
(``models.foreign_code``); code that comes along is never trusted. After this step every library works offline, from the folder.
"""

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError

from models.artifacts import content_hash, sha256_of
from models.foreign_code import refuse_code_files, refuse_foreign_code, rejected
from voc.errors import ModelRejectedError
from voc.model_source import ModelSource

WANTED_FILES = ("*.json", "*.safetensors", "*.model", "*.txt")
"""What is fetched of a hub repository: configuration, weights, tokenizer; never anything that can carry code."""
PIN_CHARS = 12
WINDOW_CHARS = 4_000
"""A text is cut to this many characters first, so a million characters cost what four thousand do."""
WINDOW_TOKENS = 512
"""Most tokens read of one sentence, also where a model could take more."""
BATCH_SIZE = 32

LOAD_ERRORS = (OSError, ValueError, KeyError, RuntimeError, SafetensorError)
"""What the libraries raise for files that do not fit together."""

Probabilities = NDArray[np.float64]


def pin_of(source: ModelSource) -> str:
    """Return what the weights are pinned by, for the stamp on results: the commit, or the hash of the folder's content."""
    if source.folder is not None:
        return _folder_hash(source.folder)[:PIN_CHARS]
    return (source.revision or "")[:PIN_CHARS]


def checked_folder(source: ModelSource, *, allow_download: bool = False) -> Path:
    """Return the folder with a model's files after every check; nothing of it has been loaded.

    Raises
    ------
    ModelRejectedError
        If it is not there, has other content than pinned, no safetensors, or leads to code.
    """
    if source.folder is not None:
        folder = source.folder
        if source.revision is not None and not _folder_hash(folder).startswith(source.revision):
            raise rejected(source.name, folder.name, f"its content hash is not {source.revision} but {_folder_hash(folder)}")
    else:
        folder = _snapshot(source, allow_download=allow_download)
    names = _names(folder)
    refuse_code_files(names, model=source.name)
    if "config.json" not in names:
        raise rejected(source.name, "config.json", "missing file")
    if not any(name.endswith(".safetensors") for name in names):
        raise rejected(source.name, "model.safetensors", "no weights as safetensors; convert them first")
    for name in names:
        if not (folder / name).is_file():
            raise rejected(source.name, name, "link to a folder or to nothing")
        _refuse_changed_blob(folder / name, model=source.name, name=name)
    refuse_foreign_code(folder, names, model=source.name)
    return folder


class SequenceClassifier:
    """A transformers model that classifies a text or a pair of texts; the weights load at the first use, on the processor."""

    def __init__(self, source: ModelSource, *, allow_download: bool = False) -> None:
        self.source = source
        self._allow_download = allow_download

    def labels(self) -> tuple[str, ...]:
        """Return the names of the outputs, in order."""
        names: dict[int, str] = self._loaded[1].config.id2label
        return tuple(str(names[place]) for place in sorted(names))

    def probabilities(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> Probabilities:
        """Return the softmax over the labels, shape [n, labels]; texts of like length are read together.

        Parameters
        ----------
        texts
            What is classified.
        pairs
            The second text of each pair, for models of textual entailment.
        """
        import torch

        tokenizer, model = self._loaded
        second = pairs if pairs is not None else [""] * len(texts)
        order = sorted(range(len(texts)), key=lambda i: (len(texts[i]) + len(second[i]), texts[i], second[i]))
        found = np.zeros((len(texts), len(self.labels())), np.float64)
        for start in range(0, len(order), BATCH_SIZE):
            some = order[start : start + BATCH_SIZE]
            first = [clipped(texts[i]) for i in some]
            tokens = tokenizer(
                first,
                None if pairs is None else [pairs[i] for i in some],
                padding=True,
                truncation="longest_first",
                max_length=self._window,
                return_tensors="pt",
            )
            with torch.inference_mode():
                found[some] = model(**tokens).logits.double().softmax(dim=1).numpy()
        return found

    @cached_property
    def _window(self) -> int:
        tokenizer, model = self._loaded
        return window_of(tokenizer.model_max_length, model.config)

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        folder = checked_folder(self.source, allow_download=self._allow_download)
        work_offline()
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
            model, found = AutoModelForSequenceClassification.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype="float32", output_loading_info=True
            )
        except LOAD_ERRORS as error:
            raise rejected(self.source.name, "config.json", "transformers cannot load it as a sequence classifier") from error
        if found["missing_keys"]:  # transformers would fill them with chance
            raise rejected(self.source.name, "model.safetensors", f"no weights for {min(found['missing_keys'])[:80]}")
        return tokenizer, model.eval()


def window_of(tokenizer_limit: float, config: Any) -> int:
    """Return how many tokens are read of a text: what tokenizer and positions allow, and no more than ``WINDOW_TOKENS``."""
    positions = getattr(config, "max_position_embeddings", WINDOW_TOKENS)
    if getattr(config, "model_type", "").startswith(("xlm-roberta", "roberta", "camembert")):
        positions -= 2  # these count positions from behind the padding index
    return int(min(tokenizer_limit, positions, WINDOW_TOKENS))


def clipped(text: str) -> str:
    """Return the part of a text that can reach the window, half a surrogate pair replaced (the tokenizers cannot take it)."""
    return text[:WINDOW_CHARS].encode("utf-8", "replace").decode("utf-8")


def work_offline() -> None:
    """Keep the libraries off the network and quiet; to be called before their models load."""
    os.environ.update({"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"})
    from huggingface_hub import constants
    from transformers.utils import logging

    constants.HF_HUB_OFFLINE = True
    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _snapshot(source: ModelSource, *, allow_download: bool) -> Path:
    """Return the cached folder of one commit, fetched first where that is allowed."""
    from huggingface_hub import constants, snapshot_download

    constants.HF_HUB_OFFLINE = not allow_download
    try:
        folder = snapshot_download(
            source.name, revision=source.revision, local_files_only=not allow_download, allow_patterns=list(WANTED_FILES)
        )
    except OSError as error:
        way = "check the name, the commit and the network" if allow_download else "fetch it once with VOC_MODELS__ALLOW_DOWNLOAD=true"
        message = f"The model {source.name} at commit {source.revision} is not in the local cache; {way}."
        raise ModelRejectedError(message, model=source.name, file=source.name, reason="not in the local cache") from error
    finally:
        constants.HF_HUB_OFFLINE = True
    return Path(folder)


def _names(folder: Path) -> list[str]:
    """Return the relative paths of all files and links, but for hidden folders (version control), which no loader may read."""
    found = (p.relative_to(folder) for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())
    return sorted(name.as_posix() for name in found if not any(part.startswith(".") for part in name.parts))


def _refuse_changed_blob(path: Path, *, model: str, name: str) -> None:
    """Refuse a file of the hub cache whose content is not that of its name: SHA-256, or Git's SHA-1 for small files."""
    blob = path.resolve()
    if blob == path.absolute() or blob.parent.name != "blobs":
        return
    if len(blob.name) == hashlib.sha256().digest_size * 2:
        found = sha256_of(blob)
    else:
        content = blob.read_bytes()
        found = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    if found != blob.name:
        raise rejected(model, name, "wrong hash")


def _folder_hash(folder: Path) -> str:
    names = [name for name in _names(folder) if (folder / name).is_file()]
    return _hash_of(folder, tuple((name, (folder / name).stat().st_size, (folder / name).stat().st_mtime_ns) for name in names))


@lru_cache(maxsize=16)
def _hash_of(folder: Path, files: tuple[tuple[str, int, int], ...]) -> str:
    """Return one hash over all files; sizes and times are there so that a changed file is read again."""
    return content_hash({name: sha256_of(folder / name) for name, _, _ in files})
