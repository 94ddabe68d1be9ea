"""Model source: where a model comes from, as a setting names it; shipped, in a local folder, or in a hub at one pinned revision.

Invariants: a hub name stands with the full hash of a commit, since a branch or a tag may point to other weights tomorrow; a folder may
stand with the beginning of its content's hash.
"""

import os
import re
from pathlib import Path

from voc.values import Value

EMBEDDED = "embedded"
HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
COMMIT = re.compile(r"[0-9a-f]{40}")
CONTENT_HASH = re.compile(r"[0-9a-f]{8,64}")
FOLDER_MARKS = ("/", "./", "../", "~")


class ModelSource(Value):
    """Where a model comes from: ``folder`` of this machine, or ``name`` in the hub at ``revision``."""

    name: str
    revision: str | None
    folder: Path | None = None


def parse_model_source(text: str) -> ModelSource | None:
    """Return what a setting names; None for the shipped models.

    Raises
    ------
    ValueError
        With the way out, if the folder does not exist or a hub name is not pinned.
    """
    if text == EMBEDDED:
        return None
    place, _, revision = text.partition("@")
    if place.startswith(FOLDER_MARKS):
        return _local(Path(os.path.expanduser(place)), revision)  # noqa: PTH111  # of an unknown user it is a folder that does not exist
    if not HUB_NAME.fullmatch(place):
        message = f"neither {EMBEDDED!r} nor a folder (begins with / ./ ../ or ~) nor a hub name (organisation/model@commit)"
        raise ValueError(message)
    if not COMMIT.fullmatch(revision):
        message = f"pin the commit: {place}@<40 hexadecimal digits>, as the model's page shows it under 'Files and versions'"
        raise ValueError(message)
    return ModelSource(name=place, revision=revision)


def _local(folder: Path, revision: str) -> ModelSource:
    if not folder.is_dir():
        message = "the folder does not exist"
        raise ValueError(message)
    if revision and not CONTENT_HASH.fullmatch(revision):
        message = "after a folder's @ stands its content hash, 8 to 64 hexadecimal digits, or leave it out"
        raise ValueError(message)
    return ModelSource(name=folder.resolve().name, revision=revision or None, folder=folder.resolve())
