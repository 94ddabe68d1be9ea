"""Loading the sample data: the same files, commands and stages a newcomer would use on data of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.importing import ImportPlan, import_feedback
from pipelines.intake import Intake
from pipelines.progress import Progress
from pipelines.sources.customers_file import read_profiles
from pipelines.sources.kpis_file import read_kpis
from pipelines.sources.mapping import parse_mapping
from pipelines.sources.reading import Rejected
from pipelines.sources.table import open_table
from voc.clock import Clock
from voc.customers import Account, Customer
from voc.errors import BadFileError
from voc.feedback import Source
from voc.journal import FileImport
from voc.store import Store

DATA = Path(__file__).parent / "data"
ZONE = ZoneInfo("Asia/Tokyo")
SOURCE_NAME = "demo"
COMMENTS_MAP = (
    "id=id,text=text,date=date,source=source,product=product,customer=customer_id,account=account_id,segment=segment,"
    "score=nps:nps,score=csat:csat,score=ces:ces,touchpoint=touchpoint"
)


@dataclass(frozen=True)
class Loaded:
    """What was loaded."""

    comments: FileImport
    profiles: dict[str, int]
    kpis: dict[str, int]


def load(store: Store, intake: Intake, *, rejects_dir: Path, clock: Clock, progress: Progress) -> Loaded:
    """Take the sample data in; a second time adds nothing."""
    with progress.step("customers and accounts", None) as step:
        people, organisations = _profiles()
        with store.write() as unit:
            profiles = unit.customers.put_accounts(organisations)
            for name, count in unit.customers.put_customers(people).items():
                profiles[name] += count
        step.advance(len(people) + len(organisations))
    comments = import_feedback(
        _plan(), store=store, intake=intake, rejects_dir=rejects_dir, clock=clock, progress=progress, file_name="comments.csv"
    )
    with progress.step("kpi answers", None) as step:
        observations = [seen for row in read_kpis(open_table(DATA / "kpis.csv"), None, timezone=ZONE) for seen in _good(row)]
        with store.write() as unit:
            kpis = unit.kpis.add(observations)
        step.advance(len(observations))
    return Loaded(comments=comments, profiles=profiles, kpis=kpis)


def _plan() -> ImportPlan:
    return ImportPlan(
        table=open_table(DATA / "comments.csv"),
        mapping=parse_mapping(COMMENTS_MAP),
        source=Source.SURVEY,
        source_name=SOURCE_NAME,
        timezone=ZONE,
    )


def _profiles() -> tuple[list[Customer], list[Account]]:
    items = [
        item for name in ("accounts.csv", "customers.csv") for row in read_profiles(open_table(DATA / name), None) for item in _good(row)
    ]
    return [item for item in items if isinstance(item, Customer)], [item for item in items if isinstance(item, Account)]


def _good(row: Rejected | Sequence[Any]) -> Sequence[Any]:
    """Return what a row holds; the project's own data has no bad rows."""
    if isinstance(row, Rejected):
        raise BadFileError(f"The sample data is damaged at line {row.line}: {row.message}")
    return row
