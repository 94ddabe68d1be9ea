"""Commands that bring data in and take results out: import, customers, kpis, run, status, report, export."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.console import JsonFlag, QuietFlag, errors_as_exit_codes, print_json, say, settings
from voc.errors import ModelRejectedError
from voc.feedback import Source

Files = Annotated[list[Path], typer.Argument(help="CSV, TSV, JSONL(.gz) or XLSX files.", exists=True, dir_okay=False, readable=True)]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        help="Which column is what, for example text=Comment,score=nps:Q1,customer=ID,date=Date. "
        "A reversed scale: score=csat:rating(5..1 none=6|7). Left out: guessed and shown.",
    ),
]
EncodingOption = Annotated[str | None, typer.Option(help="Encoding of the file where it is not found rightly.")]

OfTag = Annotated[str | None, typer.Option("--tag", help="Only comments with this tag.")]
OfTopic = Annotated[str | None, typer.Option("--topic", help="Only comments of this topic; none: with sentences of no topic.")]


def import_files(  # noqa: PLR0913, PLR0917  # typer makes an option of each argument
    files: Files,
    mapping: MapOption = None,
    saved_map: Annotated[str | None, typer.Option("--use-map", help="Use a mapping saved by this name.")] = None,
    save_map: Annotated[str | None, typer.Option("--save-map", help="Save the mapping by this name for later imports.")] = None,
    source: Annotated[Source, typer.Option(help="Medium of rows that name none.")] = Source.SURVEY,
    source_name: Annotated[str | None, typer.Option(help="Name of the sender; ids are unique within it. Default: the file's name.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Zone of dates without one. Default: VOC_INTAKE__DEFAULT_TIMEZONE.")] = None,
    encoding: EncodingOption = None,
    delimiter: Annotated[str | None, typer.Option(help="Delimiter of a CSV where it is not found rightly.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of an XLSX file; default: the first.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show preview, mapping and row accounting; store nothing.")] = False,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Take comments in from FILES. Every row ends as new, duplicate or rejected; importing a file twice adds nothing."""
    from pipelines.commands import importing

    with errors_as_exit_codes(json=json):
        options = importing.ImportOptions(
            mapping=",".join(mapping) if mapping else None,
            saved_map=saved_map,
            save_map=save_map,
            source=source,
            source_name=source_name,
            timezone=timezone,
            encoding=encoding,
            delimiter=delimiter,
            sheet=sheet,
        )
        results = importing.import_files(files, options, settings=settings(), dry=dry_run, quiet=quiet)
        if json:
            print_json({"imports": results})
        else:
            for result in results:
                say(importing.accounting_line(result))


def import_customers(
    files: Files,
    mapping: MapOption = None,
    encoding: EncodingOption = None,
    *,
    dry_run: bool = False,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Take customers and accounts in from FILES: ids, names, roles, plans, regions, revenue, renewal and churn dates."""
    from pipelines.commands import importing

    with errors_as_exit_codes(json=json):
        text = ",".join(mapping) if mapping else None
        results = importing.import_profiles(files, text, encoding, settings=settings(), dry=dry_run, quiet=quiet)
        _show(results, json=json)


def import_kpis(
    files: Files,
    mapping: MapOption = None,
    encoding: EncodingOption = None,
    *,
    dry_run: bool = False,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Take KPI observations in from FILES: kpi, value, date, customer or account."""
    from pipelines.commands import importing

    with errors_as_exit_codes(json=json):
        text = ",".join(mapping) if mapping else None
        results = importing.import_kpis(files, text, encoding, settings=settings(), dry=dry_run, quiet=quiet)
        _show(results, json=json)


def run(*, json: JsonFlag = False, quiet: QuietFlag = False) -> None:
    """Do all pending work: compare, enrich, discover, link, explain, act."""
    from dataclasses import asdict

    from pipelines.assembly import build_models, build_runner, build_store
    from pipelines.progress import progress_for

    with errors_as_exit_codes(json=json):
        config = settings()
        with closing(build_store(config)) as store, closing(build_models(config.models)) as models:
            counts = build_runner(store, models, config).run(progress_for(sys.stderr, quiet=quiet))
        _show([asdict(counts)], json=json)


def status(*, json: JsonFlag = False) -> None:
    """Say what is stored, what waits and what was put aside."""
    from pipelines.assembly import build_stamp, build_store, refused_files
    from pipelines.enrich import stamp_in_use

    with errors_as_exit_codes(json=json):
        config = settings()
        with closing(build_store(config, read_only=True)) as store, store.read() as unit:
            version = stamp_in_use(build_stamp(config.models), unit.taxonomies.active()).version
            run_before = unit.journal.last_run()
            first, last = unit.feedback.period()
            found: dict[str, Any] = {
                "feedback": unit.feedback.totals() | {"waiting": unit.pending.count(version)},
                "put_aside": unit.pending.dead_count(),
                "period": [str(first), str(last)] if first else None,
                "customers": unit.customers.counts(),
                "kpis": unit.kpis.counts(),
                "topics": len(unit.topics.find()),
                "unassigned_share": unit.topics.unassigned().share,
                "alerts_open": len([a for a in unit.alerts.find() if a.state.value == "open"]),
                "model_version": version,
                "models": _as_checked(refused_files()),
                "last_run": run_before.model_dump(mode="json") if run_before else None,
                "imports": [entry.model_dump(mode="json") for entry in unit.journal.imports(limit=10)],
            }
    if json:
        print_json(found)
        return
    for name, value in found.items():
        if name != "imports":
            say(f"{name}: {_shown(value)}")
    for entry in found["imports"]:
        parts = f"{entry['new']} new + {entry['duplicate']} duplicate + {entry['rejected']} rejected"
        say(f"import {entry['file_name']}: {entry['rows']} rows = {parts}")


def _as_checked(refusal: ModelRejectedError | None) -> dict[str, Any]:
    """Return how the shipped model's files stand; of refused ones also what is kept and what to do."""
    if refusal is None:
        return {"files": "in order"}
    return {"files": "refused", "why": refusal.message, "kept": refusal.kept, "advice": refusal.advice}


def _shown(value: Any) -> str:
    """Return a value for a reader: names and values with commas between, the parts of a part in brackets."""
    if isinstance(value, dict):
        return ", ".join(f"{name} ({_shown(part)})" if isinstance(part, dict) else f"{name} {_shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return " to ".join(map(_shown, value))
    return "–" if value is None else str(value)


def report(
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write to. Default: reports/ in the data folder.")] = None,
    language: Annotated[str, typer.Option("--lang", help="ja or en.")] = "ja",
    since: Annotated[str | None, typer.Option("--from", help="First day, for example 2026-04-01.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    tag: OfTag = None,
    topic: OfTopic = None,
    *,
    json: JsonFlag = False,
) -> None:
    """Write the report: one HTML file and one Excel workbook."""
    from pipelines.assembly import build_store, build_taxonomy
    from pipelines.reporting import period_filter, write_report

    with errors_as_exit_codes(json=json):
        config = settings()
        wanted = period_filter(since, until, zone=config.intake.default_timezone, tag=tag, topic=topic)
        with closing(build_store(config, read_only=True)) as store:
            folder = out or config.data_dir / "reports"
            files = write_report(store, taxonomy=build_taxonomy(), wanted=wanted, language=language, folder=folder, settings=config)
        _show([{"files": [str(path) for path in files]}], json=json)


def export(
    out: Annotated[Path, typer.Option("--out", help="File to write.")],
    form: Annotated[str | None, typer.Option("--format", help="csv, xlsx, jsonl or parquet. Default: by the file's ending.")] = None,
    what: Annotated[str, typer.Option(help="feedback, issues or drivers.")] = "feedback",
    since: Annotated[str | None, typer.Option("--from", help="First day, for example 2026-04-01.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    tag: OfTag = None,
    topic: OfTopic = None,
    *,
    json: JsonFlag = False,
) -> None:
    """Write comments with their analysis, issues or drivers to a file."""
    from pipelines.assembly import build_store, build_taxonomy
    from pipelines.reporting import period_filter, write_export

    with errors_as_exit_codes(json=json):
        config = settings()
        with closing(build_store(config, read_only=True)) as store:
            wanted = period_filter(since, until, zone=config.intake.default_timezone, tag=tag, topic=topic)
            form = form or out.suffix.removeprefix(".") or "csv"
            count = write_export(store, what=what, form=form, out=out, taxonomy=build_taxonomy(), wanted=wanted, settings=config)
        _show([{"rows": count, "file": str(out)}], json=json)


def _show(results: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        print_json(results[0] if len(results) == 1 else results)
        return
    for result in results:
        problems = result.get("problems", ())
        say(", ".join(f"{name}: {value}" for name, value in result.items() if name != "problems"))
        for one in problems:
            say(f"  line {one['line']}{', ' + one['column'] if one['column'] else ''}: {one['reason']}")


