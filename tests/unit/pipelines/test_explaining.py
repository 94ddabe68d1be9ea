"""Measuring issues: tags and topics are one family for the false-discovery rate."""

import random

import pytest

from pipelines.explain.effects import false_discovery_rates
from pipelines.explaining import measure
from tests.unit.pipelines.test_reach import said
from voc.drivers import Issue, IssueKind
from voc.feedback import Source
from voc.kpis import Kpi

ISSUES = [Issue(kind=kind, id=str(at), name=str(at)) for kind in IssueKind for at in range(6)]


def test_q_is_over_all_issues_whatever_their_kind() -> None:
    """Why: they are listed as one; controlled kind by kind, a list of both holds more false discoveries than its q says."""
    rng = random.Random(5)
    rows = [
        row.model_copy(update={"issue_keys": frozenset(f"{one.kind}:{one.id}" for one in ISSUES if rng.random() < 0.3)})
        for row in said(Source.SURVEY, count=200, about=0, accounts=40)
    ]
    links = {(row.feedback_id, Kpi.NPS): float(rng.randint(0, 10)) - 3 * ("tag:0" in row.issue_keys) for row in rows}
    links = {pair: max(value, 0.0) for pair, value in links.items()}
    measured = measure(Kpi.NPS, rows, issues=ISSUES, links=links)
    chances = [one.p for one in measured]
    assert None not in chances
    assert len(chances) == len(ISSUES)
    assert [one.q for one in measured] == pytest.approx(false_discovery_rates(chances))
    by_kind = [rate for kind in IssueKind for rate in false_discovery_rates([one.p for one in measured if one.issue.kind is kind])]
    assert sorted(by_kind) != pytest.approx(sorted(one.q for one in measured)), "the case tells one family from several"


def test_benjamini_hochberg_by_hand() -> None:
    assert false_discovery_rates([0.01, None, 0.02, 0.5]) == pytest.approx([0.03, None, 0.03, 0.5], nan_ok=False)
