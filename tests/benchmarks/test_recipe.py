"""The recipe of the shipped encoder, rehearsed: every step of the one command, on a few rows, a few steps each, ended and given again."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.artifacts import verify_manifest
from models.encoder import BilingualEncoder
from models.heads import read_heads, read_tags
from tests.support.program import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.benchmark, pytest.mark.models, pytest.mark.timeout(3600)]
ROWS = {"train": 300, "dev": 60}
STEPS = 4


def few_rows(source: Path, target: Path) -> None:
    """Write the first rows of each split of every file."""
    target.mkdir()
    for path in sorted(source.glob("*.jsonl.gz")):
        left = dict(ROWS)
        with gzip.open(path, "rt", encoding="utf-8") as rows, gzip.open(target / path.name, "wt", encoding="utf-8") as kept:
            for line in rows:
                split = json.loads(line)["split"]
                if left.get(split, 0):
                    left[split] -= 1
                    kept.write(line)


def rehearse(data: Path, work: Path, *, steps: int) -> str:
    command = [sys.executable, "-m", "models.training", "--data", data, "--work", work, "--out", work / "artefact", "--steps", str(steps)]
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stderr


def test_the_one_command_goes_through_every_step_and_goes_on_where_it_was(tmp_path: Path, shared_data: Path) -> None:
    data, work = tmp_path / "data", tmp_path / "work"
    few_rows(shared_data, data)
    first = rehearse(data, work, steps=STEPS)
    assert first.count(f"step {STEPS}/{STEPS}") == 3  # distillation and two tunings
    verify_manifest(work / "artefact")
    encoder = BilingualEncoder(folder=work / "artefact")
    found = encoder.encode(["The invoice is wrong again.", "また請求書が間違っています。"]).vectors
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-3)
    assert set(read_heads(work / "artefact")) == {"sentiment", "mixed", "intent", "urgency", "churn", "abuse"}
    assert len(read_tags(work / "artefact").heads.labels) > 60
    again = rehearse(data, work, steps=STEPS + 1)
    assert again.count(f"step {STEPS + 1}/{STEPS + 1}") == 3
    assert f"step {STEPS}/" not in again
