"""What the import commands do: open, map, show, take in, account."""

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.acting import keep_assignments
from pipelines.assembly import build_intake, build_language_detector, build_redactor, build_store
from pipelines.commands.console import note
from pipelines.erasing.rejects import without_erased
from pipelines.identity_key import hasher_of
from pipelines.importing import PROBLEMS_SHOWN, ImportPlan, dry_run, import_feedback
from pipelines.ingest import ingest
from pipelines.known_by_email import link
from pipelines.people import known_by
from pipelines.progress import progress_for
from pipelines.sources.assignments_file import read_assignments
from pipelines.sources.customers_file import EmailOf, read_profiles
from pipelines.sources.guessing import guess_mapping
from pipelines.sources.kpis_file import read_kpis
from pipelines.sources.mapping import ColumnMapping, load_mapping, parse_mapping, save_mapping
from pipelines.sources.reading import Rejected
from pipelines.sources.rejects import write_rejects
from pipelines.sources.table import Table, open_table
from voc.actions import Arm, Assignment
from voc.clock import utc_now
from voc.customers import Account, Customer
from voc.errors import BadMappingError
from voc.feedback import Source
from voc.ids import random_id
from voc.kpis import KpiObservation
from voc.settings import Settings
from voc.store import Store

MAPPINGS = "mappings"
REJECTS = "rejects"
PROFILE_BATCH = 2_000
IMPORTED = "voc customers import"
"""Who changed a profile, in its history."""


@dataclass(frozen=True)
class ImportOptions:
    """What the command line said."""

    mapping: str | None
    saved_map: str | None
    save_map: str | None
    source: Source
    source_name: str | None
    timezone: str | None
    encoding: str | None
    delimiter: str | None
    sheet: str | None


def import_files(files: Sequence[Path], options: ImportOptions, *, settings: Settings, dry: bool, quiet: bool) -> list[dict[str, Any]]:
    """Import each file; return its accounting."""
    if dry:
        return [_try(file, options, settings=settings, quiet=quiet) for file in files]
    with closing(build_store(settings)) as store:
        results = []
        for file in files:
            results.append(_import(file, options, store=store, settings=settings, quiet=quiet))
            if not quiet:
                note(f"  {accounting_line(results[-1])}")
        return results


def accounting_line(result: dict[str, Any]) -> str:
    """Return the accounting of one file in one line."""
    if "good" in result:
        verdict = f"{result['good']:,} good, {result['rejected']:,} would be rejected"
        return f"{result['file']}: {result['rows']:,} rows: {verdict} (nothing stored)"
    where = f" (see {result['rejects_file']})" if result["rejects_file"] else ""
    return (
        f"{result['file']}: {result['rows']:,} rows = {result['new']:,} new + {result['duplicate']:,} duplicate "
        f"+ {result['rejected']:,} rejected{where}"
    )


def _plan(file: Path, options: ImportOptions, *, settings: Settings, quiet: bool) -> ImportPlan:
    table = open_table(
        file, encoding=options.encoding, delimiter=options.delimiter, sheet=options.sheet, max_bytes=settings.intake.max_file_bytes
    )
    mapping = _mapping(table, options, settings=settings, quiet=quiet)
    if options.save_map:
        save_mapping(settings.data_dir / MAPPINGS, options.save_map, mapping)
    zone = _zone(options.timezone or settings.intake.default_timezone)
    return ImportPlan(
        table=table, mapping=mapping, source=options.source, source_name=options.source_name or _stem(file), timezone=zone
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError) as error:
        raise BadMappingError(f"{name} is not a time zone; write one like Asia/Tokyo.", field="timezone") from error


def _mapping(table: Table, options: ImportOptions, *, settings: Settings, quiet: bool) -> ColumnMapping:
    if options.saved_map:
        return load_mapping(settings.data_dir / MAPPINGS, options.saved_map)
    if options.mapping:
        mapping = parse_mapping(options.mapping)
        mapping.check(table.columns)
        return mapping
    guessed = guess_mapping(table)
    if not quiet:
        for guess in guessed.guesses:
            note(f"  {guess.role} = {guess.column} ({guess.confidence}: {guess.reason})")
        for warning in guessed.warnings:
            note(f"  note: {warning}")
    if not guessed.mapping.text:
        raise BadMappingError(f"No column looks like the text; name it: --map text=COLUMN. Columns: {', '.join(table.columns)}.")
    return guessed.mapping


def _show_table(file: Path, table: Table, mapping: ColumnMapping) -> None:
    note(f"{file.name}: {table.kind}, {table.encoding or 'binary'}{f', delimiter {table.delimiter!r}' if table.delimiter else ''}")
    note(f"  mapping: {mapping.to_text()}")


def _import(file: Path, options: ImportOptions, *, store: Store, settings: Settings, quiet: bool) -> dict[str, Any]:
    plan = _plan(file, options, settings=settings, quiet=quiet)
    if not quiet:
        _show_table(file, plan.table, plan.mapping)
    entry = import_feedback(
        plan,
        store=store,
        intake=build_intake(store, settings),
        rejects_dir=settings.data_dir / REJECTS,
        clock=utc_now,
        progress=progress_for(sys.stderr, quiet=quiet),
        file_name=file.name,
    )
    return {"file": str(file), "id": entry.id, "mapping": plan.mapping.to_text()} | entry.model_dump(
        mode="json", include={"rows", "new", "duplicate", "rejected", "rejects_file"}
    )


def _try(file: Path, options: ImportOptions, *, settings: Settings, quiet: bool) -> dict[str, Any]:
    plan = _plan(file, options, settings=settings, quiet=quiet)
    if not quiet:
        _show_table(file, plan.table, plan.mapping)
        for row in plan.table.preview:
            note("  | " + " | ".join(cell[:40] for cell in row.cells.values()))
    detector, redactor = build_language_detector(), build_redactor()
    trial = dry_run(plan, prepare=lambda new: ingest(new, detector=detector, redactor=redactor, received_at=utc_now()))
    problems = [{"line": p.line, "column": p.column, "code": p.code, "reason": p.message} for p in trial.problems]
    if not quiet:
        for problem in problems:
            note(f"  line {problem['line']}, {problem['column'] or 'row'}: {problem['reason']} [{problem['code']}]")
    found = {"rows": trial.rows, "good": trial.good, "rejected": trial.rejected, "problems": problems}
    return {"file": str(file), "mapping": plan.mapping.to_text()} | found


def import_profiles(
    files: Sequence[Path], mapping: str | None, encoding: str | None, *, settings: Settings, dry: bool, quiet: bool
) -> list[dict[str, Any]]:
    """Import customers and accounts; return the accounting of each file."""

    def take(store: Store, items: list[Any]) -> dict[str, int]:
        customers = [item for item in items if isinstance(item, Customer)]
        accounts = [item for item in items if isinstance(item, Account)]
        emails = {item.customer_id: item.address for item in items if isinstance(item, EmailOf)}
        now = utc_now()
        with store.write() as unit:
            refused = unit.erasures.refusals([customer.id for customer in customers])
            welcome = [customer for customer in customers if customer.id not in refused]
            mails = {name: address for name, address in emails.items() if name not in refused}
            of_accounts = unit.customers.put_accounts(accounts, by=IMPORTED, now=now)
            of_customers = unit.customers.put_customers(welcome, by=IMPORTED, now=now)
            link(unit, known_by(hasher_of(settings.data_dir), welcome, emails=mails, source="customers file"), now=now)
            of_customers |= {"erased": len(refused)} if refused else {}
        return {f"accounts_{name}": n for name, n in of_accounts.items()} | {f"customers_{name}": n for name, n in of_customers.items()}

    def read(table: Table, zone: ZoneInfo) -> Any:
        del zone
        return read_profiles(table, mapping)

    return [_import_facts(file, encoding, read=read, take=take, settings=settings, dry=dry, quiet=quiet) for file in files]


def import_kpis(
    files: Sequence[Path], mapping: str | None, encoding: str | None, *, settings: Settings, dry: bool, quiet: bool
) -> list[dict[str, Any]]:
    """Import KPI observations; return the accounting of each file."""

    def take(store: Store, items: list[KpiObservation]) -> dict[str, int]:
        with store.write() as unit:
            refused = unit.erasures.refusals([item.customer_id for item in items])
            counts = unit.kpis.add([item for item in items if item.customer_id not in refused])
            left_out = sum(item.customer_id in refused for item in items)
            return counts | ({"erased": left_out} if left_out else {})

    def read(table: Table, zone: ZoneInfo) -> Any:
        return read_kpis(table, mapping, timezone=zone)

    return [_import_facts(file, encoding, read=read, take=take, settings=settings, dry=dry, quiet=quiet) for file in files]


def import_assignments(  # one call, the file's own options apart from what every import has
    file: Path, experiment: str, mapping: str | None, encoding: str | None, *, settings: Settings, dry: bool, quiet: bool
) -> dict[str, Any]:
    """Import who was put on which side of an experiment; return the accounting."""

    def take(store: Store, items: list[Assignment]) -> dict[str, int]:
        with store.write() as unit:
            kept = keep_assignments(unit, items, now=utc_now())
        left_out = len(items) - len(kept)
        return {arm.value: sum(item.arm is arm for item in kept) for arm in Arm} | ({"erased": left_out} if left_out else {})

    def read(table: Table, zone: ZoneInfo) -> Any:
        del zone
        return read_assignments(table, experiment, mapping)

    return _import_facts(file, encoding, read=read, take=take, settings=settings, dry=dry, quiet=quiet, batch=sys.maxsize)


def _import_facts(
    file: Path,
    encoding: str | None,
    *,
    read: Callable[[Table, ZoneInfo], Any],
    take: Callable[[Store, list[Any]], dict[str, int]],
    settings: Settings,
    dry: bool,
    quiet: bool,
    batch: int = PROFILE_BATCH,
) -> dict[str, Any]:
    table = open_table(file, encoding=encoding, max_bytes=settings.intake.max_file_bytes)
    rejected: list[Rejected] = []
    items: list[Any] = []
    rows = 0
    with progress_for(sys.stderr, quiet=quiet).step("read", None) as step:
        for row in read(table, ZoneInfo(settings.intake.default_timezone)):
            rows += 1
            step.advance(1)
            if isinstance(row, Rejected):
                rejected.append(row)
            else:
                items.extend(row)
    result: dict[str, Any] = {"file": str(file), "rows": rows, "rejected": len(rejected)}
    if dry:
        problems = [{"line": one.line, "column": one.column, "code": one.code, "reason": one.message} for one in rejected[:PROBLEMS_SHOWN]]
        return result | {"good": rows - len(rejected), "problems": problems}
    with closing(build_store(settings)) as store:
        if rejected:
            target = settings.data_dir / REJECTS / f"{random_id('im')}.csv"
            target.parent.mkdir(parents=True, exist_ok=True)
            write_rejects(target, without_erased(store, rejected))
            result["rejects_file"] = str(target)
        return result | _take_all(store, items, take, batch=batch)


def _take_all(store: Store, items: list[Any], take: Callable[[Store, list[Any]], dict[str, int]], *, batch: int) -> dict[str, int]:
    counts: dict[str, int] = {}
    for start in range(0, len(items), batch):
        for name, n in take(store, items[start : start + batch]).items():
            counts[name] = counts.get(name, 0) + n
    return counts


def _stem(file: Path) -> str:
    return file.name.split(".")[0]
