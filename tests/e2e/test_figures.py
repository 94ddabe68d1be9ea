"""Figures as addresses: every kind has an address that leads back to its question and comments, and tells when it no longer holds."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.app import Running, running
from voc.errors import NotFoundError
from voc.filters import FeedbackFilter
from voc.ids import customer_id
from voc.kpis import Kpi
from voc.provenance import FigureKind, FigureQuery, StaleReason

LOGIN = "tag:account.login"


@pytest.fixture
def app(tmp_path: Path) -> Any:
    with running(tmp_path / "data") as found:
        for n in range(24):
            found.post(
                "/v1/feedback",
                {
                    "text": f"I cannot log in, it fails again ({n})." if n % 2 else f"The report number {n} is great.",
                    "external_id": f"e{n}",
                    "scores": {"nps": n % 5 if n % 2 else 9},
                    "customer_id": f"c{n % 12}",
                    "account_id": f"a{n // 2}",
                    "submitted_at": f"2026-10-{1 + n:02d}T10:00:00+09:00",
                },
            )
        found.work()
        yield found


def questions(app: Running) -> list[FigureQuery]:
    with app.service.store.read() as unit:
        alerts = unit.alerts.find()
    assert alerts, "the seed raises no alert"
    return [
        FigureQuery(kind=FigureKind.COMMENT_COUNT),
        FigureQuery(kind=FigureKind.KPI_LEVEL, kpi=Kpi.NPS),
        FigureQuery(kind=FigureKind.ISSUE_SHARE, issue=LOGIN),
        FigureQuery(kind=FigureKind.UNASSIGNED_SHARE),
        FigureQuery(kind=FigureKind.DRIVER_EFFECT, kpi=Kpi.NPS, issue=LOGIN),
        FigureQuery(kind=FigureKind.ALERT_ACCOUNTS, more={"alert": alerts[0].id}),
    ]


def test_every_kind_is_asked_here() -> None:
    from inspect import getsource

    asked = getsource(questions)
    assert [kind for kind in FigureKind if f"FigureKind.{kind.name}" not in asked] == [FigureKind.ROW_ACCOUNTING], "rows come from imports"


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
        asked = {"kind": query.kind.value, "kpi": query.kpi, "issue": query.issue, "alert": query.more.get("alert")}
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


def test_a_correction_makes_what_it_touches_stale(app: Running) -> None:
    figure = app.service.figures.publish(FigureQuery(kind=FigureKind.ISSUE_SHARE, issue=LOGIN))
    one = app.service.figures.evidence(figure.id)[0]
    app.service.correct_tags(one, add=(), remove=("account.login",), by="test")
    _, state = app.service.figures.get(figure.id)
    assert StaleReason.EVIDENCE in state.reasons
    assert one in app.service.figures.evidence(figure.id), "what was published is still shown with the comments it rested on"


def test_an_erasure_makes_exactly_the_figures_stale_that_rested_on_the_person_and_none_shows_them(app: Running) -> None:
    figures = app.service.figures
    touched = [figures.publish(query).id for query in questions(app) if query.kind is not FigureKind.UNASSIGNED_SHARE]
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
