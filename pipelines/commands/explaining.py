"""Commands that explain KPIs: why one moved (``explain``), what goes with one (``drivers``)."""

from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.console import JsonFlag, errors_as_exit_codes, print_json, say, settings
from voc.drivers import IssueKind
from voc.kpis import Kpi
from voc.ledger import Grouping, LedgerBy

if TYPE_CHECKING:
    from voc.drivers import DriverLine
    from voc.ledger import RootCause

Lang = Annotated[str, typer.Option("--lang", help="ja or en.")]
LARGEST = 12


def explain(  # noqa: PLR0913, PLR0917  # typer makes an option of each argument
    kpi: Annotated[Kpi, typer.Option(help="The KPI that moved.")] = Kpi.NPS,
    since: Annotated[str | None, typer.Option("--from", help="First day of the period, for example 2026-04-01.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day of the period.")] = None,
    before_since: Annotated[str | None, typer.Option("--before-from", help="First day of what it is compared with.")] = None,
    before_until: Annotated[str | None, typer.Option("--before-to", help="Last day of what it is compared with.")] = None,
    segment: Annotated[str | None, typer.Option(help="Compare this segment …")] = None,
    against: Annotated[str | None, typer.Option(help="… with this one, in the period.")] = None,
    source: Annotated[str | None, typer.Option(help="Only comments of this source.")] = None,
    by: Annotated[LedgerBy, typer.Option(help="Which issues: tags, topics, both or aspects (大分類).")] = LedgerBy.TAGS,
    opened: Annotated[str | None, typer.Option("--open", help="Open this issue too, for example tag:account.login.")] = None,
    within: Annotated[list[str] | None, typer.Option(help="Narrow the opened issue: reason=…, group=…, product=… or release=….")] = None,
    mix: Annotated[Grouping | None, typer.Option(help="Whose mix counts: segment, source, language, role or journey_stage.")] = None,
    lang: Lang = "en",
    *,
    json: JsonFlag = False,
) -> None:
    """Say what the change of a KPI is made of: terms that add up, with interval, n and quotes. Left out: the last 90 days."""
    from pipelines.assembly import build_store, build_taxonomy
    from pipelines.figures.addresses import Addresses
    from pipelines.reporting import period_filter
    from pipelines.root_cause import ask, opening_of, root_cause, segments_of
    from voc.filters import FeedbackFilter

    with errors_as_exit_codes(json=json):
        config = settings()
        zone = config.intake.default_timezone
        after, before = period_filter(since, until, zone=zone), period_filter(before_since, before_until, zone=zone)
        wanted = FeedbackFilter.model_validate({"source": source})
        opening = opening_of(opened, **_steps(within or ()))
        with closing(build_store(config, read_only=True)) as store, store.read() as unit:
            question = ask(
                unit,
                kpi=kpi,
                after=(after.since, after.until),
                before=(before.since, before.until),
                segments=segments_of(segment, against),
                by=by,
                grouping=mix,
            )
            taxonomy = build_taxonomy()
            found = root_cause(unit, taxonomy=taxonomy, question=question, wanted=wanted, language=lang, opening=opening)
            found = Addresses(unit, taxonomy=taxonomy, zone=zone, wanted=wanted).root_cause(found)
        if json:
            print_json(found.model_dump(mode="json"))
        else:
            for line in lines(found, language=lang, zone=zone):
                say(line)


def _steps(within: Sequence[str]) -> dict[str, str]:
    """Read ``kind=name`` options; raises BadFilterError for any other."""
    from voc.errors import BadFilterError
    from voc.ledger import DrillKind

    steps = {}
    for text in within:
        kind, _, name = text.partition("=")
        if kind not in set(DrillKind) or not name or kind in steps:
            raise BadFilterError("An issue is narrowed by reason=, group=, product= or release=, each once.", field="within")
        steps[kind] = name
    return steps


def drivers(  # noqa: PLR0913  # typer makes an option of each argument
    kpi: Annotated[Kpi, typer.Option(help="The KPI.")] = Kpi.NPS,
    since: Annotated[str | None, typer.Option("--from", help="First day.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    source: Annotated[str | None, typer.Option(help="Only comments of this source.")] = None,
    limit: Annotated[int, typer.Option(help="Most issues to list.", min=1)] = 20,
    issue: Annotated[str | None, typer.Option(help="Only this issue, for example tag:account.login.")] = None,
    of_kind: Annotated[IssueKind | None, typer.Option("--kind", help="Only issues of this kind.")] = None,
    lang: Lang = "en",
    *,
    model: Annotated[bool, typer.Option("--model", help="Check the --issue with the model the KPI demands.")] = False,
    json: JsonFlag = False,
) -> None:
    """List what goes with a KPI: difference with interval, impact, accounts and revenue touched, isolated or systemic."""
    from pipelines.assembly import build_store, build_taxonomy
    from pipelines.driver_list import driver_list
    from pipelines.explain.fitting_wording import check_lines
    from pipelines.explain.wording import wording
    from pipelines.figures.addresses import Addresses
    from pipelines.model_check import model_check
    from pipelines.reporting import period_filter
    from voc.filters import FeedbackFilter

    with errors_as_exit_codes(json=json):
        config = settings()
        zone = config.intake.default_timezone
        dates = period_filter(since, until, zone=zone)
        wanted = FeedbackFilter.model_validate({"source": source, "since": dates.since, "until": dates.until})
        kind, name = _named(issue, model=model)
        with closing(build_store(config, read_only=True)) as store, store.read() as unit:
            taxonomy = build_taxonomy()
            listed = driver_list(unit, taxonomy=taxonomy, kpi=kpi, wanted=wanted, language=lang)
            addresses = Addresses(unit, taxonomy=taxonomy, zone=zone, wanted=wanted)
            listed = addresses.lines(listed)
            found = [one for one in listed if name is None or (one.issue.kind, one.issue.id) == (kind, name)]
            found = [one for one in found if of_kind in (None, one.issue.kind)][:limit]
            check = None
            if model and kind is not None and name is not None:
                check = model_check(unit, taxonomy=taxonomy, kpi=kpi, kind=kind, issue_id=name, wanted=wanted, language=lang)
                check = addresses.fitted(check)
        if json and check is not None:
            print_json(check.model_dump(mode="json"))
            return
        if json:
            print_json({"drivers": [one.model_dump(mode="json") for one in found]})
            return
        for one in found:
            say(wording(one, language=lang))
            say(f"      {reach_line(one, language=lang)}")
        for sentence in check_lines(check, language=lang) if check is not None else ():
            say(f"      {sentence}")
        if not found and check is None:
            say("No issue is known." if lang != "ja" else "課題がありません。")


def _named(issue: str | None, *, model: bool) -> tuple[IssueKind | None, str | None]:
    """Read ``kind:id``, which a check of models needs."""
    from pipelines.issue_list import parse_issue
    from voc.errors import BadFilterError

    if issue is None:
        if model:
            raise BadFilterError("Name the --issue to check.", field="issue")
        return None, None
    return parse_issue(issue)


def reach_line(one: "DriverLine", *, language: str) -> str:
    """Return impact, accounts, revenue and verdict of a driver in one line."""
    from pipelines.explain.wording import verdict_name

    reach, japanese = one.reach, language == "ja"
    revenue = "–" if reach.revenue is None else f"{reach.revenue:,.0f}"
    weight = "–" if one.impact is None else f"{one.impact:+.1f}"
    said = verdict_name(reach.verdict, language=language)
    if japanese:
        return f"影響 {weight}、取引先{reach.accounts}社、売上 {revenue}（{reach.revenue_of}社分）、{said}"
    return f"impact {weight}; {reach.accounts} accounts; revenue {revenue} (of {reach.revenue_of}); {said}"


def lines(found: "RootCause", *, language: str, zone: str) -> list[str]:
    """Return the answer as text: the change, its terms, and the opened issues."""
    from zoneinfo import ZoneInfo

    from pipelines.explain.ledger_wording import headline, is_clear, quotes_of, shortage, term_name
    from pipelines.report.figures import Figures

    question, ledger = found.question, found.ledger
    figures = Figures(language=language, zone=ZoneInfo(zone))
    named = term_headings(language)
    compared = (
        f"{figures.days(question.before)}  →  {figures.days(question.after)}"
        if question.against is None
        else f"{question.against}  →  {question.segment}   {figures.days(question.after)}"
    )
    shown = [headline(ledger, language=language), compared, *filter(None, (shortage(ledger, language=language),)), ""]
    small = ledger.terms[LARGEST:-1]
    for term in (*ledger.terms[:LARGEST], *ledger.terms[max(LARGEST, len(ledger.terms) - 1) :]):
        interval = figures.interval(term.low, term.high, signed=True)
        clear = "*" if is_clear(term) else " "
        rate = f"q {figures.q(term.q)}" if term.q is not None else ""
        name = term_name(term, grouping=question.grouping, kpi=ledger.kpi, language=language)
        shown.append(f"{figures.signed(term.amount):>8} {interval:<18} {clear} {rate:<9} {name}")
    if small:
        shown.append(f"{figures.signed(sum(term.amount for term in small)):>8} {'':<18}   {'':<9} {named['small']} ({len(small)})")
    if ledger.terms:
        shown += [f"{figures.signed(ledger.change):>8} {named['sum']}", "", named["clear"]]
    for drill in found.drills:
        shown += ["", " › ".join([drill.issue.name, *(f"{named[kind.value]}: {name}" for kind, name in drill.path.steps().items())])]
        shown += [
            f"    {named[line.kind.value]:<10} {line.n_before:>5} → {line.n_after:<5} "
            f"{figures.number(line.value_before):>7} → {figures.number(line.value_after):<7} {line.name or named['unknown']}"
            for line in drill.lines
        ]
        shown += [f"      {side}:" for side in (quotes_of(drill, question, language=language),) if side]
        shown += [f"      “{' '.join(quote.text.split())}”" for quote in drill.quotes]
    return shown


def term_headings(language: str) -> dict[str, str]:
    """Return the words of the text table."""
    english = {
        "small": "Smaller terms together",
        "sum": "Sum of the terms = the change",
        "clear": "* clear: q ≤ 0.05 over all issues, or an interval beside 0. Associated with the change, not its cause.",
        "reason": "reason",
        "group": "group",
        "product": "product",
        "release": "release",
        "unknown": "unknown",
    }
    japanese = {
        "small": "その他の小さな項目の合計",
        "sum": "項目の合計 = 変化",
        "clear": "* 明確: 全課題を通したq ≤ 0.05、または0を含まない区間。変化との関連であり、原因を示すものではありません。",
        "reason": "理由",
        "group": "グループ",
        "product": "製品",
        "release": "リリース",
        "unknown": "不明",
    }
    return japanese if language == "ja" else english
