"""What all commands share at the terminal: settings, progress, output as text or JSON, and errors as exit codes.

Exit codes: 0 done · 2 wrong usage · 65 the input cannot be used · 69 a model or the database cannot be used · 73 a file cannot be
written · 75 try again later (busy, in use) · 78 a setting is wrong · 130 stopped by Ctrl-C.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import orjson
import typer

from voc.errors import (
    BacklogFullError,
    InputError,
    ModelError,
    ModelRejectedError,
    NotFoundError,
    SettingsError,
    StorageBusyError,
    StorageError,
    StorageInUseError,
    VocError,
)
from voc.settings import Settings

EXIT_INPUT = 65
EXIT_UNAVAILABLE = 69
EXIT_FILE = 73
EXIT_RETRY = 75
EXIT_SETTINGS = 78

_EXITS: tuple[tuple[type[VocError], int], ...] = (
    (SettingsError, EXIT_SETTINGS),
    (StorageBusyError, EXIT_RETRY),
    (StorageInUseError, EXIT_RETRY),
    (BacklogFullError, EXIT_RETRY),
    (InputError, EXIT_INPUT),
    (NotFoundError, EXIT_INPUT),
    (ModelError, EXIT_UNAVAILABLE),
    (StorageError, EXIT_UNAVAILABLE),
)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object on standard output.")]
QuietFlag = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the result.")]


def settings() -> Settings:
    """Read the settings from the environment and set up logs."""
    from voc.logs import configure_logs
    from voc.settings import load_settings

    found = load_settings(dict(os.environ))
    configure_logs(found.log_level)
    return found


@contextmanager
def errors_as_exit_codes(*, json: bool = False) -> Iterator[None]:
    """Turn an error of ours into a message and an exit code."""
    try:
        yield
    except VocError as error:
        say_error(error, json=json)
        code = next((code for kind, code in _EXITS if isinstance(error, kind)), 1)
        raise typer.Exit(code) from error
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stderr.write(f"voc: {error.strerror or 'not possible'}: {error.filename or ''} [file_error]\n")
        if json:
            print_json({"error": {"code": "file_error", "message": error.strerror, "file": str(error.filename or "")}})
        raise typer.Exit(EXIT_FILE) from error


def say_error(error: VocError, *, json: bool) -> None:
    """Tell what went wrong, where and with which limits."""
    facts = {name: value for name, value in error.facts.items() if value is not None}
    if json:
        print_json({"error": {"code": error.code, "message": error.message, "field": error.field, **facts}})
    where = f" (column or field: {error.field})" if error.field else ""
    details = "".join(f"\n  {name}: {value}" for name, value in facts.items())
    sys.stderr.write(f"voc: {error.message}{where} [{error.code}]{details}\n")
    if isinstance(error, ModelRejectedError):
        sys.stderr.write(f"  {error.kept}\n  {error.advice}\n")


def print_json(value: Any) -> None:
    """Write one JSON object and a line break to standard output."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")


def say(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Write a line that is not the result to standard error."""
    sys.stderr.write(text + "\n")
