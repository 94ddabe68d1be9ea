"""The scorecard as it is served: over HTTP, as a page in both languages, and as files."""

import csv
import io

import pytest

from api.pages.quality import mistakes
from tests.support import scorecards
from tests.support.app import Running
from voc.keys import Scope
from voc.quality import Quality


@pytest.fixture
def known(api: Running) -> Quality:
    api.service.quality = scorecards.quality()
    return api.service.quality


def page(api: Running, path: str = "/quality", *, language: str = "en") -> str:
    answer = api.client.get(f"http://127.0.0.1{path}", headers={"accept-language": language, "accept": "text/html"})
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def test_the_scorecard_is_served_whole(api, known):
    answer = api.get("/v1/quality", scope=Scope.READ)
    assert answer.status_code == 200
    assert Quality.model_validate(answer.json()) == known


def test_models_without_a_scorecard_say_so(api):
    api.service.quality = Quality()
    assert api.get("/v1/quality").json() == {"scorecard": None, "cost": None}
    assert "carry no scorecard" in page(api)


def test_the_page_shows_value_interval_target_and_baseline(api, known):
    text = page(api)
    for shown in ("0.930", "[0.910, 0.950]", "0.92", "0.465", "Targets met", "45.00×"):
        assert shown in text


def test_a_missed_target_and_a_missing_file_are_said_as_they_are(api, known):
    text = page(api)
    assert text.count(">missed<") == 1
    assert "not measured: file missing" in text


def test_the_page_speaks_japanese(api, known):
    text = page(api, language="ja")
    for shown in ("品質", "未達", "未測定: ファイルがありません", "皮肉", "感情"):
        assert shown in text


def test_mistakes_are_a_table_where_labels_are_few_and_the_worst_pairs_where_they_are_many(known):
    assert known.scorecard is not None
    few = mistakes(known.scorecard.scores[2])
    many = mistakes(known.scorecard.scores[4])
    assert few is not None
    assert many is not None
    assert (few.labels, few.counts["negative", "neutral"]) == (("negative", "neutral", "positive"), 10)
    assert many.labels == ()
    assert len(many.worst) == 15
    assert all(truth != said for truth, said, _ in many.worst)


def test_mistakes_of_several_labels_a_row_are_pairs_with_each_labels_counts(api, known):
    assert known.scorecard is not None
    found = mistakes(known.scorecard.scores[-1])
    assert found is not None
    assert (found.labels, list(found.worst)) == ((), [("account.login", "", 12), ("account.login", "reliability.bug", 5)])
    text = page(api).split('id="tags"')[1]
    for shown in ("Wrongly given", "Rightly not given", '<td class="num">31</td>', '<td class="num">4</td>', '<td class="num">17</td>', '<td class="num">148</td>'):
        assert shown in text


def test_the_scores_leave_as_csv_and_json(api, known):
    text = page(api, "/quality/scorecard.csv").lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 7
    assert (rows[0]["value"], rows[0]["met"], rows[3]["value"], rows[3]["not_measured"]) == ("0.93", "true", "", "file missing")
    assert Quality.model_validate_json(page(api, "/quality/scorecard.json")) == known
