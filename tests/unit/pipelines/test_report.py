"""Reports: one file, every word escaped, every figure with n and interval, in Japanese and English."""

import io
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import openpyxl
import pytest

from pipelines.act import alerts, mentions
from pipelines.explain.drivers import drivers
from pipelines.explain.levels import level
from pipelines.explain.summaries import summarise, unassigned_share, volumes
from pipelines.link import voices
from pipelines.report.charts import forest, line, nice_ticks, share_bars, split
from pipelines.report.excel import report_xlsx
from pipelines.report.figures import Figures
from pipelines.report.html import MAX_QUOTE_CHARS, report_html
from pipelines.report.labels import label, label_names
from tests.unit.pipelines.test_link import comment
from voc.alerts import AlertRule
from voc.drivers import Issue, IssueKind
from voc.feedback import Language, Source
from voc.issues import Period, SentimentSplit
from voc.kpis import Kpi
from voc.report import CommentCounts, KpiAnswer, KpiLevel, KpiMonth, Quote, ReportData, RowAccounting
from voc.sentiment import SentimentLabel

PAYLOAD = '<script>alert("x")</script><img src=x onerror=alert(1)>'
FORMULA = '=HYPERLINK("http://evil.example","click")'
JST = timedelta(hours=9)
FROM = datetime(2025, 11, 1, tzinfo=UTC) - JST
UNTIL = datetime(2026, 11, 1, tzinfo=UTC) - JST
ISSUES = (
    Issue(kind=IssueKind.TAG, id="login", name="ログインできない"),
    Issue(kind=IssueKind.TAG, id="bad", name=PAYLOAD),
    Issue(kind=IssueKind.TOPIC, id="formula", name=FORMULA),
)


def rows():
    answer = []
    for at in range(360):
        keys = frozenset({f"tag:{'login' if at % 6 == 0 else 'bad'}"} if at % 3 == 0 else ({"topic:formula"} if at % 40 == 1 else ()))
        unhappy = at % 6 == 0 and at % 5 != 0
        answer.append(
            comment(
                f"f{at}",
                at=FROM + timedelta(days=at, hours=3),
                customer=f"u{at % 50}",
                account=f"a{at % 25}",
                scores={Kpi.NPS: 2 if unhappy else (9 if at % 7 else 7)},
                segment="business" if at % 2 else "enterprise",
                sentiment=SentimentLabel.NEGATIVE if unhappy else SentimentLabel.POSITIVE,
                issue_keys=keys,
                complained_keys=keys if unhappy else frozenset(),
            )
        )
    return answer


def quote(name, text, *, language=Language.EN):
    return Quote(
        feedback_id=name,
        text=text,
        language=language,
        source=Source.SURVEY,
        submitted_at=FROM,
        sentiment=SentimentLabel.NEGATIVE,
        who=PAYLOAD,
        scores={Kpi.NPS: 2},
    )


def report(**changes):
    heard = rows()
    links = {(row.feedback_id, kpi): value for row in heard for kpi, value in row.scores.items()}
    named, total = volumes(heard)
    measured = drivers(Kpi.NPS, voices=voices(heard, kpi=Kpi.NPS, links=links), issues=ISSUES, volumes=named, total=total)
    answers = [KpiAnswer(value=row.scores[Kpi.NPS], observed_at=row.submitted_at, cluster=row.cluster) for row in heard]
    quotes = {
        "f0": quote("f0", "シングルサインオンで入れません。\nとても困っています。", language=Language.JA),
        "f3": quote("f3", PAYLOAD),
        "f1": quote("f1", FORMULA),
        "f6": quote("f6", "long " * 9000),
    }
    data = ReportData(
        period=Period(start=FROM, end=UNTIL),
        created_at=UNTIL,
        counts=CommentCounts(
            comments=372,
            by_language={Language.JA: 222, Language.EN: 150},
            no_signal=7,
            duplicates=5,
            not_analysed=0,
            customers=50,
            accounts=25,
        ),
        rows=RowAccounting(rows=380, new=372, duplicates=6, rejected=2),
        kpis=(level(Kpi.NPS, answers=answers), KpiLevel(kpi=Kpi.CSAT, value=None, n=0, clusters=0)),
        issues=summarise(
            heard,
            issues=ISSUES,
            recent=Period(start=UNTIL - timedelta(days=90), end=UNTIL),
            drivers=measured,
            quote_ids={"tag:login": ["f0", "f6", "gone"], "tag:bad": ["f3"], "topic:formula": ["f1"]},
        ),
        unassigned_share=unassigned_share(heard),
        drivers=measured,
        quotes=quotes,
        alerts=alerts(mentions(heard, issues=ISSUES), rule=AlertRule(min_accounts=3, window_days=30)),
        model={"sentiment": "encoder-sentiment/1", "language": "lingua/2.1"},
        cautions=("日本語の感情は語彙による簡易判定です。",),
    )
    return data.model_copy(update=changes)


EMPTY = ReportData(
    period=Period(start=FROM, end=UNTIL),
    created_at=UNTIL,
    counts=CommentCounts(comments=0, by_language={}, no_signal=0, duplicates=0, not_analysed=0),
)


class Seen(HTMLParser):
    """Collects tags with their attributes, and the text."""

    def __init__(self):
        super().__init__()
        self.tags = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def parsed(page):
    seen = Seen()
    seen.feed(page)
    return seen


@pytest.fixture(scope="module")
def data():
    return report()


@pytest.fixture(scope="module", params=["ja", "en"])
def page(request, data):
    return report_html(data, language=request.param)


def test_a_customers_words_are_never_markup(page):
    seen = parsed(page)
    assert not {tag for tag, _ in seen.tags} & {"script", "img", "iframe", "link", "object"}
    assert not [name for _, attributes in seen.tags for name in attributes if name.startswith("on")]
    assert PAYLOAD in seen.text


def test_the_page_asks_nobody_for_anything(data):
    harmless = {name: quote.model_copy(update={"text": "ok", "who": None}) for name, quote in data.quotes.items()}
    issues = tuple(summary.model_copy(update={"issue": ISSUES[0]}) for summary in data.issues)
    measured = tuple(driver.model_copy(update={"issue": ISSUES[0]}) for driver in data.drivers)
    page = report_html(data.model_copy(update={"quotes": harmless, "issues": issues, "drivers": measured}), language="en")
    assert not re.search(r"https?:|//[a-z]|url\(|@import|\bsrc=|\bhref=", page)
    assert "default-src 'none'" in page


def test_the_page_speaks_its_readers_language(data):
    japanese, english = (parsed(report_html(data, language=language)) for language in ("ja", "en"))
    assert ("html", {"lang": "ja"}) in japanese.tags
    assert ("html", {"lang": "en"}) in english.tags
    assert "主な課題" in japanese.text
    assert "Top issues" in english.text
    assert "Top issues" not in japanese.text
    for text in (japanese.text, english.text):
        assert "シングルサインオンで入れません。\nとても困っています。" in text
        assert "日本語の感情は語彙による簡易判定です。" in text


def test_figures_stand_with_n_and_interval(data):
    text = re.sub(r"\s+", " ", parsed(report_html(data, language="en")).text)
    nps, f = data.kpis[0], Figures(language="en", zone=None)
    assert f"{f.interval(nps.low, nps.high)} · n = 360" in text
    login = next(summary for summary in data.issues if summary.issue.id == "login")
    assert f"{f.percent(login.share)} {f.percent_interval(login.share_low, login.share_high)}" in text
    assert f"{login.volume} of {login.total}" in text
    assert "are associated with" in text
    assert "380 = New 372 + Already known 6 + Rejected 2" in text


def test_too_little_data_is_said_not_drawn(data):
    few = next(driver for driver in data.drivers if driver.issue.id == "formula")
    assert f"{few.n_with} comments with a score, 10 needed" in parsed(report_html(data, language="en")).text
    assert f"スコア付きコメント{few.n_with}件(10件以上必要)" in parsed(report_html(data, language="ja")).text
    assert "no data" in parsed(report_html(data, language="en")).text


def test_a_long_quote_is_shortened_visibly(page, data):
    assert "long " * 200 not in page
    assert ("… (continues)" in page) or ("…(続きあり)" in page)
    assert len(data.quotes["f6"].text) > MAX_QUOTE_CHARS


def test_the_last_day_shown_is_inside_the_period(data):
    assert "2025/11/01 – 2026/10/31" in report_html(data, language="ja")
    assert "1 Nov 2025 – 31 Oct 2026" in report_html(data, language="en")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_empty_report_says_so_in_every_part(language):
    text = parsed(report_html(EMPTY, language=language)).text
    assert text.count(label("nothing", language=language)) == 4
    book = openpyxl.load_workbook(io.BytesIO(report_xlsx(EMPTY, language=language)))
    assert sum(sheet["A2"].value == label("nothing", language=language) for sheet in book) == 6


def test_equal_data_give_equal_bytes(data):
    assert report_html(data, language="ja") == report_html(data, language="ja")
    assert report_xlsx(data, language="ja") == report_xlsx(data, language="ja")


def book(data, *, language="ja"):
    return openpyxl.load_workbook(io.BytesIO(report_xlsx(data, language=language)))


def cells(sheet):
    return [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_the_workbook_has_its_sheets_in_the_readers_language(data):
    assert book(data).sheetnames == ["概要", "課題", "要因", "KPI", "原文", "アラート", "数値"]
    assert book(data, language="en").sheetnames == ["Summary", "Issues", "Drivers", "KPI", "Quotes", "Alerts", "Figures"]


def test_no_text_in_the_workbook_is_a_formula_or_a_link(data):
    quotes = book(data)["原文"]
    written = [cell for sheet in book(data) for cell in cells(sheet)]
    assert FORMULA in [cell.value for cell in cells(quotes)]
    assert {cell.data_type for cell in written} <= {"s", "n", "d"}
    assert not [cell for cell in written if cell.hyperlink]


def test_numbers_in_the_workbook_are_numbers_negative_ones_too(data):
    sheet = book(data, language="en")["Drivers"]
    head = [cell.value for cell in sheet[1]]
    login = next(row for row in sheet.iter_rows(min_row=2, values_only=True) if row[1] == "ログインできない")
    driver = next(driver for driver in data.drivers if driver.issue.id == "login")
    assert login[head.index("Adjusted difference")] == pytest.approx(driver.adjusted)
    assert driver.adjusted < 0
    assert login[head.index("n")] == 360


def test_the_workbook_can_be_worked_with(data):
    workbook = book(data)
    for name in ("課題", "要因", "KPI", "原文", "アラート"):
        assert workbook[name].freeze_panes == "A2"
        assert workbook[name].auto_filter.ref
        assert workbook[name].column_dimensions["A"].width > 10
    assert len(workbook["課題"]._charts) == len(workbook["KPI"]._charts) == 1
    drawn = workbook["課題"]._charts[0].series[0].val.numRef.f
    head = [cell.value for cell in workbook["課題"][1]]
    assert drawn.startswith(f"課題!${'ABCDEFGH'[head.index('件数')]}$"), "the bars are the numbers of comments"
    dates = [cell.value for cell in cells(workbook["原文"]) if cell.is_date]
    assert datetime(2025, 11, 1) in dates


def test_a_text_longer_than_a_cell_is_cut_visibly(data):
    long = [cell.value for cell in cells(book(data, language="en")["Quotes"]) if str(cell.value).startswith("long")]
    assert len(long[0]) == 32_767
    assert long[0].endswith("… (continues)")


def test_every_label_exists_in_both_languages_and_japanese_is_japanese():
    same = {name for name in label_names() if label(name, language="ja") == label(name, language="en")}
    assert same <= {"kpi", "n"}


def test_row_accounting_that_loses_rows_is_refused():
    with pytest.raises(ValueError, match="rows must be"):
        RowAccounting(rows=10, new=8, duplicates=1, rejected=0)


def test_a_month_without_answers_breaks_the_line():
    months = [KpiMonth(month=f"2026-0{at}", value=value, n=0 if value is None else 5) for at, value in enumerate([1.0, 2.0, None, 3.0], 1)]
    drawn = line(KpiLevel(kpi=Kpi.NPS, value=2.0, n=15, clusters=9, months=tuple(months)))
    assert [len(stroke) for stroke in drawn.strokes] == [2, 1]
    assert line(KpiLevel(kpi=Kpi.NPS, value=None, n=0, clusters=0, months=(KpiMonth(month="2026-01", value=None, n=0),))) is None


@pytest.mark.parametrize(("low", "high"), [(0, 0), (-100, 100), (4.5, 4.6), (-3, 12), (99, 100)])
def test_ticks_cover_the_values_with_round_numbers(low, high):
    ticks = nice_ticks(low, high)
    assert ticks[0] <= low <= high <= ticks[-1]
    assert 2 <= len(ticks) <= 8


def test_marks_lie_inside_their_drawing(data):
    for bar in share_bars(data.issues):
        assert 0 <= bar.low <= bar.at <= bar.high <= bar.width
    for mark in forest(data.drivers):
        assert mark is None or 0 <= mark.low <= mark.at <= mark.high <= mark.width
    parts = split(SentimentSplit(negative=1, positive=3))
    assert [(part.name, part.width) for part in parts] == [("negative", 24.0), ("positive", 72.0)]


@pytest.mark.parametrize(
    ("number", "written"), [(None, "–"), (-0.04, "0.0"), (-3.14159, "−3.1"), (1234.5, "1,234.5"), (0.0, "0.0"), (-1000, "−1,000.0")]
)
def test_numbers_are_written_with_a_real_minus_and_never_minus_zero(number, written):
    assert Figures(language="en", zone=None).number(number) == written
