"""Commands for who runs the service: serve, worker, keys, failed, backup, restore."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.console import JsonFlag, QuietFlag, errors_as_exit_codes, note, print_json, say, settings
from voc.errors import SettingsError
from voc.keys import Scope
from voc.settings import Settings

keys = typer.Typer(help="API keys for senders and readers.", no_args_is_help=True)
failed = typer.Typer(help="Comments the models could not handle.", no_args_is_help=True)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: VOC_SERVER__HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; taken: the next free one. Default: VOC_SERVER__PORT.")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Say where it listens as one JSON object on standard output.")] = False,
) -> None:
    """Run the service: HTTP API, dashboard and all pending work in the background."""
    from pipelines.serving import serve_until_stopped

    with errors_as_exit_codes(json=json):
        code = serve_until_stopped(_listening(host, port), json=json)
    raise typer.Exit(code)


def _listening(host: str | None, port: int | None):  # type: ignore[no-untyped-def]  # noqa: ANN202  # Settings, imported late
    config = settings()
    changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return config.model_copy(update={"server": config.server.model_copy(update=changes)})


def worker(
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop when nothing waits.")] = False,
    quiet: QuietFlag = False,
    json: Annotated[bool, typer.Option("--json", help="Print what each round did as a JSON object on standard output.")] = False,
) -> None:
    """Do pending work beside other workers; PostgreSQL only."""
    from dataclasses import asdict

    from pipelines.assembly import build_models, build_runner, build_store
    from pipelines.progress import progress_for
    from pipelines.working import rounds

    with errors_as_exit_codes(json=json):
        config = settings()
        with closing(build_store(config)) as store, closing(build_models(config.models)) as models:
            if store.kind != "postgresql":
                raise SettingsError("Workers need PostgreSQL (VOC_DATABASE__URL); on SQLite `voc serve` does the work.")
            runner = build_runner(store, models, config)
            for counts in rounds(runner, progress_for(sys.stderr, quiet=quiet), once=once):
                if json:
                    print_json(asdict(counts))


@keys.command("create")
def create_key(
    scope: Annotated[str, typer.Option("--scope", help="Comma-separated: ingest, read, admin.")] = "ingest,read",
    name: Annotated[str, typer.Option("--name", help="Who uses it.")] = "default",
    *,
    json: JsonFlag = False,
) -> None:
    """Make a key and show it once; only its hash is kept."""
    from pipelines.assembly import build_store
    from voc.clock import utc_now
    from voc.errors import BadFilterError

    with errors_as_exit_codes(json=json):
        known = {item.value: item for item in Scope}
        wanted = [part.strip() for part in scope.split(",") if part.strip()]
        if not wanted or any(part not in known for part in wanted):
            raise BadFilterError(f"Scopes are: {', '.join(known)}.", field="scope")
        with closing(build_store(settings())) as store, store.write() as unit:
            key, secret = unit.keys.create(name, scopes={known[part] for part in wanted}, now=utc_now())
        shown = {"key": secret, "id": key.id, "name": key.name, "scopes": sorted(key.scopes)}
        if json:
            print_json(shown)
        else:
            say(secret)
            note(f"Key {key.id} ({', '.join(sorted(key.scopes))}). It is shown only now; only its hash is kept.")


@keys.command("list")
def list_keys(*, json: JsonFlag = False) -> None:
    """List keys without their secrets."""
    from pipelines.assembly import build_store

    with errors_as_exit_codes(json=json):
        with closing(build_store(settings(), read_only=True)) as store, store.read() as unit:
            found = [key.model_dump(mode="json") for key in unit.keys.find()]
        if json:
            print_json({"keys": found})
            return
        for key in found:
            state = f"revoked {key['revoked_at']}" if key["revoked_at"] else "active"
            say(f"{key['id']}  {key['prefix']}…  {key['name']}  {','.join(sorted(key['scopes']))}  {state}")


@keys.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="Id or shown prefix of the key.")], *, json: JsonFlag = False) -> None:
    """End a key; the next request with it is refused."""
    from pipelines.assembly import build_store
    from voc.clock import utc_now

    with errors_as_exit_codes(json=json):
        with closing(build_store(settings())) as store, store.write() as unit:
            key = unit.keys.revoke(key_id, now=utc_now())
        if json:
            print_json(key.model_dump(mode="json"))
        else:
            say(f"{key.id} revoked")


@failed.command("list")
def list_failed(*, json: JsonFlag = False) -> None:
    """List comments that were put aside, with the reason; never their words."""
    from pipelines.assembly import build_store

    with errors_as_exit_codes(json=json):
        with closing(build_store(settings(), read_only=True)) as store, store.read() as unit:
            found = [letter.model_dump(mode="json") for letter in unit.pending.dead()]
        if json:
            print_json({"failed": found})
            return
        for letter in found:
            say(f"{letter['feedback_id']}  {letter['reason']}  attempts {letter['attempts']}, crashes {letter['crashes']}")
        say(f"{len(found)} put aside")


@failed.command("requeue")
def requeue_failed(
    feedback_id: Annotated[list[str] | None, typer.Argument(help="Ids; left out: all.")] = None, *, json: JsonFlag = False
) -> None:
    """Let put-aside comments wait again."""
    from pipelines.assembly import build_store

    with errors_as_exit_codes(json=json):
        with closing(build_store(settings())) as store, store.write() as unit:
            count = unit.pending.requeue(feedback_id or None)
        if json:
            print_json({"requeued": count})
        else:
            say(f"{count} wait again")


def backup(out: Annotated[Path, typer.Argument(help="File to write.", dir_okay=False)], *, json: JsonFlag = False) -> None:
    """Copy the SQLite database while it is in use; the copy is checked before it takes its name."""
    from pipelines.assembly import build_store
    from voc.store.backup import write_backup

    with errors_as_exit_codes(json=json):
        with closing(build_store(settings(), read_only=True)) as store:
            found = write_backup(store, out)
        _show(found, json=json)


def restore(
    file: Annotated[Path, typer.Argument(help="A file `voc backup` wrote.", exists=True, dir_okay=False)],
    *,
    check: Annotated[bool, typer.Option("--check", help="Only check the file.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Put it in the place of an existing database (which is kept beside it).")] = False,
    json: JsonFlag = False,
) -> None:
    """Put a backup in the place of the database."""
    from voc.store.backup import check_backup, restore_backup

    with errors_as_exit_codes(json=json):
        config = settings()
        found = check_backup(file) if check else restore_backup(file, data_dir=config.data_dir, force=force)
        if not check:
            found |= {"erasures_applied_again": _catch_up(config)}
        _show(found, json=json)


def _catch_up(config: Settings) -> int:
    """Erase again whom the backup brought back; return how many."""
    from pipelines.assembly import build_erasing
    from voc.store import open_store

    with closing(open_store(config.data_dir, config.database)) as store:
        return build_erasing(store, config).catch_up()


def _show(found: dict[str, object], *, json: bool) -> None:
    if json:
        print_json(found)
    else:
        say(", ".join(f"{name}: {value}" for name, value in found.items()))
