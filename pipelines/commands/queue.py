"""Who should be called: the queue of customers who may be less satisfied than their score says."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.console import JsonFlag, errors_as_exit_codes, print_json, say, settings
from voc.concerns import Reason
from voc.feedback import Language

if TYPE_CHECKING:
    from voc.concerns import QueueEntry

TopOption = Annotated[int, typer.Option("--top", min=1, max=1_000, help="Most entries to print.")]


def queue(
    top: TopOption = 20,
    reason: Annotated[Reason | None, typer.Option(help="Only entries with this reason.")] = None,
    language: Annotated[Language | None, typer.Option(help="Only entries whose latest comment is in this language.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the reasons: en or ja.")] = "en",
    *,
    json: JsonFlag = False,
) -> None:
    """List who may be less satisfied than the score says, by value times risk, with reasons and quotes."""
    from pipelines.assembly import build_store, build_taxonomy
    from pipelines.explain.concern_wording import check_wording
    from pipelines.figures.addresses import Addresses
    from pipelines.intake import DirectWriter
    from pipelines.queueing import Queue, QueueFilter
    from voc.clock import utc_now

    with errors_as_exit_codes(json=json):
        config = settings()
        with closing(build_store(config, read_only=True)) as store:
            working = Queue(store, DirectWriter(store), clock=utc_now)
            whole = working.look()
            found = working.find(QueueFilter(reason=reason, language=language), among=whole)
            with store.read() as unit:
                addresses = Addresses(unit, taxonomy=build_taxonomy(), zone=config.intake.default_timezone)
                shown, check = addresses.queue(found[:top]), addresses.queue_check(whole.check)
                customers = unit.customers.customers([entry.customer_id for entry in shown if entry.customer_id])
                accounts = unit.customers.accounts([entry.account_id for entry in shown if entry.account_id])
        if json:
            entries = [entry.model_dump(mode="json") for entry in shown]
            print_json({"as_of": whole.as_of, "total": len(found), "entries": entries, "check": check.model_dump(mode="json")})
            return
        for entry in shown:
            who = [customers.get(entry.customer_id or ""), accounts.get(entry.account_id or "")]
            _show(entry, " · ".join(one.name or one.external_id for one in who if one is not None) or entry.id, lang)
        say(f"{len(found)} in the queue. {check_wording(whole.check, language=lang)}")


def _show(entry: "QueueEntry", name: str, lang: str) -> None:
    from pipelines.explain.concern_wording import concern_wording, reason_name

    value = f"{entry.value:,.0f}" if entry.value is not None else "?"
    say(f"{name}   risk {entry.risk:.2f} ({entry.risk_kind.value})   value {value}   {entry.last_at:%Y-%m-%d}")
    for concern in entry.concerns:
        say(f"    {reason_name(concern.reason, language=lang)}: {concern_wording(concern, language=lang)}")
    say(f"    > {entry.concerns[0].quote}")
