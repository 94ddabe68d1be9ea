"""Notebooks run from top to bottom and are committed without outputs."""

import json
import shutil
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.demonstration import built

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ON_SAMPLE_DATA = ("02_topics_and_tags", "03_what_drives_nps")


def test_there_are_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["01_follow_one_comment", "02_topics_and_tags", "03_what_drives_nps", "04_model_quality"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs(notebook: Path) -> None:
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells if cell["cell_type"] == "code")


@pytest.mark.models
@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(notebook: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a kernel of its own, as a reader would run it; those on the sample data use a copy of the demonstration, read in before."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    if notebook.stem in ON_SAMPLE_DATA:
        folder = shutil.copytree(built(tmp_path_factory).folder, tmp_path / "data")
        monkeypatch.setenv("VOC_NOTEBOOK_DATA", str(folder))
    start = time.monotonic()
    client = NotebookClient(nbformat.read(notebook, as_version=4), timeout=150, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}})
    client.execute()
    assert time.monotonic() - start < 60
