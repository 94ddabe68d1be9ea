"""Writes the committed sample data from the hand-written comments, companies and names: ``python -m pipelines.demo.build [FOLDER]``.

Invariant: the same sources give the same bytes on every machine (UTF-8, line feed); no clock, no network, standard library only.
"""

import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from pipelines.demo.answers import answers_of
from pipelines.demo.casting import Placed, cast_all, read_comments
from pipelines.demo.observations import Observation, observe
from pipelines.demo.population import CONSUMER, DemoAccount, Person, accounts, people
from pipelines.demo.timetable import release_on

HERE = Path(__file__).parent
COMMENTS = HERE / "comments"
DATA = HERE / "data"

ACCOUNT_COLUMNS = ("account_id", "name", "plan", "region", "revenue", "start", "renewal", "churned")
CUSTOMER_COLUMNS = ("customer_id", "name", "account_id", "role", "segment", "region", "start", "churned")
COMMENT_COLUMNS = (
    "id", "text", "date", "source", "product", "customer_id", "account_id", "segment", "nps", "csat", "ces", "touchpoint", "release",
)
KPI_COLUMNS = ("kpi", "value", "date", "customer_id", "account_id")
ANSWER_COLUMNS = ("id", "story")

SURVEY_TOUCHPOINTS = {"tsumugi": ("email_survey", "email_survey", "in_app_survey"), "pocket": ("in_app_survey",)}
REVIEW_TOUCHPOINTS = {"tsumugi": "review_site", "pocket": "app_store"}
PHONE_WORDS = ("電話", "phone", "Called", "Checked in", "call ")
EVENT_WORDS = ("展示会", "研修後")


def build(folder: Path) -> dict[str, int]:
    """Write the five files into the folder and return the number of rows per file."""
    book = accounts()
    crowd = people(book=book)
    placed = cast_all(read_comments(folder=COMMENTS), people=crowd)
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, tuple[Sequence[str], list[tuple[object, ...]]]] = {
        "accounts.csv": (ACCOUNT_COLUMNS, [_account_row(account) for account in book]),
        "customers.csv": (CUSTOMER_COLUMNS, [_customer_row(person) for person in crowd]),
        "comments.csv": (COMMENT_COLUMNS, [_comment_row(item) for item in placed]),
        "kpis.csv": (KPI_COLUMNS, [_kpi_row(row) for row in observe(crowd, placed=placed)]),
        "answers.csv": (ANSWER_COLUMNS, sorted((item.comment.id, item.comment.story) for item in placed)),
    }
    for name, (columns, rows) in tables.items():
        _write(folder / name, columns=columns, rows=rows)
    return {name: len(rows) for name, (_, rows) in tables.items()}


def _write(path: Path, *, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _account_row(account: DemoAccount) -> tuple[object, ...]:
    company = account.company
    days = (_day(account.start), _day(account.renewal), _day(account.churned))
    return (account.id, company.name, company.plan, company.region, account.revenue_yen, *days)


def _customer_row(person: Person) -> tuple[object, ...]:
    left = person.left or (person.account.churned if person.account else None)
    account = person.account.id if person.account else ""
    return (person.id, person.name, account, person.shown_role, person.plan, person.region, _day(person.start), _day(left))


def _comment_row(item: Placed) -> tuple[object, ...]:
    comment, speaker, scores = item.comment, item.speaker, answers_of(item)
    account = speaker.account.id if speaker and speaker.account else ""
    segment = speaker.plan if speaker else (CONSUMER if comment.product == "pocket" else "")
    given = ("" if score is None else score for score in (scores.nps, scores.csat, scores.ces))
    release = release_on(item.moment.date(), product=comment.product)
    return (
        comment.id, comment.text, item.moment.isoformat(), comment.source, comment.product, speaker.id if speaker else "", account,
        segment, *given, _touchpoint(item), release,
    )


def _touchpoint(item: Placed) -> str:
    comment = item.comment
    if comment.source == "survey":
        options = SURVEY_TOUCHPOINTS[comment.product]
        return options[item.moment.minute % len(options)]
    if comment.source == "ticket":
        return "email" if comment.story == "mail" or item.moment.minute % 3 == 0 else "web_form"
    if comment.source == "note":
        return _note_touchpoint(comment.text)
    return {"call": "phone", "post": "x_like_post"}.get(comment.source, REVIEW_TOUCHPOINTS[comment.product])


def _note_touchpoint(text: str) -> str:
    if any(word in text for word in EVENT_WORDS):
        return "event"
    return "phone_follow_up" if any(word in text for word in PHONE_WORDS) else "visit"


def _kpi_row(row: Observation) -> tuple[object, ...]:
    account = row.customer.account.id if row.customer.account else ""
    return (row.kpi, f"{row.value:g}", row.moment.isoformat(), row.customer.id, account)


def main() -> None:
    """Write the files into the folder named on the command line, or over the committed ones."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    for name, rows in build(folder).items():
        sys.stdout.write(f"{name}: {rows} rows\n")


if __name__ == "__main__":
    main()
