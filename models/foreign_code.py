"""Foreign code: what in a model's folder could make a loader run code that came with it; found by reading bytes and JSON only.

Refused are files of a kind that can carry code, configuration that names Python code outside the libraries (``auto_map``, an activation
function such as ``os.abort``, a module class), regular expressions that can take exponential time, and ONNX files that need something
from outside. Nothing is imported and nothing is executed.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from models.onnx_files import foreign_parts
from voc.errors import ModelRejectedError

SENTENCE_TRANSFORMERS_MODULES = ("Transformer", "Pooling", "Normalize", "Dense")
SENTENCE_TRANSFORMERS_CLASSES = frozenset(
    f"sentence_transformers.{place}{name}"
    for name in SENTENCE_TRANSFORMERS_MODULES
    for place in (
        "models.",
        f"base.modules.{name.lower()}.",
        f"sentence_transformer.modules.{name.lower()}.",
    )
)
"""The classes a ``modules.json`` may name: those of sentence-transformers that read nothing but configuration and weights."""

EXECUTABLE_SUFFIXES = frozenset(
    {".py", ".pyc", ".so", ".dll", ".dylib", ".bin", ".pkl", ".pickle", ".pt", ".pth", ".pt2", ".ckpt", ".joblib", ".npy", ".npz"}
)
"""Files that are code, or that some loader would execute; refused even where a manifest lists them."""

CODE_KEYS = frozenset({"auto_map", "auto_mapping", "custom_pipelines", "chat_template_file"})
"""Keys of a configuration that point to code which comes along."""
NAMING_KEY = re.compile(r"act|activation|class|type|module|function|_fn|import|target")
"""Keys whose value a loader may import."""
DOTTED_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
LIBRARY_NAME = re.compile(r"torch\.nn\.modules\.(?:activation|linear)\.\w+|torch\.(?:float16|float32|bfloat16)")
EXPLOSIVE = re.compile(r"\((?:[^()\\]|\\.)*(?:[+*]|\{\d+,\d*\})(?:[^()\\]|\\.)*\)\s*(?:[+*]|\{\d+,\d*\})")
"""A repeated group with a repetition inside, ``(a+)+``: the tokenizers' engine goes back and forth in it exponentially often."""
DATA_FILES = frozenset({"vocab.json", "added_tokens.json", "manifest.json", "scorecard.json", "data_config.json"})
"""JSON that no loader takes names of classes or expressions from."""


def refuse_code_files(names: Iterable[str], *, model: str) -> None:
    """Refuse files of a kind that can carry code.

    Raises
    ------
    ModelRejectedError
        With ``file`` and ``reason`` among its facts.
    """
    for name in sorted(names):
        if Path(name).suffix.lower() in EXECUTABLE_SUFFIXES:
            raise rejected(model, name, "file of a kind that can carry code")


def refuse_foreign_code(folder: Path, names: Iterable[str], *, model: str) -> None:
    """Refuse files of a folder whose content leads to code from outside; ``names`` are relative paths.

    Raises
    ------
    ModelRejectedError
        With ``file`` and ``reason`` among its facts.
    """
    for name in sorted(names):
        path = folder / name
        if path.suffix == ".onnx":
            reason = foreign_parts(path)
        elif path.suffix == ".json" and path.name not in DATA_FILES:
            reason = _foreign_in_json(path)
        else:
            reason = None
        if reason is not None:
            raise rejected(model, name, reason)


def rejected(model: str, file: str, reason: str) -> ModelRejectedError:
    """Return the error that says which file of which model was refused, and why."""
    return ModelRejectedError(f"The model {model} was not loaded: {reason} ({file}).", model=model, file=file, reason=reason)


def _foreign_in_json(path: Path) -> str | None:
    try:
        content = json.loads(path.read_bytes())
        if path.name == "modules.json":
            return _foreign_module(content)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "malformed file"
    if path.name.startswith("tokenizer") and path.name != "tokenizer_config.json":
        return _explosive(content)
    return next(filter(None, (_foreign_value(key, value) for key, value in _pairs(content))), None)


def _foreign_module(modules: Any) -> str | None:
    foreign = {str(module["type"]) for module in modules} - SENTENCE_TRANSFORMERS_CLASSES
    if foreign:
        return f"names a foreign class: {min(foreign)[:80]}"
    outside = [place for module in modules if not _is_inside(place := str(module.get("path", "")))]
    return f"names a folder that is not looked at: {outside[0][:80]}" if outside else None


def _is_inside(place: str) -> bool:
    """Tell whether a path stays in the model's folder and out of hidden ones, whose files nobody checks."""
    return not place.startswith(("/", "\\")) and ":" not in place and not any(part.startswith(".") for part in re.split(r"[/\\]", place))


def _foreign_value(key: str, value: Any) -> str | None:
    if (key in CODE_KEYS and value) or (key == "trust_remote_code" and value is not False):
        return f"points to code that comes along: {key}"
    if isinstance(value, str) and NAMING_KEY.search(key) and DOTTED_NAME.fullmatch(value) and not LIBRARY_NAME.fullmatch(value):
        return f"names foreign code: {key} {value[:80]}"
    return None


def _explosive(tokenizer: Any) -> str | None:
    parts = {key: value for key, value in tokenizer.items() if key != "model"} if isinstance(tokenizer, dict) else tokenizer
    patterns = (value for key, value in _pairs(parts) if key.lower() in {"regex", "pattern"} and isinstance(value, str))
    return "regular expression that can take exponential time" if any(EXPLOSIVE.search(pattern) for pattern in patterns) else None


def _pairs(content: Any) -> Iterator[tuple[str, Any]]:
    """Yield every key and value of nested JSON."""
    waiting = [content]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield from part.items()
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
