"""The command ``voc tags``: learn a taxonomy of one's own from examples, and give its tags."""

import sys
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.console import JsonFlag, QuietFlag, errors_as_exit_codes, note, print_json, say, settings
from voc.taxonomy import SHIPPED_NAME

if TYPE_CHECKING:
    from voc.tag_learning import LearntTags

tags = typer.Typer(help="Taxonomies of one's own: learn tags from examples, give them, see which need more.", no_args_is_help=True)

LabelledFile = Annotated[Path, typer.Argument(help="CSV, TSV, JSONL(.gz) or XLSX.", exists=True, dir_okay=False, readable=True)]
TextColumn = Annotated[str, typer.Option("--text-column", help="Column or field that holds the text.")]


@tags.command("train")
def train(
    file: LabelledFile,
    label_column: Annotated[str, typer.Option("--label-column", help="Column or field that holds the tag; empty = none of these.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write what was learnt to.", file_okay=False)],
    text_column: TextColumn = "text",
    none_label: Annotated[str | None, typer.Option("--none-label", help="A label that stands for none of these.")] = None,
    *,
    multi: Annotated[bool, typer.Option("--multi", help="A row can have several tags: a list, or parts between ; or |.")] = False,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Learn tags from the labelled rows of FILE; then precision and recall of each by cross-validation, weak tags first."""
    from pipelines import tag_files
    from pipelines.progress import progress_for

    with errors_as_exit_codes(json=json):
        options = tag_files.TrainOptions(label_column=label_column, text_column=text_column, multi=multi, none_label=none_label)
        learnt = tag_files.train_tags(file, out=out, options=options, settings=settings(), progress=progress_for(sys.stderr, quiet=quiet))
        if json:
            print_json(tag_files.quality_json(learnt) | {"folder": str(out)})
        else:
            say("\n".join(tag_files.quality_lines(learnt.quality)))
            if not quiet:
                note(f"Give them with: voc tags predict FILE --taxonomy {out} --out OUT.jsonl")


@tags.command("predict")
def predict(
    file: LabelledFile,
    taxonomy: Annotated[Path, typer.Option("--taxonomy", help="Folder `voc tags train` wrote.", exists=True, file_okay=False)],
    out: Annotated[Path, typer.Option("--out", help="File to write.", dir_okay=False)],
    text_column: TextColumn = "text",
    *,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Give each row of FILE its tags, best first, as JSON lines (id, tags); an empty list where none fits."""
    from pipelines import tag_files
    from pipelines.progress import progress_for

    with errors_as_exit_codes(json=json):
        progress = progress_for(sys.stderr, quiet=quiet)
        found = tag_files.predict_tags(
            file, taxonomy=taxonomy, out=out, text_column=text_column, settings=settings(), progress=progress
        )
    if json:
        print_json(found)
    elif not quiet:
        note(", ".join(f"{name}: {value}" for name, value in found.items()))


@tags.command("import")
def import_taxonomy(
    file: Annotated[Path, typer.Argument(help="YAML, or CSV with a row per example.", exists=True, dir_okay=False, readable=True)],
    name: Annotated[str | None, typer.Option("--name", help="Name of the taxonomy. Default: as in the file, or the file's name.")] = None,
    *,
    json: JsonFlag = False,
) -> None:
    """Take a taxonomy of one's own in from FILE, in the place of an earlier one of its name."""
    from pipelines.assembly import build_store
    from pipelines.own_taxonomies import read_taxonomy
    from voc.clock import utc_now

    with errors_as_exit_codes(json=json):
        taxonomy = read_taxonomy(file, name=name)
        with closing(build_store(settings())) as store, store.write() as unit:
            new = unit.taxonomies.put(taxonomy, now=utc_now())
        found = {"taxonomy": taxonomy.name, "tags": len(taxonomy.tags), "new": new}
        if json:
            print_json(found)
        else:
            say(f"{taxonomy.name}: {len(taxonomy.tags)} tags; learn it with: voc tags learn {taxonomy.name}")


@tags.command("list")
def list_taxonomies(*, json: JsonFlag = False) -> None:
    """List taxonomies of one's own, with the tags that need more examples first, and the shipped one once it has learnt something."""
    from pipelines.assembly import build_store, build_taxonomy
    from pipelines.tag_files import quality_lines

    with errors_as_exit_codes(json=json):
        with closing(build_store(settings(), read_only=True)) as store, store.read() as unit:
            stamps = unit.taxonomies.active_stamps()
            kept = [(taxonomy, unit.taxonomies.learnt(taxonomy.name)) for taxonomy in [*unit.taxonomies.find(), build_taxonomy()]]
        if json:
            print_json(
                {
                    "taxonomies": [
                        {
                            "name": taxonomy.name,
                            "tags": len(taxonomy.tags),
                            "shipped": taxonomy.name == SHIPPED_NAME,
                            "learnt_at": learnt[1] if learnt else None,
                            "active": learnt is not None and learnt[0].stamp in stamps,
                            "quality": [tag.model_dump(mode="json") for tag in learnt[0].quality] if learnt else [],
                        }
                        for taxonomy, learnt in kept
                    ]
                }
            )
            return
        for taxonomy, learnt in kept:
            say(f"{taxonomy.name}: {len(taxonomy.tags)} tags, {_state(taxonomy.name, learnt[0] if learnt else None, stamps)}")
            if learnt:
                say("\n".join(quality_lines(learnt[0].quality)))


def _state(name: str, learnt: "LearntTags | None", stamps: Collection[str]) -> str:
    if learnt is not None and learnt.stamp in stamps:
        return "shipped, with what corrections taught" if name == SHIPPED_NAME else "in use"
    if name == SHIPPED_NAME:
        return "as shipped"
    return "not in use" if learnt else "not learnt yet"


TaxonomyName = Annotated[str, typer.Argument(help=f"Name of the taxonomy; {SHIPPED_NAME} is the shipped one.")]


@tags.command("learn")
def learn(name: TaxonomyName, *, json: JsonFlag = False, quiet: QuietFlag = False) -> None:
    """Learn a taxonomy from its examples and people's corrections, and use it; comments wait to be analysed again.

    The shipped one learns from corrections of its tags, on top of the examples it ships with.
    """
    from pipelines.assembly import open_lessons
    from pipelines.progress import progress_for
    from pipelines.tag_files import quality_json, quality_lines

    with errors_as_exit_codes(json=json):
        with open_lessons(settings()) as lessons, progress_for(sys.stderr, quiet=quiet).step("learn", None) as step:
            learnt = lessons.learn(name)
            step.advance(sum(tag.n for tag in learnt.quality))
        if json:
            print_json(quality_json(learnt))
        else:
            say("\n".join(quality_lines(learnt.quality)))


@tags.command("forget")
def forget(name: TaxonomyName, *, json: JsonFlag = False) -> None:
    """Forget what was learnt for a taxonomy (the shipped one: back to as shipped); comments wait for the tags of before.

    The taxonomy and people's corrections stay, so it can be learnt again.
    """
    from pipelines.assembly import open_lessons

    with errors_as_exit_codes(json=json):
        with open_lessons(settings()) as lessons:
            forgotten = lessons.forget(name)
        if json:
            print_json({"taxonomy": name, "forgotten": forgotten})
        else:
            say(f"{name}: {'what was learnt is forgotten' if forgotten else 'nothing was learnt'}")
