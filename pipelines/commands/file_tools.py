"""The file tools: analyze, embed, topics and redact read a file and write a file; they need no database."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.console import JsonFlag, QuietFlag, errors_as_exit_codes, note, print_json, settings

InputFile = Annotated[Path, typer.Argument(help=".jsonl, .jsonl.gz or .csv", exists=True, dir_okay=False, readable=True)]
TextColumn = Annotated[str, typer.Option("--text-column", help="Column or field that holds the text.")]
Out = Annotated[Path, typer.Option("--out", help="File to write.", dir_okay=False)]


def analyze(file: InputFile, out: Out, text_column: TextColumn = "text", *, json: JsonFlag = False, quiet: QuietFlag = False) -> None:
    """Say what each comment of FILE says: one JSON object per row in OUT, in the same order."""
    from pipelines import file_tools

    _run(file_tools.analyze_file, file, out, text_column, json=json, quiet=quiet)


def embed(file: InputFile, out: Out, text_column: TextColumn = "text", *, json: JsonFlag = False, quiet: QuietFlag = False) -> None:
    """Write the vectors of FILE's texts: a NumPy array, float32 [n, d], unit length, in input order."""
    from pipelines import file_tools

    _run(file_tools.embed_file, file, out, text_column, json=json, quiet=quiet)


def topics(file: InputFile, out: Out, text_column: TextColumn = "text", *, json: JsonFlag = False, quiet: QuietFlag = False) -> None:
    """Group FILE's texts: id and topic (-1 = none) per row in OUT, and what the topics are in OUT.topics.json."""
    from pipelines import file_tools

    _run(file_tools.topics_file, file, out, text_column, json=json, quiet=quiet)


def redact(file: InputFile, out: Out, text_column: TextColumn = "text", *, json: JsonFlag = False, quiet: QuietFlag = False) -> None:
    """Mask personal facts in FILE's texts: id, masked text and where what was found, per row in OUT."""
    from pipelines import file_tools

    _run(file_tools.redact_file, file, out, text_column, json=json, quiet=quiet)


def _run(tool, file: Path, out: Path, text_column: str, *, json: bool, quiet: bool) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  # one of the four above
    import sys

    from pipelines.progress import progress_for

    with errors_as_exit_codes(json=json):
        found = tool(file, out=out, text_column=text_column, settings=settings(), progress=progress_for(sys.stderr, quiet=quiet))
    if json:
        print_json(found)
    elif not quiet:
        note(", ".join(f"{name}: {value}" for name, value in found.items()))
