"""``voc demo``: the main job on the sample data, from the files to the dashboard."""

import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.console import JsonFlag, QuietFlag, errors_as_exit_codes, print_json, say, settings

if TYPE_CHECKING:
    from pipelines.demo.loading import Loaded
    from voc.settings import Settings

TOP = 6
QUOTES = 2


def demo(
    data: Annotated[Path | None, typer.Option("--data", help="Folder for database and reports. Default: voc-data/demo.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the dashboard; taken: the next free one.")] = None,
    *,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the dashboard at the end.")] = True,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the dashboard in a browser.")] = True,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
) -> None:
    """Load the sample data, run all six stages, write the report, and serve the dashboard."""
    from pipelines.serving import serve_until_stopped

    with errors_as_exit_codes(json=json):
        config = settings()
        changes = {"server": config.server.model_copy(update={"port": config.server.port if port is None else port})}
        config = config.model_copy(update={"data_dir": data or config.data_dir / "demo", **changes})
        found = run_demo(config, quiet=quiet)
        if json:
            print_json(found)
        else:
            show(found, config)
        if serve:
            if not json:
                say("\nThe dashboard starts (Ctrl-C ends it). Its address:")
            serve_until_stopped(config, open_browser=browser)


def run_demo(config: "Settings", *, quiet: bool) -> dict[str, Any]:
    """Load, run and report; return what was found."""
    from dataclasses import asdict

    from pipelines.assembly import build_intake, build_models, build_runner, build_store, build_taxonomy
    from pipelines.demo.loading import load
    from pipelines.progress import progress_for
    from pipelines.reporting import period_filter, write_report
    from voc.clock import utc_now

    start = time.monotonic()
    progress = progress_for(sys.stderr, quiet=quiet)
    taxonomy = build_taxonomy()
    with closing(build_store(config)) as store, closing(build_models(config.models)) as models:
        loaded = load(store, build_intake(store, config), rejects_dir=config.data_dir / "rejects", clock=utc_now, progress=progress)
        runner = build_runner(store, models, config)
        counts = runner.run(progress)
        everything = period_filter(None, None, zone=config.intake.default_timezone)
        with progress.step("report", None) as step:
            files = [
                path
                for language in ("ja", "en")
                for path in write_report(
                    store, taxonomy=taxonomy, wanted=everything, language=language, folder=config.data_dir / "reports", settings=config
                )
            ]
            step.advance(len(files))
        issues = top_issues(store, config)
        with store.read() as unit:
            totals, topics = unit.feedback.totals(), len(unit.topics.find())
    return {
        "loaded": _loaded(loaded, totals),
        "run": asdict(counts),
        "topics": topics,
        "issues": issues,
        "files": [str(path) for path in files],
        "seconds": round(time.monotonic() - start, 1),
    }


def _loaded(loaded: "Loaded", totals: dict[str, int]) -> dict[str, Any]:
    return {
        "comments": totals["all"],
        "ja": totals.get("language_ja", 0),
        "en": totals.get("language_en", 0),
        "mixed": totals.get("language_mixed", 0),
        "other": totals.get("language_other", 0),
        "new": loaded.comments.new,
        "duplicate": loaded.comments.duplicate,
        "rejected": loaded.comments.rejected,
        "profiles": loaded.profiles,
        "kpi_answers": loaded.kpis,
    }


def top_issues(store: Any, config: "Settings") -> list[dict[str, Any]]:
    """Return the tags with the most complaints, each with share, trend, effect on NPS and two quotes."""
    from zoneinfo import ZoneInfo

    from pipelines.assembly import build_taxonomy
    from pipelines.explain.wording import wording
    from pipelines.figures.addresses import Addresses
    from pipelines.issue_list import issue_list
    from voc.drivers import IssueKind
    from voc.filters import FeedbackFilter
    from voc.kpis import Kpi

    zone = ZoneInfo(config.intake.default_timezone)
    with store.read() as unit:
        taxonomy = build_taxonomy()
        found = issue_list(
            unit, taxonomy=taxonomy, wanted=FeedbackFilter(), language="en", zone=zone, kpis=(Kpi.NPS,), kind=IssueKind.TAG
        )
        addressed = Addresses(unit, taxonomy=taxonomy, zone=zone.key).summaries(found.issues)
        hurting = sorted(addressed, key=lambda s: (-(s.sentiment.negative + s.sentiment.mixed), s.issue.id))[:TOP]
        return [
            {
                "name": summary.issue.name,
                "id": summary.issue.id,
                "volume": summary.volume,
                "share": summary.share,
                "figure": summary.figure,
                "change": summary.change.model_dump(mode="json"),
                "nps": driver.model_dump(mode="json", exclude={"issue"}) if (driver := summary.drivers.get(Kpi.NPS)) else None,
                "nps_wording": wording(driver, language="en") if driver else "",
                "quotes": [quote.text for quote in unit.quotes.of_issue(summary.issue, limit=QUOTES)],
            }
            for summary in hurting
        ]


def show(found: dict[str, Any], config: "Settings") -> None:
    """Print what was found for a person at a terminal."""
    loaded = found["loaded"]
    others = loaded["mixed"] + loaded["other"]
    say(f"\nLoaded: {loaded['comments']:,} comments ({loaded['ja']:,} Japanese, {loaded['en']:,} English, {others:,} other)")
    say(f"        {loaded['new']:,} new, {loaded['duplicate']:,} known before, {loaded['rejected']:,} rejected")
    say(f"\nTop issues (of {found['topics']} topics and the tags of the taxonomy; most complaints first)")
    for number, issue in enumerate(found["issues"], start=1):
        say(f"\n {number}. {issue['name']}: {issue['volume']} comments, {issue['share']:.1%} of all; {trend(issue['change'])}")
        if issue["nps_wording"]:
            say(f"    {issue['nps_wording']}")
        for quote in issue["quotes"]:
            say(f"      “{quote}”")
    say("\nFiles written")
    for path in found["files"]:
        say(f"  {path}")
    say(f"\nDone in {found['seconds']:.0f} s. Next:")
    say(f"  VOC_DATA_DIR={config.data_dir} python3 run.py voc status")
    say(f"  VOC_DATA_DIR={config.data_dir} python3 run.py voc serve")
    say("  python3 run.py voc import YOUR_FILE.csv --dry-run")
    say("  python3 run.py voc --help")


def trend(change: dict[str, Any]) -> str:
    """Return the change of an issue's share in words."""
    previous, recent = change["previous"], change["recent"]
    if change["difference"] is None:
        return f"{recent['count']} in the last 90 days (too few to compare)"
    moved = f"{change['difference'] * 100:+.1f} points [{change['low'] * 100:+.1f}, {change['high'] * 100:+.1f}]"
    clear = "" if change["significant"] else ", not clearly changed"
    return f"last 90 days {recent['count']} after {previous['count']} ({moved}{clear})"
