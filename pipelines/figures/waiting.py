"""Figures that wait: a report is written beside a running service, which alone may write its database; it takes the figures in later.

One file a report in ``figures/`` of the data folder, removed once its figures are kept. A file is whole or not there.
"""

from collections.abc import Sequence
from pathlib import Path

import orjson

from pipelines.intake import Writer
from voc.provenance import Figure
from voc.store import Store
from voc.whole_file import written_whole

FOLDER = "figures"
Published = Sequence[tuple[Figure, Sequence[str]]]
"""Figures, each with the ids of its evidence."""


def leave(folder: Path, figures: Published, *, name: str) -> None:
    """Leave figures for the process that owns the database."""
    target = folder / FOLDER / f"{name}.jsonl"
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = [orjson.dumps({"figure": orjson.loads(one.model_dump_json()), "evidence": list(evidence)}) for one, evidence in figures]
    with written_whole(target) as half:
        half.write_bytes(b"\n".join(lines))


def publish(store: Store, figures: Published, *, folder: Path, name: str) -> None:
    """Keep figures at once where the store may be written, else leave them for the process that owns it."""
    if store.can_write:
        with store.write() as unit:
            unit.figures.add(figures)
    else:
        leave(folder, figures, name=name)


def take_in(folder: Path, writer: Writer) -> int:
    """Keep the figures that wait and return how many were new."""
    count = 0
    for path in sorted((folder / FOLDER).glob("*.jsonl")):
        figures = [_read(line) for line in path.read_bytes().splitlines() if line]
        count += writer.do(lambda unit, figures=figures: unit.figures.add(figures))  # type: ignore[misc]
        path.unlink()
    return count


def _read(line: bytes) -> tuple[Figure, list[str]]:
    found = orjson.loads(line)
    return Figure.model_validate_json(orjson.dumps(found["figure"])), found["evidence"]
