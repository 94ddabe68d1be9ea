"""Audited figures: a share says how far tagging errors reach, and narrows as people read."""

import numpy as np
import pytest

from pipelines.explain.audited import audited
from tests.support.audited import TAG, Errors, audit_of, width
from voc.audits import AuditState
from voc.drivers import Driver, DriverState, Issue, IssueKind
from voc.feedback import Language
from voc.kpis import Kpi

ENGLISH = Errors(Language.EN, n=1_500, share=0.12, found=0.7, false=0.04)
JAPANESE = Errors(Language.JA, n=1_000, share=0.08, found=0.8, false=0.02)


def driver(difference: float, *, half: float) -> Driver:
    issue = Issue(kind=IssueKind.TAG, id=TAG, name="T")
    return Driver(
        kpi=Kpi.NPS, issue=issue, volume=100, share=0.1, n=1_000, n_with=100, clusters_with=50, state=DriverState.OK,
        adjusted=difference, adjusted_low=difference - half, adjusted_high=difference + half,
    )  # fmt: skip


@pytest.mark.parametrize("errors", [ENGLISH, JAPANESE], ids=["en", "ja"])
def test_the_interval_of_a_corrected_share_holds_the_truth_about_as_often_as_it_says(errors: Errors) -> None:
    """The full simulation is in tests/benchmarks/test_audit_coverage.py."""
    held = []
    for seed in range(80):
        among, answers, truth = audit_of([errors], of_all=60, of_tag=30, seed=seed)
        share = audited(TAG, among=among, answers=answers).share
        assert share is not None
        held.append(share.low <= truth <= share.high)
    assert 0.89 <= np.mean(held) <= 1.0


def test_the_uncorrected_share_would_be_wrong_where_the_tagger_sees_what_is_not_there() -> None:
    loose = Errors(Language.EN, n=3_000, share=0.05, found=0.9, false=0.10)
    among, answers, truth = audit_of([loose], of_all=200, of_tag=60, seed=1)
    found = audited(TAG, among=among, answers=answers)
    assert found.share is not None
    assert found.counted / found.n > 2 * truth
    assert found.share.low <= truth <= found.share.high
    assert found.precision is not None
    assert found.precision.high < 0.6


def test_the_interval_narrows_as_people_read() -> None:
    widths = [
        width(audited(TAG, among=among, answers=answers))
        for among, answers, _ in (audit_of([ENGLISH, JAPANESE], of_all=n, of_tag=n, seed=5) for n in (60, 200, 800))
    ]
    assert widths[0] > 1.5 * widths[1] > 1.5 * widths[2]


def test_once_all_is_read_only_the_doubt_about_which_comments_came_in_is_left() -> None:
    from statsmodels.stats.proportion import proportion_confint

    among, answers, _ = audit_of([ENGLISH], of_all=ENGLISH.n, of_tag=0, seed=3)
    share = audited(TAG, among=among, answers=answers).share
    truth = sum(among.known[TAG].values())
    low, high = proportion_confint(truth, ENGLISH.n, method="wilson")
    assert share is not None
    assert share.value == pytest.approx(truth / ENGLISH.n)
    assert (share.low, share.high) == pytest.approx((low, high), abs=0.004)


def test_too_few_answers_give_no_figure_but_what_is_missing_in_which_language() -> None:
    among, answers, _ = audit_of([ENGLISH, JAPANESE], of_all=20, of_tag=6, seed=2)
    found = audited(TAG, among=among, answers=[one for one in answers if one.language is Language.EN])
    assert found.state is AuditState.NOT_ENOUGH
    assert found.share is None
    assert {(need.language, need.with_tag) for need in found.missing} >= {(Language.JA, True), (Language.JA, False)}
    assert all(need.read < need.needed for need in found.missing)


def test_a_reader_who_cannot_tell_says_nothing_of_the_rates() -> None:
    among, answers, _ = audit_of([ENGLISH], of_all=80, of_tag=30, seed=4)
    unsure = [one.model_copy(update={"tags": None}) for one in answers]
    assert audited(TAG, among=among, answers=unsure).read_with == 0


def test_comments_drawn_for_another_tag_do_not_count_as_drawn_by_chance() -> None:
    """Why: what was drawn for one tag carries others more or less often than comments do."""
    among, answers, _ = audit_of([ENGLISH], of_all=40, of_tag=40, seed=6)
    for_another = [one.model_copy(update={"drawn_for": "other"}) if one.drawn_for == TAG else one for one in answers]
    mine, theirs = (audited(TAG, among=among, answers=some) for some in (answers, for_another))
    assert theirs.read_with < mine.read_with
    assert theirs.read_without == mine.read_without


def test_a_kpi_difference_is_what_it_would_be_had_nobody_been_tagged_wrongly() -> None:
    """Precision 0.6 and next to nothing missed: the groups were mixed, and their true distance is larger."""
    loose = Errors(Language.EN, n=2_000, share=0.12, found=1.0, false=0.09)
    among, answers, _ = audit_of([loose], of_all=300, of_tag=150, seed=7)
    found = audited(TAG, among=among, answers=answers, drivers=[driver(-18.0, half=4.0)])
    corrected = found.differences[Kpi.NPS]
    contrast = 0.12 / (0.12 + 0.88 * 0.09)
    assert corrected.low < -18.0 / contrast < corrected.high
    assert corrected.value < -24.0
    assert corrected.high - corrected.low > 8.0


def test_the_same_answers_give_the_same_figures() -> None:
    one, other = (audited(TAG, among=among, answers=answers) for among, answers, _ in [audit_of([ENGLISH], of_all=60, of_tag=30, seed=8)] * 2)
    assert one == other
