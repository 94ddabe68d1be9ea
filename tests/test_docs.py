"""Documentation cannot lie: settings, error codes, commands, names and links are checked against the code."""

import importlib
import inspect
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from voc import errors
from voc.settings import Settings

ROOT = Path(__file__).parent.parent
FILE_ENDINGS = {"sqlite3", "lock", "py", "md"}
PAGES = sorted((ROOT / "docs").rglob("*.md")) + [ROOT / "README.md"]


def setting_names() -> dict[str, str]:
    found = {}
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if inspect.isclass(kind) and issubclass(kind, BaseModel):
            found |= {f"VOC_{name.upper()}__{inner.upper()}": str(one.default) for inner, one in kind.model_fields.items()}
        else:
            found[f"VOC_{name.upper()}"] = str(field.default)
    return found


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(VOC_\w+)` \| `([^`]*)` \|", (ROOT / "docs/settings.md").read_text("utf-8"), flags=re.MULTILINE))
    assert rows == setting_names()


def test_the_linking_windows_are_documented_for_every_kpi() -> None:
    from pipelines.link import kpi_window
    from voc.kpis import Kpi

    page = (ROOT / "docs/kpis.md").read_text("utf-8").split("## Which value belongs to which comment")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.+`) \| (\d+) \| (\d+) \| (\d+) \|$", page, flags=re.MULTILINE)
    told = {Kpi(name): tuple(map(int, days)) for names, *days in rows for name in re.findall(r"`(\w+)`", names)}
    windows = {kpi: kpi_window(kpi) for kpi in Kpi}
    assert told == {kpi: (one.before_days, one.after_days, one.followed_days) for kpi, one in windows.items()}


def test_every_error_code_is_documented() -> None:
    codes = {kind.code for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, errors.VocError)}
    documented = set(re.findall(r"`([a-z_]+)`", (ROOT / "docs/errors.md").read_text("utf-8")))
    assert codes - documented == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_dotted_names_in_the_docs_exist(page: Path) -> None:
    """Why: a page that describes a class which is gone is worse than none."""
    missing = []
    for name in re.findall(r"`((?:voc|models|pipelines|api)(?:\.\w+)+)`", page.read_text("utf-8")):
        module, _, attribute = name.rpartition(".")
        if attribute in FILE_ENDINGS:
            continue
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            try:
                getattr(importlib.import_module(module), attribute)
            except (ModuleNotFoundError, AttributeError):
                missing.append(name)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_and_named_files_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    files = re.findall(r"`((?:docs|tests|notebooks|pipelines|models|voc|api)/[\w./-]+\.(?:py|md|yaml|ipynb|json))`", text)
    missing = [link for link in links if not (page.parent / link).exists()] + [name for name in files if not (ROOT / name).exists()]
    assert missing == []


def test_commands_in_the_readme_exist() -> None:
    from typer.main import get_command

    from pipelines.cli import app

    command = get_command(app)
    known = set(command.commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"^(?:python3 run\.py )?voc ([a-z]+)", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE))
    assert named - known == set()
    assert named, "the README shows no command"


def test_the_figures_of_the_models_are_those_of_the_shipped_scorecard() -> None:
    """Where this fails: ``python -m models.training.quality_table``."""
    from models.scorecards import shipped_scorecard
    from models.training.quality_table import PAGE, quality_table, with_table

    card = shipped_scorecard()
    assert card is not None
    page = PAGE.read_text("utf-8")
    assert page == with_table(page, quality_table(card))
