"""Figures as addresses: every kind has an address that leads back to its question and comments, and tells when it no longer holds."""

import csv
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from pipelines.reporting import write_export, write_report
from tests.support.app import Running, running
from voc.errors import NotFoundError
from voc.filters import FeedbackFilter
from voc.ids import customer_id
from voc.kpis import Kpi
from voc.provenance import Answer, FigureKind, FigureQuery, StaleReason, compared, figure_of
from voc.topics import Topic, TopicAssignment

LOGIN = "tag:account.login"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    with running(folder / "data") as found:
        for n in range(24):
            found.post(
                "/v1/feedback",
                {
                    "text": f"I cannot log in, it fails again ({n})." if n % 2 else f"The report number {n} is great.",
                    "external_id": f"e{n}",
                    "scores": {"nps": n % 5 if n % 2 else 7 + n % 4},
                    "customer_id": f"c{n % 12}",
                    "account_id": f"a{n // 2}",
                    "submitted_at": f"2026-10-{1 + n:02d}T10:00:00+09:00",
                },
            )
        found.work()
    return folder


@pytest.fixture
def app(original: Path, tmp_path: Path) -> Any:
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    with running(tmp_path / "data") as found:
        yield found


def action_of(app: Running) -> str:
    """The id of an action about the share of an issue, recorded once."""
    known = app.service.actions.find()
    if known:
        return known[0].id
    plan = {"title": "t", "measure": "issue_share", "issue_kind": "tag", "issue_id": "account.login"}
    answer = app.post("/v1/actions", plan | {"starts_on": "2026-04-01", "retrospective": True})
    return str(answer.json()["id"])


def questions(app: Running) -> list[FigureQuery]:
    with app.service.store.read() as unit:
        alerts = unit.alerts.find()
    assert alerts, "the seed raises no alert"
    return [
        FigureQuery(kind=FigureKind.COMMENT_COUNT),
        FigureQuery(kind=FigureKind.KPI_LEVEL, kpi=Kpi.NPS),
        FigureQuery(kind=FigureKind.ISSUE_SHARE, issue=LOGIN),
        FigureQuery(kind=FigureKind.UNASSIGNED_SHARE),
        FigureQuery(kind=FigureKind.NEGATIVE_SHARE),
        FigureQuery(kind=FigureKind.LEFT_SHARE),
        FigureQuery(kind=FigureKind.DRIVER_EFFECT, kpi=Kpi.NPS, issue=LOGIN),
        FigureQuery(kind=FigureKind.ALERT_ACCOUNTS, more={"alert": alerts[0].id}),
        FigureQuery(kind=FigureKind.ACTION_EFFECT, more={"action": action_of(app)}),
    ]


def test_every_kind_is_asked_here() -> None:
    from inspect import getsource

    asked = getsource(questions)
    elsewhere = [kind for kind in FigureKind if f"FigureKind.{kind.name}" not in asked]
    assert elsewhere.pop(0) is FigureKind.ROW_ACCOUNTING, "rows come from imports"
    of_rows = {
        FigureKind.LEDGER_TERM, FigureKind.KPI_PERIOD, FigureKind.QUEUE_RISK, FigureKind.AUDITED_SHARE, FigureKind.ACCOUNT_MOOD,
        FigureKind.ISSUE_REACH, FigureKind.UNASSIGNED_SENTENCES, FigureKind.MODEL_RATIO, FigureKind.EMERGING_TOPIC, FigureKind.QUEUE_CHECK,
    }  # fmt: skip
    assert set(elsewhere) == of_rows, "asked in tests/unit/api/test_addresses.py, from the rows they stand in, and in test_numbers_open.py"


def test_the_same_question_on_the_same_state_has_the_same_address_and_another_has_another(app: Running) -> None:
    figures = app.service.figures
    first = [figures.publish(query).id for query in questions(app)]
    assert [figures.ask(query).id for query in questions(app)] == first
    assert len(set(first)) == len(first)
    narrowed = FigureQuery(kind=FigureKind.ISSUE_SHARE, issue=LOGIN, filter=FeedbackFilter(account_id="nobody"))
    with pytest.raises(NotFoundError):
        figures.ask(narrowed)


def test_a_figure_leads_back_to_its_comments_and_recomputes_equal(app: Running) -> None:
    for query in questions(app):
        asked = {"kind": query.kind.value, "kpi": query.kpi, "issue": query.issue, "alert": query.more.get("alert"), "action": query.more.get("action")}
        figure = app.post("/v1/figures", {name: value for name, value in asked.items() if value is not None}).json()["figure"]
        said = app.get(f"/v1/figures/{figure['id']}").json()
        assert said["state"] == {"fresh": True, "reasons": [], "now": said["state"]["now"]}
        assert said["figure"] == figure
        assert said["state"]["now"]["id"] == figure["id"]
        assert app.post(f"/v1/figures/{figure['id']}/recompute", {}).json()["figure"]["id"] == figure["id"]
        evidence = app.get(f"/v1/figures/{figure['id']}/evidence", limit=200).json()["data"]
        assert len(evidence) == figure["evidence_count"]
        assert all(one["text"] for one in evidence)
    assert app.get("/v1/figures/fg_000000000000000000000000").status_code == 404
    assert app.post("/v1/figures", {"kind": "issue_share", "issue": LOGIN, "filter": {"colour": "red"}}).status_code == 422
    of_one = app.post("/v1/figures", {"kind": "comment_count", "filter": {"customer_id": "c3", "since": "2020-01-01"}}).json()["figure"]
    assert 0 < of_one["value"] < app.post("/v1/figures", {"kind": "comment_count"}).json()["figure"]["value"], "your own id of a customer, and a day, as in addresses"


def test_the_evidence_of_a_share_is_its_comments(app: Running) -> None:
    figure = app.service.figures.publish(FigureQuery(kind=FigureKind.ISSUE_SHARE, issue=LOGIN))
    with app.service.store.read() as unit:
        assert set(app.service.figures.evidence(figure.id)) == unit.feedback.ids(FeedbackFilter(tag="account.login"))
    assert figure.parts["volume"] == figure.evidence_count
    assert figure.value == figure.parts["volume"] / figure.n  # type: ignore[operator]


def test_a_new_comment_makes_what_it_is_about_stale_and_nothing_else(app: Running) -> None:
    figures = app.service.figures
    before = FigureQuery(kind=FigureKind.COMMENT_COUNT, filter=FeedbackFilter(customer_id=customer_id("c3")))
    everything = FigureQuery(kind=FigureKind.COMMENT_COUNT)
    kept, grows = figures.publish(before), figures.publish(everything)
    app.post("/v1/feedback", {"text": "hello", "external_id": "new", "submitted_at": "2026-10-30T10:00:00+09:00"})
    assert figures.get(kept.id)[1].fresh
    _, state = figures.get(grows.id)
    assert (state.fresh, state.reasons) == (False, (StaleReason.EVIDENCE,))
    assert state.now is not None
    assert state.now.n == 25


def test_alerts_carry_the_address_of_how_many_complained(app: Running) -> None:
    row = app.get("/v1/alerts").json()["data"][0]
    said = app.get(f"/v1/figures/{row['figure']}").json()
    assert (said["state"]["fresh"], said["figure"]["value"]) == (True, row["accounts"])
    home = "http://127.0.0.1"
    for path in ("/alerts", "/overview"):
        links = [one.attributes["href"] for one in HTMLParser(app.client.get(home + path).text).css("a.to-figure")]
        assert f"/figures/{row['figure']}" in links, path
    assert app.post(f"/v1/alerts/{row['id']}/ack", {}).json()["figure"] == row["figure"]
    app.service.erasing.erase("c1", by="test")
    assert app.get(f"/v1/figures/{row['figure']}").json()["state"]["reasons"][0] == "erased"


def test_a_correction_makes_what_it_touches_stale(app: Running) -> None:
    figure = app.service.figures.publish(FigureQuery(kind=FigureKind.ISSUE_SHARE, issue=LOGIN))
    one = app.service.figures.evidence(figure.id)[0]
    app.service.correct_tags(one, add=(), remove=("account.login",), by="test")
    _, state = app.service.figures.get(figure.id)
    assert StaleReason.EVIDENCE in state.reasons
    assert one in app.service.figures.evidence(figure.id), "what was published is still shown with the comments it rested on"


@pytest.mark.parametrize(
    ("add", "remove", "touched"),
    [
        ((), ("account.login",), {FigureKind.ISSUE_SHARE, FigureKind.DRIVER_EFFECT}),
        (("support.speed",), (), set()),
    ],
)
def test_what_a_correction_touched_is_stale_and_nothing_else(app: Running, add: tuple[str, ...], remove: tuple[str, ...], touched: set[FigureKind]) -> None:
    figures = [app.service.figures.publish(query) for query in questions(app)]
    one = next(app.service.figures.evidence(figure.id)[0] for figure in figures if figure.query.kind is FigureKind.ISSUE_SHARE)
    app.service.correct_tags(one, add=add, remove=remove, by="test")
    states = {figure.query.kind: app.service.figures.get(figure.id)[1] for figure in figures}
    assert {kind for kind, state in states.items() if not state.fresh} == touched
    assert all(StaleReason.VERSIONS not in state.reasons for state in states.values())


@pytest.mark.parametrize(
    ("edit", "body", "touched"),
    [
        ("rename", {"name": "Codes never arrive"}, set()),
        ("pin", {"on": True}, set()),
        ("merge", {"topic_ids": ["tp_reports"]}, {"topic"}),
    ],
)
def test_what_an_edit_of_topics_touched_is_stale_and_nothing_else(app: Running, edit: str, body: dict[str, Any], touched: set[str]) -> None:
    """Why: a new name of a topic moves no number; before, it made every figure stale, a level of NPS too."""
    with app.service.store.write() as unit:
        bare = {"keywords": (), "example_ids": (), "size": 12, "centroid": bytes(8)}
        unit.topics.put([Topic(id=name, name=name, **bare) for name in ("tp_codes", "tp_reports")])
        said = [(one.id, "tp_codes" if "log in" in one.verbatim else "tp_reports") for one in unit.feedback.find(FeedbackFilter(), limit=100)]
        unit.topics.assign([TopicAssignment(sentence_id=f"{one}.0", topic_id=topic, similarity=0.9) for one, topic in said])
    topic = FigureQuery(kind=FigureKind.ISSUE_SHARE, issue="topic:tp_codes")
    named = {"topic": topic} | {query.kind.value: query for query in questions(app) if query.kind is not FigureKind.DRIVER_EFFECT}
    kept = {name: app.service.figures.publish(query).id for name, query in named.items()}
    assert app.post(f"/v1/topics/tp_codes/{edit}", body).status_code == 200
    assert {name for name, figure in kept.items() if not app.service.figures.get(figure)[1].fresh} == touched


def test_of_the_versions_of_a_figure_those_count_that_have_a_part_in_it_now() -> None:
    query, answer, at = FigureQuery(kind=FigureKind.COMMENT_COUNT), Answer(value=1.0, n=1), datetime(2026, 1, 1, tzinfo=UTC)
    kept, now, other = (figure_of(query, answer, versions=some, as_of=at) for some in ({"models": "1", "gone": "2"}, {"models": "1"}, {"models": "2"}))
    assert compared(kept, now, erased=False).fresh
    assert compared(now, kept, erased=False).reasons == compared(kept, other, erased=False).reasons == (StaleReason.VERSIONS,)
    changed = figure_of(query, Answer(value=2.0, n=1), versions=now.versions, as_of=at)
    assert compared(kept, changed, erased=False).reasons == (StaleReason.VALUE,)


def test_an_erasure_makes_exactly_the_figures_stale_that_rested_on_the_person_and_none_shows_them(app: Running) -> None:
    figures = app.service.figures
    touched = [figures.publish(query).id for query in questions(app) if query.kind not in (FigureKind.UNASSIGNED_SHARE, FigureKind.LEFT_SHARE)]
    other = figures.publish(FigureQuery(kind=FigureKind.KPI_LEVEL, kpi=Kpi.NPS, filter=FeedbackFilter(customer_id=customer_id("c2"))))
    own = figures.publish(FigureQuery(kind=FigureKind.KPI_LEVEL, kpi=Kpi.NPS, filter=FeedbackFilter(customer_id=customer_id("c1"))))
    with app.service.store.read() as unit:
        theirs = unit.feedback.ids(FeedbackFilter(customer_id=customer_id("c1")))
    app.service.erasing.erase("c1", by="test")
    for name in touched:
        _, state = figures.get(name)
        assert StaleReason.ERASED in state.reasons, name
        assert theirs.isdisjoint(figures.evidence(name))
    assert figures.get(other.id)[1].fresh
    with pytest.raises(NotFoundError):
        figures.get(own.id)


def test_figures_of_a_report_written_beside_the_service_are_taken_in_when_asked_for(app: Running) -> None:
    from pipelines.figures.waiting import leave

    figure = app.service.figures.ask(FigureQuery(kind=FigureKind.ISSUE_SHARE, issue=LOGIN))
    with pytest.raises(NotFoundError):
        app.service.figures.get(figure.id)
    evidence = tuple(app.service.figures._asked(figure.query)[1])
    leave(app.service.settings.data_dir, [(figure, evidence)], name="report")
    assert app.service.figures.get(figure.id)[0] == figure
    assert list((app.service.settings.data_dir / "figures").iterdir()) == []


NUMBER = re.compile(r"[−+-]?\d[\d,]*(?:\.\d+)?")


def read(text: str) -> list[float]:
    return [float(found.replace(",", "").replace("−", "-")) for found in NUMBER.findall(text)]


MONTH = re.compile(r"\d{4}-\d{2}")
def drawn(mark: Any) -> dict[str, tuple[float, float]]:
    """The months of a course as its dots say them: value and n."""
    said = [dot.text() for dot in mark.css("svg.line title")]
    assert said
    return {text.split(":")[0]: (read(text.split(":")[1])[0], read(text.split("n = ")[1])[0]) for text in said}


def in_words(numbers: dict[str, float | None]) -> list[float]:
    """The numbers a driver's sentence must say, without signs, which its words say: the difference, the interval's 95 %, its ends, n and q."""
    name = "value" if numbers["value"] is not None else "difference"
    ends = ("low", "high") if name == "value" else ("difference_low", "difference_high")
    said = [abs(numbers[part] or 0.0) for part in (name, *ends, "n_with", "n")]
    return sorted([95.0, *(round(one, 1) for one in said), max(0.001, round(numbers["q"] or 0.0, 3))])


def written_report(app: Running, language: str, folder: Path) -> tuple[HTMLParser, Any]:
    settings = app.service.settings
    html, book = write_report(
        app.service.store, taxonomy=app.service.taxonomy, wanted=FeedbackFilter(), language=language, folder=folder, settings=settings
    )
    return HTMLParser(html.read_text("utf-8")), openpyxl.load_workbook(book)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_number_of_a_report_has_an_address_and_recomputes_equal(app: Running, tmp_path: Path, language: str) -> None:
    page, book = written_report(app, language, tmp_path / "out")
    rows = list(book["Figures" if language == "en" else "数値"].iter_rows(min_row=2, values_only=True))
    marked = page.css("[data-figure]")
    assert len(marked) > 40
    figures, sentences = {}, 0
    for mark in marked:
        name = mark.attributes["data-figure"]
        if name not in figures:
            figure, state = app.service.figures.get(name)
            assert state.fresh, (name, state.reasons)
            figures[name] = figure
        numbers, parts = figures[name].numbers(), mark.attributes["data-part"].split()
        if parts == ["months"]:
            assert drawn(mark) == {month: (round(value, 1), numbers[f"{month}.n"]) for month, value in numbers.items() if MONTH.fullmatch(month) and value is not None}
            continue
        if parts == ["sentence"]:
            assert sorted(map(abs, read(mark.text()))) == in_words(numbers)
            sentences += 1
            continue
        shown, meant = read(mark.text()), [numbers[part] for part in parts if numbers[part] is not None]
        assert len(shown) == len(meant), (mark.html, meant)
        for seen, value in zip(shown, meant, strict=True):
            assert min(abs(seen - value), abs(seen - 100 * value)) < 0.0501, (mark.html, value)
    assert sentences
    assert {row[0] for row in rows} >= set(figures), "the sheet lists every address"
    for name, _, part, number in rows:
        value = app.service.figures.get(name)[0].numbers()[part]
        assert number == (pytest.approx(value) if value is not None else None)


@pytest.mark.parametrize(
    ("sheet", "columns"),
    [
        ("Issues", {"Comments": "volume", "Share": "value", "Change": "change"}),
        ("Drivers", {"Adjusted difference": "value", "n with it": "n_with"}),
        ("KPI", {}),  # a part by month
        ("Alerts", {"Distinct accounts": "value"}),
    ],
)
def test_a_row_of_the_workbook_has_the_address_of_its_numbers(app: Running, tmp_path: Path, sheet: str, columns: dict[str, str]) -> None:
    _, book = written_report(app, "en", tmp_path / "out")
    head, *rows = book[sheet].iter_rows(values_only=True)
    rows = [dict(zip(head, row, strict=True)) for row in rows[: next((at for at, row in enumerate(rows) if not row[0]), len(rows))]]
    assert rows
    for row in rows:
        figure, state = app.service.figures.get(row["Address"])
        assert state.fresh
        numbers = figure.numbers()
        for column, part in (columns or {"Value": row["Month"]}).items():
            assert row[column] == (pytest.approx(numbers[part]) if numbers[part] is not None else None), (row, column)


def test_no_number_of_a_report_is_without_an_address(app: Running, tmp_path: Path) -> None:
    """Quotes, dates, models and the method are words; every other digit of a table or card is inside an address."""
    page, _ = written_report(app, "en", tmp_path / "out")
    for mark in page.css("[data-figure], blockquote, svg, style, head, .caution"):
        mark.decompose()
    bare = [cell.text() for cell in page.css("td.number, .card b, .card span, .range, td span.soft, p.soft") if read(cell.text())]
    settings = [text for text in bare if "Period" in text or "needed" in text or "Asia/Tokyo" in text or "95 %" in text or "false-discovery" in text]
    assert sorted(bare) == sorted(settings)


def test_a_report_beside_the_service_leaves_its_figures(app: Running, tmp_path: Path) -> None:
    from voc.settings import DatabaseSettings
    from voc.store import open_store

    settings = app.service.settings
    beside = open_store(settings.data_dir, DatabaseSettings(), read_only=True)
    html, _ = write_report(beside, taxonomy=app.service.taxonomy, wanted=FeedbackFilter(), language="en", folder=tmp_path, settings=settings)
    beside.close()
    name = HTMLParser(html.read_text("utf-8")).css_first("[data-figure]").attributes["data-figure"]
    assert app.service.figures.get(name)[1].fresh


def test_the_page_leads_from_a_number_to_its_address_and_comments(app: Running) -> None:
    home = "http://127.0.0.1"
    page = HTMLParser(app.client.get(f"{home}/issues/tag/account.login").text)
    link = next(a.attributes["href"] for a in page.css("a") if (a.attributes.get("href") or "").startswith("/figures?"))
    asked = app.client.get(home + link)
    assert "Fresh" in asked.text
    form = {one.attributes["name"]: one.attributes["value"] for one in HTMLParser(asked.text).css("form[action='/figures'] input")}
    kept = app.client.post(f"{home}/figures", data=form, headers={"Sec-Fetch-Site": "same-origin", "Accept-Language": "ja"})
    assert kept.url.path.startswith("/figures/fg_")
    assert "今あらためて計算しても同じ値です" in kept.text
    assert "I cannot log in" in kept.text
    app.service.erasing.erase("c1", by="test")
    assert "根拠のコメントが削除されました" in app.client.get(str(kept.url), headers={"Accept-Language": "ja"}).text
    assert app.client.get(f"{home}/figures?figure=nothing").status_code == 422


@pytest.mark.parametrize("what", ["issues", "drivers"])
def test_a_row_of_an_export_has_the_address_of_its_numbers(app: Running, tmp_path: Path, what: str) -> None:
    settings, out = app.service.settings, tmp_path / "rows.csv"
    write_export(app.service.store, what=what, form="csv", out=out, taxonomy=app.service.taxonomy, wanted=FeedbackFilter(), settings=settings)
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert rows
    for row in rows:
        figure, state = app.service.figures.get(row["figure"])
        assert state.fresh
        assert figure.parts["volume"] == float(row["volume"])
