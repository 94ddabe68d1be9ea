"""The real run of docs/real-data.md checked by hand: ten figures of the change ledger on the NHS comments, computed a second way.

Rows are read with SQL, counted in plain Python and fitted with statsmodels' OLS without the ledger's pull; no code of the service is used.
"""

import gzip
import json
import sqlite3
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import statsmodels.api as sm

from tests.support.commands import said_apart

pytestmark = [pytest.mark.slow, pytest.mark.models, pytest.mark.benchmark, pytest.mark.timeout(1_800)]
MAPPING = "id=id,text=text,score=csat:rating(5..1 none=6|7),customer=customer_id,product=organization,segment=segment,date=date"
DATES = ("--from", "2022-04-01", "--to", "2023-03-31", "--before-from", "2021-04-01", "--before-to", "2022-03-31")
ZONE = ZoneInfo("Asia/Tokyo")
BEFORE, AFTER = ((datetime(year, 4, 1, tzinfo=ZONE), datetime(year + 1, 4, 1, tzinfo=ZONE)) for year in (2021, 2022))
REACH, ATTITUDE = "support.reach", "staff.attitude"
FEWEST = 10
PULL = 1.0
"""How far the pull of five comments may move an effect of a hundred and more, in points."""


@pytest.fixture
def data(shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("VOC_SHARED_DATA", raising=False)  # no setting of the service
    file, folder = tmp_path / "nhs.jsonl", tmp_path / "data"
    file.write_bytes(gzip.decompress((shared_data / "nhs_patient_feedback_en.jsonl.gz").read_bytes()))
    said_apart(folder, "import", str(file), "--source-name", "nhs", "--map", MAPPING)
    said_apart(folder, "run")
    return folder


Row = tuple[float, str, frozenset[str]]
"""CSAT as 0 or 100, service, tags."""


def sides(data: Path) -> tuple[list[Row], list[Row]]:
    """Every answer with readable words of either year, by hand."""
    base = sqlite3.connect(data / "voc.sqlite3")
    tags: dict[str, set[str]] = {}
    for name, tag in base.execute("select t.feedback_id, t.tag from feedback_tag t join feedback f on f.id = t.feedback_id and f.handled_version = t.model_version"):
        tags.setdefault(name, set()).add(tag)
    found: tuple[list[Row], list[Row]] = ([], [])
    for name, at, scores, segment in base.execute("select id, submitted_at, scores, segment from feedback where no_signal = 0 and duplicate_of is null"):
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        given = [score["value"] for score in json.loads(scores) if score["kpi"] == "csat"]
        for side, (start, end) in zip(found, (BEFORE, AFTER), strict=True):
            if given and start <= moment < end:
                side.append((100.0 * (given[0] >= 4), segment, frozenset(tags.get(name, ()))))  # CSAT: the two best of five
    return found


def effects(side: list[Row], issues: list[str]) -> dict[str, float]:
    """Points beside comments of the same service, other issues held equal: least squares."""
    services = sorted({service for _, service, _ in side})
    design = np.array([[service == one for one in services] + [tag in tags for tag in issues] for _, service, tags in side], dtype=float)
    fitted = sm.OLS(np.array([value for value, _, _ in side]), design).fit()
    return dict(zip(issues, fitted.params[len(services) :], strict=True))


def test_ten_figures_of_the_ledger_by_hand(data: Path) -> None:
    said: dict[str, Any] = said_apart(data, "explain", "--kpi", "csat", *DATES)
    ledger = said["ledger"]
    before, after = sides(data)
    assert (ledger["before"]["n"], ledger["after"]["n"]) == (len(before), len(after))
    levels = [sum(value for value, _, _ in side) / len(side) for side in (before, after)]
    assert (ledger["before"]["value"], ledger["after"]["value"]) == pytest.approx(levels)
    assert ledger["change"] == pytest.approx(levels[1] - levels[0])
    terms = {(term["kind"], term["issue"]["id"] if term["issue"] else None): term for term in ledger["terms"]}
    reach = terms["score", REACH]["figures"]
    counts = [Counter(tag for _, _, tags in side for tag in tags) for side in (before, after)]
    assert (reach["n_before"], reach["n_after"]) == (counts[0][REACH], counts[1][REACH])
    assert (reach["share_before"], reach["share_after"]) == pytest.approx((counts[0][REACH] / len(before), counts[1][REACH] / len(after)))
    issues = sorted(tag for tag in counts[0] | counts[1] if counts[0][tag] + counts[1][tag] >= FEWEST)
    by_hand = [effects(side, issues) for side in (before, after)]
    for tag in (REACH, ATTITUDE):
        figures = terms["score", tag]["figures"]
        print(f"\n{tag}: effect {figures['effect_before']:.1f} → {figures['effect_after']:.1f}, by hand {by_hand[0][tag]:.1f} → {by_hand[1][tag]:.1f}")
        assert (figures["effect_before"], figures["effect_after"]) == pytest.approx((by_hand[0][tag], by_hand[1][tag]), abs=PULL)
        share = (figures["within_before"] + figures["within_after"]) / 2
        assert terms["score", tag]["amount"] == pytest.approx(share * (figures["effect_after"] - figures["effect_before"]), abs=0.1)
    services = sorted({service for _, service, _ in (*before, *after)})
    shares = [[sum(of == one for _, of, _ in side) / len(side) for one in services] for side in (before, after)]
    means = [[np.mean([value for value, of, _ in side if of == one]) for one in services] for side in (before, after)]
    mix = sum((shares[1][at] - shares[0][at]) * (means[0][at] + means[1][at]) / 2 for at in range(len(services)))
    told = sum(term["amount"] for (kind, _), term in terms.items() if kind == "mix")
    print(f"mix of services {told:+.2f}, by hand with raw means {mix:+.2f}")
    assert told == pytest.approx(mix, abs=0.3)
    assert sum(term["amount"] for term in ledger["terms"]) == pytest.approx(ledger["change"], abs=1e-9)
