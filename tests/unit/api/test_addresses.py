"""Every row of numbers in an answer carries an address that leads to the same numbers, and tells when they no longer hold."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from tests.support.app import Running, running
from voc.addresses import addressed, as_figure, read_address
from voc.errors import NotFoundError
from voc.filters import FeedbackFilter
from voc.provenance import Answer, FigureKind, FigureQuery, StaleReason, figure_of

NOW = "2026-06-30T12:00:00+09:00"
QUESTION = {"kpi": "nps", "since": "2026-04-01", "until": "2026-07-01", "before_since": "2026-01-01", "before_until": "2026-04-01"}
Row = tuple[dict[str, Any], str]
"""A row of an answer, and which of its members is the figure's value."""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty comments a quarter of eight accounts; in the second one more of them name the login, and mostly give less."""
    folder = tmp_path_factory.mktemp("addresses")
    with running(folder / "data") as found:
        for at in range(8):
            found.client.put(f"/v1/accounts/a{at}", json={"started_on": "2025-01-01", "revenue_per_year": 100 + at}, headers=found.key())
            profile = {"role": "decider" if at % 2 else "user", "account_id": f"a{at}"}
            found.client.put(f"/v1/customers/person{at}@example.com", json=profile, headers=found.key())
        hours = [{"kpi": "response_hours", "value": at, "observed_at": "2026-05-01T00:00:00Z", "customer_id": f"person{at}@example.com"} for at in range(8)]
        found.post("/v1/kpis/batch", {"items": hours})
        for month, often in (("02", 5), ("05", 2)):
            for at in range(20):
                login = at % often == 0
                found.post(
                    "/v1/feedback",
                    {
                        "text": f"I cannot log in, it is broken ({month}-{at})." if login else f"The new dashboard is great ({month}-{at}).",
                        "external_id": f"{month}-{at}",
                        "submitted_at": f"2026-{month}-{at + 1:02d}T09:00:00+09:00",
                        "customer_id": f"person{at % 8}@example.com",
                        "account_id": f"a{at % 8}",
                        "segment": "smb" if at < 10 else "enterprise",
                        "scores": {"nps": (8 if at % 3 else 2) if login else (9 if at % 4 else 7)},
                    },
                )
        found.work()
        plan = {"title": "t", "measure": "nps", "segment": "smb", "issue_kind": "tag", "issue_id": "account.login", "starts_on": "2026-05-01", "retrospective": True}
        assert found.post("/v1/actions", plan).status_code == 201
        for one in found.get("/v1/audits/next", tag="account.login", limit=40).json()["data"]:
            tags = ["account.login"] if "log in" in one["text"] else []
            found.client.put(f"/v1/audits/{one['feedback_id']}", json={"tags": tags, "drawn_for": one["drawn_for"]}, headers=found.key())
    return folder


@pytest.fixture(scope="module")
def app(original: Path) -> Iterator[Running]:
    with running(original / "data") as found:
        yield found


@pytest.fixture
def changed(original: Path, tmp_path: Path) -> Iterator[Running]:
    """A copy, for what changes it."""
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    with running(tmp_path / "data") as found:
        yield found


def data(app: Running, path: str, value: str, **query: object) -> list[Row]:
    return [(row, value) for row in app.get(path, **query).json()["data"]]


def of_ledger(app: Running, **changes: object) -> list[Row]:
    answer = app.post("/v1/explain", QUESTION | changes).json()
    ledger, lines = answer["ledger"], [row | {"moved": moved(row)} for drill in answer["drills"] for row in drill["lines"]]
    assert lines
    assert "evidence" not in lines[0]
    return [(ledger, "change"), *((row, "amount") for row in (*ledger["terms"], *ledger["groups"])), *((row, "moved") for row in lines)]


def moved(row: dict[str, Any]) -> float | None:
    return None if None in (row["value_before"], row["value_after"]) else row["value_after"] - row["value_before"]


def of_tags(app: Running, **query: object) -> list[Row]:
    found = data(app, "/v1/tags", "share", **query)
    return found + [(driver, "adjusted") for row, _ in found for driver in row["drivers"].values() if driver is not None]


def of_model(app: Running, **query: object) -> list[Row]:
    check = app.get("/v1/drivers/tag/account.login/model", **query).json()
    return [(check["linear"], "adjusted"), *((row, "ratio") for row in check["models"])]


def of_check(app: Running) -> list[Row]:
    found = app.get(f"/v1/actions/{app.get('/v1/actions').json()['data'][0]['id']}/evaluation").json()
    return [(found | {"value": (found["estimate"] or {}).get("value")}, "value")]


def of_trace(app: Running) -> list[tuple[dict[str, Any], str]]:
    login = app.get("/v1/feedback", tag="account.login", limit=1).json()["data"][0]["id"]
    stage = next(one for one in app.get(f"/v1/feedback/{login}/trace").json()["stages"] if one["stage"] == "explain")
    return [(driver, "adjusted") for issue in stage["result"]["issues"] for driver in issue["drivers"].values()]


ANSWERS: dict[str, Callable[[Running], list[Row]]] = {
    "drivers": lambda app: data(app, "/v1/drivers", "adjusted", kpi="nps"),
    "drivers of a segment": lambda app: data(app, "/v1/drivers", "adjusted", kpi="nps", segment="smb", since="2026-02-05"),
    "drivers of hours": lambda app: data(app, "/v1/drivers", "adjusted", kpi="response_hours"),
    "models": lambda app: of_model(app, kpi="nps"),
    "models of leaving in a segment": lambda app: of_model(app, kpi="churn", segment="smb"),
    "check of an action": of_check,
    "reach of drivers": lambda app: [(row["reach"], "accounts") for row, _ in ANSWERS["drivers"](app)],
    "reach in a segment": lambda app: [(row["reach"], "accounts") for row, _ in ANSWERS["drivers of a segment"](app)],
    "ledger": of_ledger,
    "ledger of two segments": lambda app: of_ledger(app, segment="smb", against="enterprise", mix="journey_stage", by="both"),
    "tags": of_tags,
    "tags of an account": lambda app: of_tags(app, account_id="a0"),
    "sentences without a topic": lambda app: [(app.get("/v1/topics").json() | {"figure": app.get("/v1/topics").json()["unassigned_figure"]}, "unassigned_share")],
    "topics": lambda app: data(app, "/v1/topics", "share", period="2026-Q2"),
    "series": lambda app: [(row, "value") for row in app.get("/v1/kpis/series", kpi="nps", by="quarter").json()["points"]],
    "series of accounts": lambda app: [(row, "value") for row in app.get("/v1/kpis/series", kpi="nrr", by="year").json()["points"]],
    "queue": lambda app: data(app, "/v1/queues/at-risk", "risk"),
    "queue's check": lambda app: [(app.get("/v1/queues/at-risk").json()["check"], "lift")],
    "count": lambda app: [(app.get("/v1/feedback/count", segment="smb", tag="account.login").json(), "count")],
    "audits": lambda app: [(row | {"value": (row["share"] or {}).get("value")}, "value") for row, _ in data(app, "/v1/audits", "share")],
    "room": lambda app: [((room := app.get("/v1/accounts/a1/room", at=NOW).json()["room"]) | {"value": room["mood"]["value"]}, "value")],
    "trace": of_trace,
    "rooms": lambda app: data(app, "/v1/rooms", "mood"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_row_has_an_address_that_leads_to_its_number(app: Running, name: str) -> None:
    found = ANSWERS[name](app)
    assert found
    for row, value in found:
        assert row["figure"], row
        said = app.get(f"/v1/figures/{row['figure']}").json()
        assert said["state"]["fresh"], (row, said["state"])
        assert said["figure"]["value"] == (row[value] if row[value] is None else pytest.approx(row[value], rel=1e-9, abs=1e-12))
        assert said["figure"]["id"] == row["figure"]
        evidence = app.get(said["evidence_url"], limit=200).json()["data"]
        assert len(evidence) == said["figure"]["evidence_count"]
        with app.service.store.read() as unit:
            assert unit.figures.get(said["state"]["now"]["id"]) is None, "nothing is written when a list is read"


ROOT_CAUSE = "/root-cause?since=2026-04-01&until=2026-06-30&before_since=2026-01-01&before_until=2026-03-31"
NARROWED = ["/overview?band=detractor", "/issues?group=smb", "/issues/tag/account.login?group=smb&kpi_of=nps", "/drivers?kpi_of=nps", f"{ROOT_CAUSE}&group=smb"]


@pytest.mark.parametrize("path", ["/overview", "/issues", "/drivers", "/kpis", "/queue", "/accounts", "/accounts/a1", "/audit", ROOT_CAUSE, "/issues/tag/account.login?model=nps", *NARROWED])
def test_the_numbers_of_a_page_lead_to_their_figures(app: Running, path: str) -> None:
    page = HTMLParser(app.client.get(f"http://127.0.0.1{path}").text)
    links = [str(one.attributes["href"]) for one in page.css("a[href^='/figures/']")]
    assert links
    for link in {links[0], links[-1]}:
        said = app.client.get(f"http://127.0.0.1{link}").text
        assert "Fresh" in said
        assert 'name="address"' in said, "it can be kept"


@pytest.mark.parametrize("path", ["/customers/person1@example.com", "/accounts/a1"])
def test_the_answers_on_a_profile_lead_to_the_figure_of_the_same_number(app: Running, path: str) -> None:
    (tile,) = [one for one in HTMLParser(app.client.get(f"http://127.0.0.1{path}").text).css(".tile") if "NPS" in one.text()]
    *_, link = tile.css("a[href^='/figures/']")
    shown = HTMLParser(app.client.get(f"http://127.0.0.1{link.attributes['href']}").text).css_first("main")
    value, n = (one.text() for one in shown.css(".tile .big")[:2])
    assert (float(value), n) == (float(tile.css_first(".big").text()), link.text().split()[0])
    assert "Fresh" in shown.text()


def test_after_an_erasure_every_address_that_rested_on_the_person_is_stale_and_none_shows_them(changed: Running) -> None:
    names = ("drivers", "models", "check of an action", "ledger", "tags", "sentences without a topic", "topics", "series", "queue", "audits", "room")
    shown = {name: [row["figure"] for row, _ in ANSWERS[name](changed)] for name in names}
    with changed.service.store.read() as unit:
        theirs = {one.id for one in unit.feedback.find(FeedbackFilter(), limit=100) if one.customer_id == _id(changed, 0)}
    opened = changed.service.figures.opened
    rested = {address: theirs.intersection(opened(address)[2]) for some in shown.values() for address in some}
    changed.service.erasing.erase("person0@example.com", by="test")
    touched = 0
    for address, lost in rested.items():
        figure, state, left = opened(address)
        assert "person0" not in figure.model_dump_json() + state.model_dump_json()
        assert theirs.isdisjoint(left)
        if lost:
            touched += 1
            assert state.reasons[:1] == (StaleReason.ERASED,), read_address(address)
    assert touched > 10


def test_a_quantity_of_accounts_rests_on_the_accounts_that_were_there(app: Running) -> None:
    first, *_, last = (row for row, _ in ANSWERS["series of accounts"](app))
    for row, accounts in ((first, 0), (last, 8)):
        found = app.get(f"/v1/figures/{row['figure']}/evidence").json()["data"]
        assert len(found) == row["n"] == accounts
    assert {one["url"] for one in found} == {f"/v1/accounts/a{at}" for at in range(8)}
    assert app.get(found[0]["url"]).status_code == 200
    page = HTMLParser(app.client.get(f"http://127.0.0.1/figures/{last['figure']}").text)
    assert {one.attributes["href"] for one in page.css("main a[href^='/accounts/']")} == {f"/accounts/a{at}" for at in range(8)}


def _id(app: Running, at: int) -> str:
    return str(app.get(f"/v1/customers/person{at}@example.com").json()["profile"]["id"])


def test_a_correction_makes_a_driver_stale_and_keeping_its_address_gives_one_of_today(changed: Running) -> None:
    shown = {name: ANSWERS[name](changed) for name in ("drivers", "series", "series of accounts", "queue")}
    row = next(row for row, _ in shown["drivers"] if row["issue"]["id"] == "account.login")
    one = changed.get(f"/v1/figures/{row['figure']}/evidence").json()["data"][0]["id"]
    changed.service.correct_tags(one, add=(), remove=("account.login",), by="test")
    said = changed.get(f"/v1/figures/{row['figure']}").json()
    assert (said["state"]["fresh"], said["figure"]["value"]) == (False, pytest.approx(row["adjusted"]))
    assert said["state"]["reasons"] == ["value"]
    others = [row["figure"] for name in ("series", "series of accounts", "queue") for row, _ in shown[name]]
    assert all(changed.get(f"/v1/figures/{one}").json()["state"]["fresh"] for one in others)
    kept = changed.post(f"/v1/figures/{row['figure']}/recompute", {}).json()["figure"]
    assert kept["id"].startswith("fg_")
    assert kept["value"] == said["state"]["now"]["value"]


def test_an_address_reads_back_and_a_damaged_one_is_not_found(app: Running) -> None:
    query = FigureQuery(kind=FigureKind.ISSUE_SHARE, issue="tag:ログイン", filter=FeedbackFilter(segment="大手"), more={"a": "b"})
    address = addressed(query, Answer(value=1 / 3, n=3), versions={"models": "1"}, erasures=2)
    assert address is not None
    said = read_address(address)
    assert (said.query, said.value, said.n, said.erasures) == (query, 0.3333333333, 3, 2)
    damaged = (address[:-1], address + "A", "fq_", "fq_12345678", address.replace(address[5], "-"), "fq_" + "A" * 5000, address[:11] + "!" + address[12:])
    for one in damaged:
        with pytest.raises(NotFoundError):
            read_address(one)
        assert app.get(f"/v1/figures/{one}").status_code == 404
        assert app.client.get(f"/v1/figures/{one}/evidence", headers=app.key()).json()["code"] == "not_found"


@pytest.mark.parametrize(("n", "erasures", "reasons"), [(3, 2, ()), (3, 5, ()), (2, 2, ("evidence",)), (2, 5, ("erased", "evidence"))])
def test_an_address_says_erased_where_somebody_was_erased_since_and_its_numbers_changed(n: int, erasures: int, reasons: tuple[str, ...]) -> None:
    query = FigureQuery(kind=FigureKind.ISSUE_SHARE, issue="tag:a")
    address = addressed(query, Answer(value=0.5, n=3), versions={"models": "1"}, erasures=2)
    assert address is not None
    now = figure_of(query, Answer(value=0.5, n=n), versions={"models": "1"}, as_of=datetime(2026, 1, 1, tzinfo=UTC))
    assert as_figure(address, read_address(address), now, erasures=erasures)[1].reasons == reasons


@pytest.mark.parametrize("more", [{}, {"after": "x", "before": "y", "by": "z"}, {"series": "nps", "span": "month", "fiscal_start": "99", "period": "2026-01"},
                                  {"account": "ac_0", "at": "0001-01-01T00:00:00+00:00", "days": "9", "quiet_days": "9"}])  # fmt: skip
@pytest.mark.parametrize("kind", FigureKind)
def test_an_address_somebody_made_up_has_no_answer_and_no_traceback(app: Running, kind: FigureKind, more: dict[str, str]) -> None:
    address = addressed(FigureQuery(kind=kind, more=more), Answer(value=1.0, n=1), versions={}, erasures=0)
    said = app.get(f"/v1/figures/{address}")
    assert said.status_code == 200
    assert not said.json()["state"]["fresh"]


def test_where_words_narrow_a_list_its_numbers_have_no_address(app: Running) -> None:
    assert [row["figure"] for row, _ in data(app, "/v1/drivers", "adjusted", kpi="nps", text="log in")][:1] == [None]


@pytest.mark.parametrize("voices", [{"kpi_of": "profit"}, {"band": "angry"}, {"colour": "red"}, {"duplicates": "only", "text": "log in"}])
def test_conditions_on_voices_that_cannot_be_read_have_no_answer(app: Running, voices: dict[str, str]) -> None:
    address = addressed(FigureQuery(kind=FigureKind.COMMENT_COUNT, voices=voices), Answer(value=1.0, n=1), versions={}, erasures=0)
    assert app.get(f"/v1/figures/{address}").json()["state"]["reasons"] == ["gone"]


def test_conditions_on_voices_travel_in_the_address_and_in_one_that_is_kept(app: Running) -> None:
    page = HTMLParser(app.client.get("http://127.0.0.1/issues/tag/account.login?band=detractor").text)
    link = page.css_first(".tile .big a[href^='/figures/']")
    said = app.get(f"/v1{link.attributes['href']}").json()
    assert (said["state"]["fresh"], said["figure"]["query"]["voices"]) == (True, {"band": "detractor"})
    assert link.text() == f"{100 * said['figure']['value']:.1f}%"
    kept = app.post(f"/v1{link.attributes['href']}/recompute", {}).json()["figure"]
    assert app.get(f"/v1/figures/{kept['id']}").json()["state"]["fresh"]
    evidence = app.get(f"/v1/figures/{kept['id']}/evidence", limit=200).json()["data"]
    assert len(evidence) == kept["parts"]["volume"] < app.get("/v1/feedback/count", tag="account.login").json()["count"]
