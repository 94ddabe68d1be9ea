"""Scorecards: the figures that travel with the shipped weights, and what the usual stack of models costs beside them.

Invariant: a figure is shown only as it was measured; a file that differs from the manifest's hash is not read. That is no reason not to
start: the models' process refuses the whole folder and says why.
"""

from pathlib import Path

from models.artifacts import ENCODER_FOLDER, MANIFEST_NAME, SCORECARD_NAME, STACK_COST_NAME, manifest_json, manifest_of, sha256_of
from voc.errors import ModelRejectedError
from voc.quality import Scorecard, StackCost

QUALITY_BARS = Path(__file__).parent / "quality_bars.json"


def shipped_scorecard(folder: Path = ENCODER_FOLDER) -> Scorecard | None:
    """Return the scorecard of the shipped encoder, or None where it carries none or another than its manifest names."""
    content = _measured(folder, SCORECARD_NAME)
    return None if content is None else Scorecard.model_validate_json(content)


def stack_cost(folder: Path = ENCODER_FOLDER) -> StackCost | None:
    """Return what the usual stack costs, or None where it was not measured or is another than the manifest names."""
    content = _measured(folder, STACK_COST_NAME)
    return None if content is None else StackCost.model_validate_json(content)


def keep(measured: Scorecard | StackCost, *, folder: Path = ENCODER_FOLDER) -> None:
    """Write what was measured into an encoder's folder, and its hash into the manifest; used by the recipes only."""
    name = SCORECARD_NAME if isinstance(measured, Scorecard) else STACK_COST_NAME
    (folder / name).write_text(measured.model_dump_json(indent=1) + "\n", encoding="utf-8")
    manifest = manifest_of(folder)
    files = dict(sorted((manifest.files | {name: sha256_of(folder / name)}).items()))
    (folder / MANIFEST_NAME).write_text(manifest_json(manifest.model_copy(update={"files": files})), encoding="utf-8")


def _measured(folder: Path, name: str) -> bytes | None:
    path = folder / name
    try:
        expected = manifest_of(folder).files.get(name)
    except ModelRejectedError:
        return None
    return path.read_bytes() if path.is_file() and sha256_of(path) == expected else None
