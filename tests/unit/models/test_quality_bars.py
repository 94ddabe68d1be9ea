"""Bars: what the shipped models reached once and must not fall below. A bar is raised by ``models.training.record_bars``, never lowered."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from models.artifacts import ENCODER_FOLDER, manifest_of, model_hash
from models.scorecards import QUALITY_BARS, keep, shipped_scorecard, stack_cost
from models.training.record_bars import raised
from tests.support import scorecards
from voc.quality import QualityTask, Scorecard
from voc.values import Value

BARS: dict[str, float] = json.loads(QUALITY_BARS.read_text("utf-8"))
OWN = (QualityTask.SENTIMENT, QualityTask.INTENT, QualityTask.URGENCY, QualityTask.CHURN, QualityTask.ABUSE, QualityTask.TAGS)
SAMPLE = (QualityTask.RETRIEVAL, QualityTask.SIMILARITY)


def below(card: Scorecard) -> dict[str, tuple[float, float]]:
    """Return what was measured under its bar: value and bar by id."""
    values = {score.id: score.value.value for score in card.scores if score.value is not None}
    return {name: (values[name], bar) for name, bar in BARS.items() if name in values and values[name] < bar}


def test_the_shipped_scorecard_reaches_every_bar() -> None:
    card = shipped_scorecard()
    if card is None:
        assert BARS == {}, "there are bars but no scorecard"
        pytest.skip("no encoder with a scorecard is shipped yet")
    measured = {score.id for score in card.scores if score.value is not None}
    assert BARS.keys() - measured == set()
    assert below(card) == {}


FIGURES: dict[str, Callable[[Path], Value | None]] = {"scorecard.json": shipped_scorecard, "stack_cost.json": stack_cost}


@pytest.mark.parametrize("figures", FIGURES)
@pytest.mark.parametrize("changed", ["figures", "manifest.json"])
def test_changed_figures_are_not_shown_and_stop_nothing(tmp_path: Path, figures: str, changed: str) -> None:
    for file in (figures, "manifest.json"):
        (tmp_path / file).write_bytes((ENCODER_FOLDER / file).read_bytes())
    read = FIGURES[figures]
    assert read(tmp_path) == read(ENCODER_FOLDER) is not None
    name = figures if changed == "figures" else changed
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes().replace(b'"', b"'", 1))
    assert read(tmp_path) is None


def test_what_was_measured_anew_is_kept_with_its_hash_and_leaves_the_model_the_same(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes((ENCODER_FOLDER / "manifest.json").read_bytes())
    known, before = scorecards.quality(), manifest_of(tmp_path).files
    assert known.scorecard is not None
    assert known.cost is not None
    keep(known.scorecard, folder=tmp_path)
    keep(known.cost, folder=tmp_path)
    assert (shipped_scorecard(tmp_path), stack_cost(tmp_path)) == (known.scorecard, known.cost)
    after = manifest_of(tmp_path).files
    assert after != before
    assert model_hash(after) == model_hash(before)


def test_the_shipped_scorecard_is_of_the_models_in_use() -> None:
    """Why: new weights with the figures of the old ones would look good and mean nothing."""
    from pipelines.assembly import build_stamp

    card = shipped_scorecard()
    if card is None:
        pytest.skip("no encoder with a scorecard is shipped yet")
    assert card.model == build_stamp()


@pytest.mark.models
@pytest.mark.slow
def test_the_own_corpus_measured_anew_reaches_its_bars() -> None:
    """Without any data beside the checkout; on an idle machine in under a minute."""
    from pipelines.assembly import build_scorecard

    card = build_scorecard(None, tasks=(*OWN, QualityTask.RETRIEVAL))
    assert len([score for score in card.scores if score.value is not None]) >= 2 * len(OWN)
    assert below(card) == {}


@pytest.mark.models
@pytest.mark.slow
@pytest.mark.shared_data
def test_a_sample_of_the_other_data_measured_anew_reaches_its_bars(shared_data: Path) -> None:
    from pipelines.assembly import build_scorecard

    card = build_scorecard(shared_data, tasks=SAMPLE)
    assert all(score.value is not None for score in card.scores)
    assert below(card) == {}


def test_a_bar_rises_and_never_falls() -> None:
    card = scorecards.quality().scorecard
    assert card is not None
    first, second = (score.id for score in card.scores[:2])
    bars = raised({first: 0.99, second: 0.5, "gone/before": 0.4}, card)
    assert (bars[first], bars[second], bars["gone/before"]) == (0.99, 0.79, 0.4)
    assert not any("airline" in name for name in bars), "what was not measured has no bar"


def test_a_value_under_its_bar_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    card = scorecards.quality().scorecard
    assert card is not None
    monkeypatch.setitem(globals(), "BARS", {card.scores[0].id: 0.94, card.scores[1].id: 0.78})
    assert below(card) == {card.scores[0].id: (0.93, 0.94)}
