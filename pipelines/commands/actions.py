"""Actions: record what is done and what it should change, list them, check them, and import an experiment's assignments."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.console import JsonFlag, QuietFlag, errors_as_exit_codes, print_json, say, settings
from voc.actions import Direction, Measure

if TYPE_CHECKING:
    from pipelines.acting import Acting
    from voc.actions import Evaluation

actions = typer.Typer(no_args_is_help=True, help="Actions: what is done about an issue, what it should change, and whether it did.")
DAY = ["%Y-%m-%d"]


@actions.command("add")
def add(  # noqa: PLR0913, PLR0917  # typer makes an option of each argument
    title: Annotated[str, typer.Argument(help="What is done, in a few words.")],
    measure: Annotated[Measure, typer.Option(help="What it should change.")],
    issue: Annotated[str, typer.Option(help="The issue: tag:ID or topic:ID.")],
    starts: Annotated[datetime, typer.Option(formats=DAY, help="First day, YYYY-MM-DD.")],
    direction: Annotated[Direction | None, typer.Option(help="Where the measure should go; left out: where better is.")] = None,
    segment: Annotated[str | None, typer.Option(help="Whom it reaches: a segment or plan; left out: everyone.")] = None,
    account: Annotated[list[str] | None, typer.Option(help="Whom it reaches: your id of an account; may be given several times.")] = None,
    expected: Annotated[float | None, typer.Option(min=0, help="Smallest effect that would matter, in the measure's unit.")] = None,
    experiment: Annotated[str | None, typer.Option(help="Name of imported assignments.")] = None,
    owner: Annotated[str | None, typer.Option(help="Who answers for it.")] = None,
    due: Annotated[datetime | None, typer.Option(formats=DAY, help="When it is to be judged, YYYY-MM-DD.")] = None,
    by: Annotated[str, typer.Option("--by", help="Who records it.")] = "cli",
    *,
    retrospective: Annotated[bool, typer.Option("--retrospective", help="The start lies before data already seen.")] = False,
    json: JsonFlag = False,
) -> None:
    """Record an action before its result."""
    from pipelines.issue_list import parse_issue
    from voc.actions import Plan, Population, better
    from voc.errors import InputError
    from voc.ids import account_id

    with errors_as_exit_codes(json=json), _acting(writing=True) as acting:
        kind, issue_id = parse_issue(issue)
        if expected is not None and not isfinite(expected):
            raise InputError("The smallest effect that would matter is a number.", field="expected")
        plan = Plan(
            title=title,
            issue_kind=kind,
            issue_id=issue_id,
            measure=measure,
            direction=direction or better(measure),
            population=Population(segment=segment, account_ids=tuple(account_id(one) for one in account or ())),
            starts_on=starts.date(),
            expected_size=expected or None,
            experiment=experiment,
        )
        action = acting.add(plan, by=by, owner=owner, due=due.date() if due else None, retrospective=retrospective)
        if json:
            print_json(action.model_dump(mode="json"))
        else:
            say(f"{action.id}  {title}{' (retrospective)' if action.retrospective else ''}: voc actions check {action.id}")


@actions.command("list")
def find(*, json: JsonFlag = False) -> None:
    """List actions, latest start first."""
    with errors_as_exit_codes(json=json), _acting() as acting:
        found = acting.find()
        if json:
            print_json({"actions": [action.model_dump(mode="json") for action in found]})
            return
        for action in found:
            plan = action.plan
            named = len(plan.population.account_ids)
            whom = plan.population.segment or (f"{named} accounts" if named else "everyone")
            mark = ", retrospective" if action.retrospective else ""
            what = f"{plan.measure.value} {plan.direction.value}"
            say(f"{action.id}  {plan.starts_on}  {what}  {whom}  {action.owner or '-'}  {plan.title}{mark}")
        if not found:
            say("No action is recorded: voc actions add --help")


@actions.command("check")
def check(
    action: Annotated[str, typer.Argument(help="Id of the action.")],
    lang: Annotated[str, typer.Option(help="Language of the answer: en or ja.")] = "en",
    *,
    json: JsonFlag = False,
) -> None:
    """Say whether an action worked, shows no sign, or cannot be told yet."""
    from pipelines.explain.action_wording import evaluation_wording, method_name

    with errors_as_exit_codes(json=json), _acting() as acting:
        found, _ = acting.get(action)
        checked = acting.check(action)
        if json:
            print_json(_addressed(checked).model_dump(mode="json"))
            return
        say(evaluation_wording(checked, found.plan.measure, language=lang))
        say(f"  method: {method_name(checked.method, language=lang)}; {checked.n_before} values before, {checked.n_after} after")
        if checked.pre_trend is not None:
            one = checked.pre_trend
            say(f"  before the start: {one.value:+.1f} ({one.low:+.1f} to {one.high:+.1f}), p = {one.p:.3f}")
        if checked.false_starts:
            say(f"  false starts that show an effect: {sum(one.seen for one in checked.false_starts)} of {len(checked.false_starts)}")
        if checked.false_groups:
            say(f"  false groups that show an effect: {checked.false_groups_seen} of {checked.false_groups}")


@actions.command("experiment")
def experiment(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, JSONL or XLSX: customer or account, arm, exposed.", exists=True, dir_okay=False)],
    name: Annotated[str, typer.Option("--name", help="Name of the experiment.")],
    mapping: Annotated[str | None, typer.Option("--map", help="customer=COL,arm=COL,exposed=COL; left out: found by the headers.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the file where it is not found rightly.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; store nothing.")] = False,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Take in who was put on which side of an experiment, and from when on."""
    from pipelines.commands import importing

    with errors_as_exit_codes(json=json):
        result = importing.import_assignments(file, name, mapping, encoding, settings=settings(), dry=dry_run, quiet=quiet)
        if json:
            print_json(result)
        else:
            say(", ".join(f"{key} {value}" for key, value in result.items() if key != "file"))


def _addressed(found: "Evaluation") -> "Evaluation":
    from pipelines.assembly import build_store, build_taxonomy
    from pipelines.figures.addresses import Addresses

    with closing(build_store(settings(), read_only=True)) as store, store.read() as unit:
        return Addresses(unit, taxonomy=build_taxonomy(), zone=settings().intake.default_timezone).check(found)


@contextmanager
def _acting(*, writing: bool = False) -> "Iterator[Acting]":
    from pipelines.acting import Acting
    from pipelines.assembly import build_store, build_taxonomy
    from pipelines.intake import DirectWriter
    from voc.clock import utc_now

    with closing(build_store(settings(), read_only=not writing)) as store:
        yield Acting(store, DirectWriter(store), clock=utc_now, taxonomy=build_taxonomy())
