"""Precision of the queue on the project's own labelled comments, with the shipped models, beside a list by score and by sentiment."""

from pathlib import Path

import pytest

from pipelines.explain.expected_tone import learn, place_of
from pipelines.explain.hidden import combined, concerns_of
from pipelines.file_tools import analyze_file
from pipelines.progress import SilentProgress
from tests.support.labelled_queue import heard, labelled, precision_at, write_texts
from voc.settings import Settings

LEAST_PRECISION = 0.6


@pytest.mark.slow
@pytest.mark.models
@pytest.mark.benchmark
@pytest.mark.parametrize("language", ["ja", "en"])
def test_of_the_first_fifty_six_in_ten_are_worth_a_call(language: str, tmp_path: Path) -> None:
    """Why: a list that is wrong every second time is not opened a second week."""
    analysis = tmp_path / "analysis.jsonl"
    analyze_file(write_texts(language, tmp_path), out=analysis, text_column="text", settings=Settings(data_dir=tmp_path), progress=SilentProgress())
    said = heard(language, analysis)
    wanted = [row["call"] == "1" for row in labelled(language)]
    model = learn(said)
    rankings = {
        "queue": [combined(concerns_of(one, model=model)) for one in said],
        "score alone": [-place_of(score) if (score := one.score) else 0.0 for one in said],
        "sentiment alone": [-one.tone for one in said],
    }
    found = {name: precision_at(wanted, ranking) for name, ranking in rankings.items()}
    for name, (precision, low, high) in found.items():
        print(f"\n{language} {name}: precision in the top 50 {precision:.3f} ({low:.2f} to {high:.2f}) of {len(wanted)}, {sum(wanted)} to call")
    assert found["queue"][0] >= LEAST_PRECISION
    assert found["queue"][0] > max(found["score alone"][0], found["sentiment alone"][0])
