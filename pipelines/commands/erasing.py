"""Commands to erase a customer, to list the receipts, and to let an erased customer speak again."""

from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer

from pipelines.commands.console import JsonFlag, errors_as_exit_codes, note, print_json, say, settings
from voc.erasure import Erasure

BY = "command line"
External = Annotated[str, typer.Argument(help="The customer's id in your system.")]


def erase(
    external_id: External,
    *,
    preview: Annotated[bool, typer.Option("--preview", help="Only say what would be erased.")] = False,
    json: JsonFlag = False,
) -> None:
    """Erase a customer everywhere and show the receipt; nothing of the customer is taken in afterwards."""
    from pipelines.assembly import build_erasing, build_store

    with errors_as_exit_codes(json=json):
        config = settings()
        with closing(build_store(config, read_only=preview)) as store:
            erasing = build_erasing(store, config)
            found = erasing.preview(external_id) if preview else erasing.erase(external_id, by=BY)
        if isinstance(found, Erasure):
            _show(found, json=json)
        elif json:
            print_json({"state": "preview", **asdict(found)})
        else:
            _rows(found.places)
            for name in (*found.files.removed, *found.files.left):
                say(f"file {name}")
            say(f"{found.files.reject_rows} rows of reject files")


def erasures(*, json: JsonFlag = False) -> None:
    """List the receipts of erasures, latest first, and check that the ledger is whole."""
    from pipelines.assembly import build_store

    with errors_as_exit_codes(json=json):
        with closing(build_store(settings(), read_only=True)) as store:
            lines = store.ledger.check()
            with store.read() as unit:
                found = unit.erasures.find()
        if json:
            print_json({"ledger_lines": lines, "erasures": [receipt.model_dump(mode="json") for receipt in found]})
            return
        for receipt in found:
            say(f"{receipt.id}  {receipt.state.value}  {receipt.started_at:%Y-%m-%d %H:%M}  by {receipt.by}")
        say(f"{len(found)} erasures; the ledger is whole ({lines} lines)")


def lift(external_id: External, *, json: JsonFlag = False) -> None:
    """Let an erased customer speak again; what was erased stays away."""
    from pipelines.assembly import build_erasing, build_store

    with errors_as_exit_codes(json=json):
        config = settings()
        with closing(build_store(config)) as store:
            receipt = build_erasing(store, config).lift(external_id, by=BY)
        _show(receipt, json=json)


def _show(receipt: Erasure, *, json: bool) -> None:
    if json:
        print_json(receipt.model_dump(mode="json"))
        return
    _rows(receipt.places)
    for name in receipt.files_removed:
        say(f"removed: {name}")
    for name in receipt.files_left:
        note(f"holds the customer and is not the service's to change: {name}")
    for left in receipt.notes:
        note(f"left to do: {left}")
    say(f"{receipt.id} {receipt.state.value}")


def _rows(places: dict[str, int]) -> None:
    for name, count in places.items():
        say(f"{name}: {count:,}")
