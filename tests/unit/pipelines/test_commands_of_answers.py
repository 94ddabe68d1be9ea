"""Commands that answer from a store, each run with each of its options: actions, explain, drivers, queue, audit, kpis series."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest

from tests.support.app import running
from tests.support.commands import here, said_here

LOGIN = "tag:account.login"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty comments a quarter of ten people in ten accounts; in the second more of them name the login and give less; one account leaves."""
    folder = tmp_path_factory.mktemp("answers") / "data"
    with running(folder) as app:
        for at in range(10):
            left = {"churned_on": "2026-06-01"} if at == 1 else {}
            app.client.put(f"/v1/accounts/a{at}", json={"started_on": "2025-01-01", "plan": "pro", "revenue_per_year": 100 + at} | left, headers=app.key())
        for month, often in (("02", 5), ("05", 2)):
            for at in range(20):
                login = at % often == 0
                body = {
                    "text": f"I cannot log in, it is broken ({month}-{at})." if login else f"The new dashboard is great ({month}-{at}).",
                    "external_id": f"{month}-{at}", "submitted_at": f"2026-{month}-{at + 1:02d}T09:00:00+09:00", "source": "survey" if at % 4 else "review",
                    "customer_id": f"c{at % 10}", "account_id": f"a{at % 10}", "segment": "smb" if at < 10 else "enterprise",
                    "scores": {"nps": (8 if at % 3 else 2) if login else (9 if at % 4 else 7)},
                }  # fmt: skip
                assert app.post("/v1/feedback", body).status_code < 300
        app.work()
        for one in app.get("/v1/audits/next", tag="account.login", limit=40).json()["data"]:
            tags = ["account.login"] if "log in" in one["text"] else []
            app.client.put(f"/v1/audits/{one['feedback_id']}", json={"tags": tags, "drawn_for": one["drawn_for"]}, headers=app.key())
    return folder


def said(data: Path, *arguments: str) -> str:
    """What a person reads."""
    done = here(data, *arguments)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def refused(data: Path, *arguments: str) -> dict[str, object]:
    done = here(data, *arguments, "--json")
    assert done.exit_code == 65, (done.exit_code, done.stderr)
    return json.loads(done.stdout)["error"]


ADD = ("actions", "add", "Repair sign-in", "--measure", "nps", "--issue", LOGIN)


def test_an_action_is_added_listed_and_checked(data: Path, tmp_path: Path) -> None:
    arms = tmp_path / "arms.csv"
    arms.write_text("who,side,since\n" + "".join(f"c{at},{'treatment' if at % 2 else 'control'},2026-05-01\n" for at in range(10)) + "c99,both,2026-05-01\n", "utf-8")
    columns = ("--map", "customer=who,arm=side,exposed=since", "--encoding", "utf-8", "--quiet")
    dry = said_here(data, "actions", "experiment", str(arms), "--name", "try", *columns, "--dry-run")
    assert (dry["good"], dry["rejected"], dry["problems"][0]["column"], dry["problems"][0]["line"]) == (10, 1, "side", 12)
    assert refused(data, *ADD, "--starts", "2026-05-01", "--retrospective", "--experiment", "try")["code"] == "unknown_name", "a dry run keeps nothing"
    assert "treatment 5, control 5" in said(data, "actions", "experiment", str(arms), "--name", "try", *columns)
    tried = said_here(data, *ADD, "--starts", "2026-05-01", "--retrospective", "--experiment", "try")
    assert said_here(data, "actions", "check", tried["id"])["method"] == "experiment"
    before = arms.read_text("utf-8")
    arms.write_text(before.replace("c1,treatment", "c1,control"), "utf-8")
    assert "has started" in str(refused(data, "actions", "experiment", str(arms), "--name", "try", *columns)["message"])

    whom = ("--segment", "smb", "--account", "a1", "--account", "a2", "--direction", "up", "--expected", "7.5")
    full = said_here(data, *ADD, "--starts", "2099-01-15", *whom, "--owner", "Sato", "--due", "2099-06-01", "--by", "Ito")
    assert (full["owner"], full["due"], full["created_by"], full["retrospective"]) == ("Sato", "2099-06-01", "Ito", False)
    assert (full["plan"]["population"]["segment"], len(full["plan"]["population"]["account_ids"]), full["plan"]["expected_size"]) == ("smb", 2, 7.5)
    assert "(retrospective)" in said(data, *ADD, "--starts", "2026-05-01", "--retrospective", "--segment", "enterprise")

    listed = said_here(data, "actions", "list")["actions"]
    assert [one["id"] for one in listed][:1] == [full["id"]]
    assert {line.split()[0] for line in said(data, "actions", "list").splitlines()} == {one["id"] for one in listed}
    assert "do not reach its start yet" in said(data, "actions", "check", full["id"])
    japanese, english = (said(data, "actions", "check", listed[-1]["id"], "--lang", lang) for lang in ("ja", "en"))
    assert any("぀" <= one <= "ヿ" for one in japanese)
    assert "values before" in english
    assert said_here(data, "actions", "check", listed[-1]["id"])["figure"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("--starts", "0001-01-01", "--retrospective"), "out_of_range"),
        (("--starts", "9999-12-31"), "out_of_range"),
        (("--starts", "2099-01-01", "--expected", "inf"), "bad_request"),
        (("--starts", "2099-01-01", "--segment", "Nowhere"), "unknown_name"),
        (("--starts", "2099-01-01", "--account", "nobody"), "bad_request"),
        (("--starts", "2099-01-01", "--issue", "tag:nonsense.nothing"), "unknown_name"),
        (("--starts", "2099-01-01", "--issue", "login"), "bad_filter"),
        (("--starts", "2026-05-01"), "bad_request"),
    ],
)
def test_an_action_that_cannot_be_recorded_is_refused_without_a_traceback(data: Path, given: tuple[str, ...], code: str) -> None:
    before = len(said_here(data, "actions", "list")["actions"])
    error = refused(data, *ADD, *given)
    assert error["code"] == code
    assert code != "unknown_name" or {"--segment": "smb", "--issue": LOGIN}[given[2]] in str(error["known"])
    assert len(said_here(data, "actions", "list")["actions"]) == before
    assert refused(data, "actions", "check", "act_none")["code"] == "not_found"


PERIODS = ("--from", "2026-04-01", "--to", "2026-06-30", "--before-from", "2026-01-01", "--before-to", "2026-03-31")


@pytest.mark.parametrize(
    "more",
    [(), ("--by", "both"), ("--by", "topics"), ("--mix", "segment"), ("--mix", "journey_stage"), ("--source", "survey"), ("--kpi", "nps", "--lang", "ja")],
)
def test_explain_says_what_a_change_is_made_of(data: Path, more: tuple[str, ...]) -> None:
    ledger = said_here(data, "explain", *PERIODS, *more)["ledger"]
    assert sum(one["amount"] for one in ledger["terms"]) == pytest.approx(ledger["change"])
    assert ledger["change"] < 0
    assert said(data, "explain", *PERIODS, *more)


def test_explain_opens_an_issue_and_narrows_it(data: Path) -> None:
    dates = ("--from", "2026-04-01", "--to", "2026-06-30", "--before-from", "2026-01-01", "--before-to", "2026-03-31")
    wide = said_here(data, "explain", *dates, "--open", LOGIN)["drills"][0]
    narrow = said_here(data, "explain", *dates, "--open", LOGIN, "--within", "group=smb")["drills"][0]
    assert {line["name"] for line in wide["lines"] if line["kind"] == "group"} == {"smb", "enterprise"}
    assert (narrow["path"]["group"], {line["kind"] for line in narrow["lines"]} & {"group"}) == ("smb", set())
    assert len(narrow["quotes"]) < len(wide["quotes"]) or narrow["quotes"] != wide["quotes"]
    assert "› group: smb" in said(data, "explain", *dates, "--open", LOGIN, "--within", "group=smb")
    assert refused(data, "explain", *dates, "--open", LOGIN, "--within", "smb")["code"] == "bad_filter"
    assert refused(data, "explain", *dates, "--within", "group=smb")["code"] == "bad_filter"
    assert refused(data, "explain", *dates, "--open", LOGIN, "--within", "group=smb", "--within", "group=enterprise")["code"] == "bad_filter"


def test_explain_compares_two_segments_and_refuses_half_a_comparison(data: Path) -> None:
    two = said_here(data, "explain", "--from", "2026-01-01", "--to", "2026-06-30", "--segment", "smb", "--against", "enterprise")
    assert two["ledger"]["terms"]
    assert here(data, "explain", "--segment", "smb").exit_code == 65
    assert here(data, "explain", "--from", "soon").exit_code == 65


def test_drivers_list_what_goes_with_a_kpi_and_check_one_issue(data: Path) -> None:
    every = said_here(data, "drivers")["drivers"]
    assert len(every) > 1
    assert len(said_here(data, "drivers", "--limit", "1")["drivers"]) == 1
    (login,) = said_here(data, "drivers", "--issue", LOGIN)["drivers"]
    assert login["adjusted"] < 0
    narrowed = said_here(data, "drivers", "--kpi", "nps", "--source", "survey", "--from", "2026-04-01", "--to", "2026-06-30", "--issue", LOGIN)["drivers"]
    assert narrowed[0]["volume"] < login["volume"]
    assert "--issue" in str(refused(data, "drivers", "--model")["message"])
    assert said_here(data, "drivers", "--issue", LOGIN, "--model")["linear"]["adjusted"] == pytest.approx(login["adjusted"])
    assert "accounts" in said(data, "drivers", "--issue", LOGIN, "--model")
    assert "社" in said(data, "drivers", "--lang", "ja")


def test_queue_lists_whom_to_call(data: Path) -> None:
    whole = said_here(data, "queue")
    assert whole["total"] == len(whole["entries"]) > 1
    assert len(said_here(data, "queue", "--top", "1")["entries"]) == 1
    reasons = {concern["reason"] for entry in whole["entries"] for concern in entry["concerns"]}
    for reason in sorted(reasons):
        some = said_here(data, "queue", "--reason", reason)["entries"]
        assert some
        assert all(reason in {one["reason"] for one in entry["concerns"]} for entry in some)
    assert said_here(data, "queue", "--language", "ja")["total"] == 0
    assert said_here(data, "queue", "--language", "en")["total"] == whole["total"]
    assert "in the queue" in said(data, "queue")
    assert any("぀" <= one <= "ヿ" for one in said(data, "queue", "--lang", "ja"))


def test_audit_shows_shares_corrected_for_errors(data: Path) -> None:
    found = said_here(data, "audit")
    assert found["answers"] > 0
    assert next(one for one in found["tags"] if one["tag"] == "account.login")["counted"] > 0
    assert f"{found['answers']} comments audited" in said(data, "audit")
    assert any("぀" <= one <= "ヿ" for one in said(data, "audit", "--lang", "ja"))


def test_kpis_series_stands_by_period_and_goes_into_a_file(data: Path, tmp_path: Path) -> None:
    months = said_here(data, "kpis", "series", "nps")["points"]
    assert [one["n"] for one in months if one["n"]] == [20, 20]
    first = {start: said_here(data, "kpis", "series", "nps", "--by", "quarter", "--fiscal-start", start)["points"][0]["label"] for start in ("1", "4")}
    assert first["1"] != first["4"]
    assert said_here(data, "kpis", "series", "logo_churn", "--by", "year")["points"]
    assert said(data, "kpis", "series", "nps")
    for ending in ("csv", "jsonl", "xlsx", "parquet"):
        target = tmp_path / f"nps.{ending}"
        assert said_here(data, "kpis", "series", "nps", "--out", str(target))["rows"] == len(months)
        assert target.stat().st_size > 0
    assert len(list(csv.reader((tmp_path / "nps.csv").open(encoding="utf-8-sig")))) == len(months) + 1
    assert openpyxl.load_workbook(tmp_path / "nps.xlsx").active.max_row == len(months) + 1
    assert here(data, "kpis", "series", "mood").exit_code == 65
    assert here(data, "kpis", "series", "nps", "--out", str(tmp_path / "nps.pdf")).exit_code == 65
