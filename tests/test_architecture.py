"""The structure the project promises: layers, sizes, names, and what never may be imported where."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("voc", "models", "pipelines", "api")
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 50
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
HEAVY = ("torch", "transformers", "sentence_transformers", "bertopic", "sklearn", "umap", "numba", "onnxruntime", "tokenizers")


def modules() -> list[Path]:
    return sorted(
        path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations/versions" not in path.as_posix()
    )


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_imports_point_in_one_direction() -> None:
    """Why: a circle or an upward import is how a layered program stops being one."""
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_modules_are_short() -> None:
    long = {str(p.relative_to(ROOT)): n for p in modules() if (n := len(p.read_text(encoding="utf-8").splitlines())) > MAX_MODULE_LINES}
    assert long == {}


def test_functions_are_short() -> None:
    """The body counts, not the docstring."""
    long = []
    for path in modules():
        for node in functions(path):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            if lines > MAX_FUNCTION_LINES:
                long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {lines}")
    assert long == []


def test_module_names_say_what_they_hold() -> None:
    assert [str(path) for path in modules() if path.stem in NAMES_THAT_SAY_NOTHING] == []


def test_every_module_says_what_it_is() -> None:
    assert [str(p) for p in modules() if p.read_text(encoding="utf-8").strip() and not ast.get_docstring(ast.parse(p.read_text("utf-8")))] == []


@pytest.mark.parametrize("statement", ["import api.main", "import pipelines.cli", "import pipelines.assembly"])
def test_importing_an_entry_point_loads_no_machine_learning(statement: str) -> None:
    """Why: torch and BERTopic take tens of seconds; the API must answer at once and stay small."""
    code = f"import sys; {statement}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_code_reads_pickles_or_runs_foreign_code() -> None:
    """Why: model files come from outside; loading them must never execute anything."""
    banned_modules = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal"}
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{path}: import {name}" for name in names if name.split(".")[0] in banned_modules]
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                own_checkpoint = "training" in path.parts and any(ast.unparse(keyword) == "weights_only=True" for keyword in node.keywords)
                if called in {"torch.load", "BERTopic.load", "eval", "exec"} and not own_checkpoint:
                    found.append(f"{path}:{node.lineno} {called}")
                found += [
                    f"{path}:{node.lineno} trust_remote_code"
                    for keyword in node.keywords
                    if keyword.arg == "trust_remote_code" and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
                ]
    assert found == []


def test_no_sql_is_built_from_strings() -> None:
    """Why: filters come from outside (CVE-2025-21628 was exactly this); only PRAGMA lines with our own numbers are formatted."""
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("text", "exec_driver_sql")) and node.args:
                first = node.args[0]
                if isinstance(first, ast.JoinedStr | ast.BinOp) and "store" in path.parts:
                    found.append(f"{path}:{node.lineno}")
    assert found == []


def test_ruff_finds_nothing() -> None:
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", "."], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_types_are_sound() -> None:
    done = subprocess.run([sys.executable, "-m", "mypy", "--no-error-summary"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
