"""The command line ``voc``. Each command does its imports when it runs."""

import os
import sys

import typer

from pipelines.commands import (
    actions,
    admin,
    audit,
    data,
    demo,
    erasing,
    evaluating,
    explaining,
    file_tools,
    people,
    queue,
    tags,
    topics,
)
from pipelines.commands import kpis as kpi_commands

app = typer.Typer(
    help="Voice of Customer: reads, groups, links and explains what customers write, in Japanese and English, offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
customers = typer.Typer(help="Customers and accounts.", no_args_is_help=True)
kpis = typer.Typer(help="KPI observations.", no_args_is_help=True)

app.command("demo")(demo.demo)
app.command("import")(data.import_files)
customers.command("import")(data.import_customers)
customers.command("map")(people.map_customers)
customers.command("merges")(people.merges)
customers.command("merge")(people.merge)
customers.command("undo")(people.undo)
customers.command("erase")(erasing.erase)
customers.command("erasures")(erasing.erasures)
customers.command("lift")(erasing.lift)
kpis.command("import")(data.import_kpis)
kpis.command("series")(kpi_commands.series)
app.add_typer(customers, name="customers")
app.add_typer(kpis, name="kpis")
app.command("run")(data.run)
app.command("status")(data.status)
app.command("drivers")(explaining.drivers)
app.command("explain")(explaining.explain)
app.command("report")(data.report)
app.command("export")(data.export)
app.command("serve")(admin.serve)
app.command("worker")(admin.worker)
app.command("evaluate")(evaluating.evaluate)
app.add_typer(admin.keys, name="keys")
app.add_typer(admin.failed, name="failed")
app.command("backup")(admin.backup)
app.command("restore")(admin.restore)
app.command("analyze")(file_tools.analyze)
app.command("embed")(file_tools.embed)
app.add_typer(topics.topics, name="topics")
app.add_typer(tags.tags, name="tags")
app.command("audit")(audit.audit)
app.command("queue")(queue.queue)
app.add_typer(actions.actions, name="actions")
app.command("redact")(file_tools.redact)


def main() -> None:
    """Run the command line; who reads its output may stop reading (``voc … | head``)."""
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. What was finished is kept; the same command goes on from there.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
