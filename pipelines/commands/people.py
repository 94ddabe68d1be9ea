"""Customers and accounts: mapping tables, pairs of profiles that look like one person or one account, merging, undo."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.console import JsonFlag, errors_as_exit_codes, print_json, say, settings

if TYPE_CHECKING:
    from pipelines.people import PeopleWork
    from voc.identity import Merge

Who = Annotated[str, typer.Option("--by", help="Who decides; kept with the decision.")]
MappingFile = Annotated[
    Path,
    typer.Argument(help="CSV with source, source_id and customer_id or account_id.", exists=True, dir_okay=False, readable=True),
]
Columns = Annotated[str | None, typer.Option("--map", help="Which column is what: source=COL,source_id=COL,customer=COL or account=COL.")]


def map_customers(
    file: MappingFile,
    mapping: Columns = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the row accounting; store nothing.")] = False,
    json: JsonFlag = False,
) -> None:
    """Take a mapping table in: this id of that source is that customer or account. Each row proposes a merge."""
    from pipelines.assembly import build_store
    from pipelines.identity_key import hasher_of
    from pipelines.people import map_ids
    from pipelines.sources.mapping_table import read_mapping_table
    from pipelines.sources.reading import Rejected
    from pipelines.sources.table import open_table

    with errors_as_exit_codes(json=json):
        config = settings()
        read = list(read_mapping_table(open_table(file, max_bytes=config.intake.max_file_bytes), mapping))
        rejected = [row for row in read if isinstance(row, Rejected)]
        good = [row for row in read if not isinstance(row, Rejected)]
        problems = [{"line": row.line, "column": row.column, "code": row.code, "reason": row.message} for row in rejected[:20]]
        found = {"file": str(file), "rows": len(read), "good": len(good), "rejected": len(rejected), "problems": problems}
        if not dry_run:
            with closing(build_store(config)) as store, store.write() as unit:
                map_ids(unit, hasher_of(config.data_dir), good)
        if json:
            print_json(found)
        else:
            say(f"{file}: {len(read)} rows = {len(good)} good + {len(rejected)} rejected{' (nothing stored)' if dry_run else ''}")
            for row in rejected[:20]:
                say(f"  line {row.line}, {row.column or 'row'}: {row.message} [{row.code}]")


def merges(*, json: JsonFlag = False) -> None:
    """List the pairs of profiles that look like one person or one account and wait for a decision, and the decisions so far."""
    from pipelines.assembly import build_store
    from pipelines.merge_proposals import proposed
    from voc.profile_history import ProfileNoun

    with errors_as_exit_codes(json=json):
        with closing(build_store(settings(), read_only=True)) as store, store.read() as unit:
            waiting, decided = [one for noun in ProfileNoun for one in proposed(unit, noun)], unit.merges.find()
            pairs = [(one.kept_id, one.gone_id) for one in waiting] + [(one.kept_id, one.gone_id) for one in decided]
            ids = sorted({name for pair in pairs for name in pair})
            names = {name: profile.external_id for name, profile in unit.customers.customers(ids).items()}
            names |= {name: profile.external_id for name, profile in unit.customers.accounts(ids).items()}
        if json:
            shown = [one.model_dump(mode="json") for one in waiting], [one.model_dump(mode="json") for one in decided]
            print_json({"proposals": shown[0], "decisions": shown[1]})
            return
        for one in waiting:
            why = ", ".join(one.reasons)
            say(f"{one.id}  {one.noun.value}  {names.get(one.kept_id, one.kept_id)} <- {names.get(one.gone_id, one.gone_id)}  ({why})")
        for done in decided:
            taken_back = f", taken back by {done.undone_by}" if done.undone_at else ""
            pair_names = f"{names.get(done.kept_id, done.kept_id)} <- {names.get(done.gone_id, done.gone_id)}"
            say(f"#{done.number}  {done.noun.value}  {done.state.value}  {pair_names}  by {done.by}{taken_back}")
        if not waiting:
            say("Nothing to decide.")


def merge(
    proposal: Annotated[str, typer.Argument(help="Id of the pair, from `voc customers merges`.")],
    by: Who = "cli",
    *,
    reject: Annotated[bool, typer.Option("--reject", help="Note that they are two people or two accounts.")] = False,
    json: JsonFlag = False,
) -> None:
    """Merge a pair of profiles, or say that they are two people or two accounts; `voc customers undo` takes it back."""
    with errors_as_exit_codes(json=json), _people() as work:
        _show(work.decide(proposal, accept=not reject, by=by), json=json)


def undo(number: Annotated[int, typer.Argument(help="Number of the decision.")], by: Who = "cli", *, json: JsonFlag = False) -> None:
    """Take a decision back: a merged pair becomes two profiles again, each with its own comments and answers."""
    with errors_as_exit_codes(json=json), _people() as work:
        _show(work.undo(number, by=by), json=json)


@contextmanager
def _people() -> Iterator["PeopleWork"]:
    from pipelines.assembly import build_store
    from pipelines.intake import DirectWriter
    from pipelines.people import PeopleWork
    from voc.clock import utc_now

    config = settings()
    with closing(build_store(config)) as store:
        yield PeopleWork(store, DirectWriter(store), folder=config.data_dir, clock=utc_now)


def _show(done: "Merge", *, json: bool) -> None:
    if json:
        print_json(done.model_dump(mode="json"))
    else:
        say(f"#{done.number} {done.state.value}{' and taken back' if done.undone_at else ''}: {done.kept_id} <- {done.gone_id}")
