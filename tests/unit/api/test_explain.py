"""Why a KPI moved, over HTTP: terms that add up, what was asked said again, and questions that make no sense refused."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from api.pages import root_cause
from pipelines.commands.explaining import lines
from pipelines.issue_list import issue_list
from tests.support.app import Running, running
from voc.drivers import IssueKind
from voc.filters import FeedbackFilter
from voc.kpis import Kpi
from voc.ledger import RootCause
from voc.topics import Topic, TopicAssignment

HOME = "http://127.0.0.1"

QUESTION = {"kpi": "nps", "since": "2026-04-01", "until": "2026-07-01", "before_since": "2026-01-01", "before_until": "2026-04-01"}


def say(app: Running, month: str, at: int, *, login: bool, **more: object) -> None:
    """Post the answer of a day: on the login, or praise of the dashboard."""
    text = "I cannot log in, it is broken" if login else "The new dashboard is great"
    day = f"2026-{month}-{at + 1:02d}T09:00:00+09:00"
    app.post("/v1/feedback", {"text": f"{text} ({month}-{at}).", "external_id": f"{month}-{at}", "submitted_at": day, **more})


def two_quarters(app: Running, more: Callable[[str, int], dict[str, object]]) -> None:
    """Twenty answers a quarter of eight accounts; four, then ten of them name the login and give a 2 instead of a 9; ``more``: by month and place."""
    for month, often in (("02", 5), ("05", 2)):
        for at in range(20):
            login = at % often == 0
            say(app, month, at, login=login, account_id=f"a{at % 8}", scores={"nps": 2 if login else 9}, **more(month, at))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Twenty answers a quarter; in the second one three times as many name the login, and give a 2 instead of a 9."""
    with running(Path(tmp_path_factory.mktemp("explain"))) as found:
        two_quarters(
            found,
            lambda month, at: {
                "segment": "smb" if at < 10 else "enterprise", "product": "tsumugi", "journey_stage": "onboarding" if at < 10 else "use",
                "metadata": {"release": "4.1" if month == "02" else "4.2"},
            },
        )  # fmt: skip
        found.work()
        yield found


def explain(app: Running, **changes: object) -> dict:
    answer = app.post("/v1/explain", QUESTION | changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_terms_add_up_and_the_one_that_was_named_more_often_comes_first(told):
    answer = explain(told)
    ledger = answer["ledger"]
    assert (ledger["before"]["value"], ledger["after"]["value"], ledger["change"]) == (60.0, 0.0, -60.0)
    assert sum(term["amount"] for term in ledger["terms"]) == pytest.approx(-60.0, abs=1e-9)
    first = ledger["terms"][0]
    assert (first["kind"], first["issue"]["id"]) == ("prevalence", "account.login")
    assert (first["figures"]["n_before"], first["figures"]["n_after"]) == (4, 10)
    assert len(first["evidence"]) == 14
    assert ledger["terms"][-1]["kind"] == "unexplained"


def test_an_issue_opens_to_releases_groups_and_what_was_said(told):
    opened = explain(told)["drills"][0]
    assert opened["issue"]["id"] == "account.login"
    lines = {(line["kind"], line["name"]): (line["n_before"], line["n_after"]) for line in opened["lines"]}
    assert lines["release", "4.2"] == (0, 10)
    assert lines["product", "tsumugi"] == (4, 10)
    assert lines["group", "smb"] == (2, 5)
    assert all(quote["text"].startswith("I cannot log in") for quote in opened["quotes"])
    assert opened["quotes"]
    assert explain(told, opened=0)["drills"] == []


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Twenty-four answers a quarter; half of the first ones name the login, none of the later ones, and only enterprises named it."""
    with running(Path(tmp_path_factory.mktemp("settled"))) as found:
        for month in ("02", "05"):
            for at in range(24):
                login = month == "02" and at % 2 == 0
                score = 2 if (login and at > 0) or at == 1 else 9
                say(found, month, at, login=login, account_id=f"a{at}", segment="enterprise" if at % 2 == 0 else "smb", scores={"nps": score})
        found.work()
        with found.service.store.write() as unit:
            rows = unit.voices.find(FeedbackFilter())
            unit.topics.put([Topic(id="tp_1", name="the new dashboard", keywords=(), example_ids=(), size=12, centroid=bytes(8))])
            told = [row.feedback_id for row in rows if "tag:account.login" not in row.issue_keys][:12]
            unit.topics.assign([TopicAssignment(sentence_id=f"{name}.0", topic_id="tp_1", similarity=0.9) for name in told])
        yield found


def opened_login(app: Running, **changes: object) -> dict:
    return next(one for one in explain(app, **changes)["drills"] if one["issue"]["id"] == "account.login")


def test_q_is_the_same_whichever_kind_of_issue_is_listed(settled):
    """Why: tags and topics are one family of tests; a list of tags alone must not make them look surer."""
    given = {"taxonomy": settled.service.taxonomy, "wanted": FeedbackFilter(), "language": "en", "zone": UTC, "kpis": (Kpi.NPS,)}
    with settled.service.store.read() as unit:
        listed = issue_list(unit, **given)
        both = (*listed.issues, *listed.aspects)
        apart = [one for kind in IssueKind for one in issue_list(unit, kind=kind, **given).issues]
        apart += issue_list(unit, kind=IssueKind.TAG, **given).aspects
    rates = {(one.issue.kind, one.issue.id): one.drivers[Kpi.NPS].q for one in both if one.drivers[Kpi.NPS].q is not None}
    assert {kind for kind, _ in rates} == set(IssueKind)
    assert {(one.issue.kind, one.issue.id): one.drivers[Kpi.NPS].q for one in apart if one.drivers[Kpi.NPS].q is not None} == rates


def test_an_issue_nobody_names_any_more_shows_what_was_said_before_and_says_so(settled, told):
    drill = opened_login(settled)
    assert drill["quotes_from"] == "before"
    assert [quote["submitted_at"][:7] for quote in drill["quotes"]] == ["2026-02"] * 5
    later = opened_login(told)
    assert later["quotes_from"] == "after"
    assert {quote["submitted_at"][:7] for quote in later["quotes"]} == {"2026-05"}
    page = f"{HOME}/root-cause?kpi=nps&since=2026-04-01&until=2026-06-30&before_since=2026-01-01&before_until=2026-03-31"
    english, japanese = (settled.client.get(page, headers={"Accept-Language": language}).text for language in ("en", "ja"))
    assert "Said before, nothing after" in english
    assert "前の期間の声（後の期間にはなし）" in japanese
    assert "Said before" not in told.client.get(page, headers={"Accept-Language": "en"}).text


def test_the_command_says_of_which_side_the_quotes_are(settled):
    found = RootCause.model_validate(explain(settled))
    assert "      Said before, nothing after:" in lines(found, language="en", zone="Asia/Tokyo")
    between = explain(settled, since="2026-01-01", until="2026-04-01", segment="smb", against="enterprise")
    assert "      enterpriseの声（smbにはなし）:" in lines(RootCause.model_validate(between), language="ja", zone="Asia/Tokyo")


def test_two_segments_are_compared_in_one_period(told):
    answer = explain(told, segment="smb", against="enterprise")
    assert (answer["ledger"]["before"]["n"], answer["ledger"]["after"]["n"]) == (10, 10)
    assert answer["question"]["grouping"] == "source"
    assert answer["ledger"]["before"]["value"] == 0.0, "enterprises in the period after; in the one before they stood at 60"
    assert explain(told, segment="smb", against="enterprise", since="2026-01-01", until="2026-04-01")["ledger"]["before"]["value"] == 60.0


@pytest.mark.parametrize(("by", "kinds"), [("tags", {"tag"}), ("topics", {"topic"}), ("both", {"tag", "topic"})])
def test_the_change_is_taken_apart_by_the_issues_asked_for(settled, by, kinds):
    terms = explain(settled, by=by)["ledger"]["terms"]
    assert {term["issue"]["kind"] for term in terms if term["issue"]} == kinds


@pytest.mark.parametrize("bars", [1, 8])
def test_the_waterfall_goes_from_the_value_before_to_the_one_after(told, monkeypatch, bars):
    """Why: a step left out, or small terms not taken together, would end beside the value after."""
    monkeypatch.setattr(root_cause, "BARS", bars)
    page = f"{HOME}/root-cause?kpi=nps&since=2026-04-01&until=2026-06-30&before_since=2026-01-01&before_until=2026-03-31"
    chart = HTMLParser(told.client.get(page).text).css_first("[data-chart=waterfall]")
    first, *steps, last = json.loads(str(chart.attributes["data-points"]))
    assert (first["total"], last["total"]) == (60.0, 0.0)
    assert first["total"] + sum(step["amount"] for step in steps) == pytest.approx(last["total"], abs=1e-6)
    assert len(steps) >= 3


def test_the_mix_may_be_one_of_journey_stages(told):
    groups = explain(told, mix="journey_stage")["ledger"]["groups"]
    assert {group["name"]: (group["n_before"], group["n_after"]) for group in groups} == {"onboarding": (10, 10), "use": (10, 10)}


def test_a_filter_holds_on_both_sides_and_too_few_answers_say_so(told):
    ledger = explain(told, filters={"segment": "nobody"})["ledger"]
    assert (ledger["state"], ledger["change"], ledger["terms"]) == ("not_enough", None, [])
    assert "10 needed" in ledger["note"]


def test_without_dates_the_last_ninety_days_are_compared_with_those_before(told):
    answer = told.post("/v1/explain", {}).json()
    assert answer["question"]["after"]["end"].startswith("2026-05-20")
    assert answer["question"]["before"]["end"] == answer["question"]["after"]["start"]


@pytest.mark.parametrize(
    "change",
    [
        {"since": "2026-08-01"},
        {"since": "soon"},
        {"segment": "smb"},
        {"segment": "smb", "against": "smb"},
        {"filters": {"since": "2026-01-01"}},
        {"filters": {"colour": "red"}},
        {"kpi": "joy"},
        {"by": "feeling"},
        {"opened": 11},
        {"colour": "red"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(told, change):
    assert told.post("/v1/explain", QUESTION | change).status_code == 422


def test_drivers_among_some_comments_come_with_impact_and_reach(told):
    answer = told.get("/v1/drivers", kpi="nps", segment="smb")
    assert answer.status_code == 200, answer.text
    line = next(one for one in answer.json()["data"] if one["issue"]["id"] == "account.login")
    assert line["n"] == 20
    assert line["reach"]["verdict"] == "cannot_tell"
    assert line["reach"]["heard"] == [{"kind": "survey", "count": 7, "total": 20, "clusters": line["reach"]["heard"][0]["clusters"]}]
    assert told.get("/v1/drivers", kpi="nps", colour="red").status_code == 422


def test_an_issue_is_checked_with_the_model_its_kpi_demands(told):
    path = "/v1/drivers/tag/account.login/model"
    answer = told.get(path, kpi="nps")
    assert answer.status_code == 200, answer.text
    check = answer.json()
    assert (check["models"][0]["model"], check["models"][0]["state"]) == ("ordinal", "separation"), "with it 2, without it 9"
    assert check["linear"]["n_with"] == check["models"][0]["n_with"] == 14
    listed = next(one for one in told.get("/v1/drivers", kpi="nps").json()["data"] if one["issue"]["id"] == "account.login")
    assert {name: listed[name] for name in check["linear"]} == check["linear"], "the difference of the list, q over all its issues"
    assert "cannot be fitted" in check["sentences"][0]
    assert [model["model"] for model in told.get(path, kpi="churn").json()["models"]] == ["logit", "cox"]
    assert told.get("/v1/drivers/tag/none.such/model", kpi="nps").status_code == 404
    page = told.client.get("http://127.0.0.1/issues/tag/account.login?model=nps", headers={"Accept-Language": "ja"}).text
    assert "推定できません" in page


def test_a_kpi_by_fiscal_quarter(told):
    points = told.get("/v1/kpis/series", kpi="nps", by="quarter").json()["points"]
    assert [(point["label"], point["value"], point["n"]) for point in points] == [("FY2025 Q4", 60.0, 20), ("FY2026 Q1", 0.0, 20)]
    assert points[1]["change"] == -60.0
    assert told.get("/v1/kpis/series", kpi="joy").status_code == 422
