"""The command ``voc audit``: what audits say of the tags so far. Comments are read on the page *Audit* or by HTTP."""

from contextlib import closing
from typing import Annotated

import typer

from pipelines.commands.console import JsonFlag, errors_as_exit_codes, print_json, say, settings


def audit(
    language: Annotated[str, typer.Option("--lang", help="Language of the tag names: en or ja.")] = "en",
    *,
    json: JsonFlag = False,
) -> None:
    """Show precision, recall and share of each tag, corrected for tagging errors, as far as comments were audited."""
    from pipelines.assembly import build_store, build_taxonomy
    from pipelines.auditing import audited_tags
    from pipelines.explaining import EXPLAINED, issues_of
    from pipelines.figures.addresses import Addresses
    from voc.drivers import IssueKind
    from voc.filters import FeedbackFilter

    with errors_as_exit_codes(json=json):
        config, taxonomy = settings(), build_taxonomy()
        with closing(build_store(config, read_only=True)) as store, store.read() as unit:
            rows = unit.voices.find(FeedbackFilter())
            drivers = [driver for kpi in EXPLAINED for driver in unit.drivers.find(kpi)]
            tags = Addresses(unit, taxonomy=taxonomy, zone=config.intake.default_timezone).audits(
                audited_tags(unit, rows=rows, drivers=drivers).values()
            )
            found = sorted(tags, key=lambda one: (-one.counted, one.tag))
            issues = issues_of(rows, unit=unit, taxonomy=taxonomy, language=language)
            answers = len(unit.audits.find())
        if json:
            print_json({"answers": answers, "tags": [one.model_dump(mode="json") for one in found]})
            return
        names = {issue.id: issue.name for issue in issues if issue.kind is IssueKind.TAG}
        say(f"{answers} comments audited. Read more on the page Audit (voc serve, /audit).")
        for one in found:
            figures = [("share", one.share), ("precision", one.precision), ("recall", one.recall)]
            said = ", ".join(f"{name} {each.value:.1%} [{each.low:.1%}, {each.high:.1%}]" for name, each in figures if each is not None)
            said = said or f"{one.read_with} read with it, {one.read_without} without: not enough yet"
            say(f"  {names.get(one.tag, one.tag)}: {one.counted} of {one.n} comments; {said}")
