"""The page *KPIs*: the same series as the API, in both languages, as a file, by the fiscal year that is set."""

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from tests.support.app import Running, running

HOME = "http://127.0.0.1"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Answers in March 2025, 2026 and in April 2026; the fiscal year begins in January."""
    with running(Path(tmp_path_factory.mktemp("kpis")), fiscal_start=1) as found:
        observed = [
            {"kpi": "nps", "value": value, "observed_at": f"{month}-{day + 1:02d}T09:00:00+09:00", "account_id": f"a{day % 6}"}
            for month, values in (("2025-03", [9, 9, 8] * 4), ("2026-03", [9, 3, 8] * 4), ("2026-04", [3, 3, 8] * 4))
            for day, value in enumerate(values)
        ]
        assert found.post("/v1/kpis/batch", observed).json()["created"] == 36
        found.client.put("/v1/accounts/a0", json={"started_on": "2025-01-01", "churned_on": "2026-03-15"}, headers=found.key())
        yield found


def page(app: Running, query: str, language: str = "en") -> HTMLParser:
    answer = app.client.get(f"{HOME}/kpis{query}", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return HTMLParser(answer.text)


def cells(found: HTMLParser) -> list[list[str]]:
    return [[cell.text(strip=True) for cell in row.css("td")] for row in found.css("tr[data-item]")]


def test_the_page_shows_the_series_latest_first_beside_its_own_past(app: Running) -> None:
    found = page(app, "?kpi=nps&by=quarter")
    rows = cells(found)
    assert [(row[0], row[1], row[3], row[5]) for row in rows[:2]] == [
        ("FY2026 Q2not over yet", "−66.7", "12", "–"),
        ("FY2026 Q1", "0.0", "12", "66.7"),
    ]
    assert rows[0][4].startswith("−66.7")
    link = str(found.css_first("tr[data-item] a.to-figure").attributes["href"])
    figure = app.client.get(HOME + link, headers={"Accept-Language": "ja"}).text
    assert "期間ごとのKPI" in figure
    assert "前期間との差(区間下限)" in figure
    assert "change_low" not in figure


def test_the_fiscal_year_is_the_one_that_is_set_unless_asked_for_another(app: Running) -> None:
    assert [row[0] for row in cells(page(app, "?by=year"))][-1] == "FY2025"
    assert [row[0] for row in cells(page(app, "?by=year&fiscal_start=4"))][-1] == "FY2024"
    assert app.get("/v1/kpis/series", kpi="nps", by="year").json()["fiscal_start"] == 1
    assert app.client.get(f"{HOME}/kpis?fiscal_start=13").status_code == 422


def test_quantities_of_accounts_stand_in_the_same_list(app: Running) -> None:
    found = page(app, "?kpi=logo_churn&by=quarter", "ja")
    assert "解約率(社数)の推移" in found.css_first("h1").text()
    assert {"nps", "logo_churn", "nrr"} <= {str(one.attributes["value"]) for one in found.css("select[name=kpi] option")}
    assert [row[1] for row in cells(found)][1] == "100.0%"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_series_is_a_file_with_the_same_numbers(app: Running, form: str) -> None:
    found = page(app, "?kpi=nps&by=quarter")
    address = next(str(a.attributes["href"]) for a in found.css("a") if f"/kpis.{form}" in (a.attributes["href"] or ""))
    answer = app.client.get(HOME + address)
    assert answer.status_code == 200
    if form == "xlsx":
        rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
        assert rows[0][:2] == ("period", "start")
        assert [(row[0], row[4], row[7]) for row in rows[-2:]] == [("FY2026 Q1", 0, 12), ("FY2026 Q2", pytest.approx(-200 / 3), 12)]
    else:
        assert "FY2026 Q2" in answer.text
    assert app.client.get(f"{HOME}/kpis.exe").status_code == 422


def test_an_empty_service_says_how_to_begin(tmp_path: Path) -> None:
    with running(tmp_path) as empty:
        assert "voc import" in page(empty, "").text()
        assert "Nothing" in page(empty, "?kpi=nrr").text()
