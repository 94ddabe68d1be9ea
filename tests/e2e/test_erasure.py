"""Erasure of one customer: an invented person is spread through every way in and out, erased, and then looked for in every byte."""

import base64
import json
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from pipelines.identity_key import hasher_of
from pipelines.importing import ImportPlan, import_feedback
from pipelines.intake import DirectWriter, Intake
from pipelines.people import map_ids
from pipelines.progress import SilentProgress
from pipelines.reporting import write_export, write_report
from pipelines.sources.mapping import parse_mapping
from pipelines.sources.mapping_table import MappedId
from pipelines.sources.table import open_table
from tests.support.app import Running, running
from tests.support.fake_models import FakeLanguage, FakeRedactor
from voc.errors import StorageUnavailableError
from voc.feedback import Source
from voc.filters import FeedbackFilter
from voc.ids import customer_id, feedback_id
from voc.keys import Scope
from voc.store.backup import restore_backup, write_backup
from voc.topics import ChangeKind, Move, Proposal, ProposalKind, ProposedPart, Topic, TopicAssignment, TopicChange, TopicState

WHO = "CANARY-77-ZQX"
CANARY = {
    "latin": "Quillon Zubrowski",
    "kanji": "鵺野満寿夫",
    "kana": "ヌエノマスオ",
    "half": "ﾇｴﾉﾏｽｵ",
    "mail": "quillon.zubrowski@example.org",
    "phone": "090-7777-1234",
    "rare": "zymurgistic",
    "id": WHO,
}
SENTENCE = "My zymurgistic login fails again"
MINE = feedback_id("api", "c0")
TEXTS = (
    f"{SENTENCE}. Ask Quillon Zubrowski at quillon.zubrowski@example.org.",
    "鵺野満寿夫です。ログインできず困っています。",
    "ヌエノマスオ(ﾇｴﾉﾏｽｵ)より。invoice が遅い。",
)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The person is spread once; every test erases from a copy."""
    folder = tmp_path_factory.mktemp("erasure")
    with running(folder / "data") as found:
        _others(found)
        _canary(found, folder)
        found.work()
        _topics(found)
        _files(found)
    return folder


@pytest.fixture
def spread(original: Path, tmp_path: Path) -> Any:
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    with running(tmp_path / "data") as found:
        found.service.search("zymurgistic", wanted=FeedbackFilter(), limit=5)
        yield found


def _others(running: Running) -> None:
    for n in range(8):
        running.post("/v1/feedback", {"text": f"I cannot log in, it fails ({n}).", "external_id": f"o{n}", "customer_id": f"other-{n}", "scores": {"nps": n}})


def _canary(running: Running, folder: Path) -> None:
    running.client.put(
        f"/v1/customers/{WHO}",
        json={"name": CANARY["kanji"], "role": "decider", "attributes": {"latin": CANARY["latin"], "kana": CANARY["kana"], "mail": CANARY["mail"], "phone": CANARY["phone"]}},
        headers=running.key(),
    )
    for n, text in enumerate(TEXTS[:2]):
        body = {"text": text, "external_id": f"c{n}", "customer_id": WHO, "scores": {"nps": 1}, "metadata": {"note": CANARY["kana"]}}
        assert running.post("/v1/feedback", body, Idempotency_Key=f"k{n}").status_code == 202
    body = [{"kpi": "csat", "value": 1, "observed_at": "2026-10-01T09:00:00+09:00", "customer_id": WHO}]
    assert running.post("/v1/kpis/batch", body).json()["created"] == 1
    file = folder / "survey.csv"
    file.write_text(f"id,text,who,nps\nf1,{TEXTS[2]},{WHO},2\nf2,bad,{WHO},99\nf3,fine words,other-1,9\nf4,bad too,other-2,77\n", encoding="utf-8")
    entry = _import(running, file)
    assert (entry.new, entry.rejected) == (2, 2)


def _import(running: Running, file: Path) -> Any:
    table = open_table(file, max_bytes=1_000_000)
    mapping = parse_mapping("id=id,text=text,customer=who,score=nps:nps")
    plan = ImportPlan(table=table, mapping=mapping, source=Source.SURVEY, source_name="survey", timezone=UTC)  # type: ignore[arg-type]
    service = running.service
    intake = Intake(detector=FakeLanguage(), redactor=FakeRedactor(), writer=DirectWriter(service.store), clock=service.clock, folder=service.settings.data_dir)
    return import_feedback(
        plan, store=service.store, intake=intake, rejects_dir=service.settings.data_dir / "rejects", clock=service.clock, progress=SilentProgress(), file_name=file.name
    )


def _topics(running: Running) -> None:
    """A topic named after the person's sentence, with their word as keyword, their sentence as example, a proposal, an edit, an alert."""
    assert running.post(f"/v1/feedback/{MINE}/tags", {"add": ["account.login"]}).status_code == 200
    with running.service.store.write() as unit:
        vector = unit.enrichments.sentences_for_topics()[0].vector
        ids = [s.id for s in unit.enrichments.sentences_for_topics() if s.feedback_id == MINE or "log in" in s.text]
        topic = Topic(id="tp_c", name=SENTENCE, keywords=("zymurgistic", "log in"), example_ids=(f"{MINE}.0", ids[0]), size=0, centroid=vector)
        alone = topic.model_copy(update={"id": "tp_alone", "name": "Quillon Zubrowski asks", "example_ids": (f"{MINE}.1",)})
        unit.topics.put([topic, alone])
        unit.topics.assign([TopicAssignment(sentence_id=s, topic_id="tp_c", similarity=0.9) for s in ids])
        unit.topics.assign([TopicAssignment(sentence_id=f"{MINE}.1", topic_id="tp_alone", similarity=0.9)])
        part = ProposedPart(topic=topic.model_copy(update={"id": "tp_part"}), sentence_ids=tuple(ids))
        unit.proposals.replace_open([Proposal(id="pr_c", run_id="r", kind=ProposalKind.NEW, topic_ids=(), parts=(part,), size=len(ids))])
        change = TopicChange(kind=ChangeKind.RENAME, before=(topic,), after=(topic.model_copy(update={"pinned": True}),), moves=(Move(sentence_id=f"{MINE}.0", from_topic=None, to_topic="tp_c"),))
        unit.topic_edits.do(change, by="someone", now=running.service.clock())


def _files(running: Running) -> None:
    service = running.service
    folder = service.settings.data_dir
    everything = {"taxonomy": service.taxonomy, "wanted": FeedbackFilter(), "settings": service.settings}
    for language in ("ja", "en"):
        write_report(service.store, language=language, folder=folder / "reports", clock=service.clock, **everything)  # type: ignore[arg-type]
    for form in ("csv", "xlsx", "jsonl", "parquet"):
        write_export(service.store, what="feedback", form=form, out=folder / "exports" / f"all.{form}", **everything)  # type: ignore[arg-type]
    (folder / "exports" / "others.csv").write_text("id\nfb_none\n", encoding="utf-8")


def forms(text: str) -> list[bytes]:
    shapes = [text.encode("utf-8"), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode()]
    shapes.append(text.encode("cp932", "ignore") or b"\x00never")
    shapes += [base64.b64encode(text.encode())[:-4], quote(text).encode(), quote(text, encoding="cp932", errors="ignore").encode()]
    return [shape for shape in shapes if len(shape) > 3]


def hits(folder: Path) -> list[str]:
    """Where any form of the person stands in any byte of the folder, zipped files unpacked."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        datas = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                datas += [archive.read(name) for name in archive.namelist()]
        for name, text in CANARY.items():
            words = [text, customer_id(WHO)] if name == "id" else [text]
            if any(form in data for word in words for form in forms(word) for data in datas):
                found.append(f"{path.relative_to(folder)}: {name}")
    return found


def test_after_an_erasure_no_byte_of_the_data_folder_and_no_answer_holds_the_person(spread: Running) -> None:
    folder = spread.service.settings.data_dir
    before = hits(folder)
    assert {line.rpartition(": ")[2] for line in before} == set(CANARY), "the person is not spread widely enough"
    assert spread.client.delete(f"/v1/customers/{WHO}", headers=spread.key(Scope.READ)).status_code == 403

    foreseen = spread.client.delete(f"/v1/customers/{WHO}", params={"preview": True}, headers=spread.key()).json()
    assert foreseen["places"]["feedback"] == 3
    assert hits(folder) == before, "a preview changes nothing"

    answer = spread.client.delete(f"/v1/customers/{WHO}", headers=spread.key())
    assert answer.status_code == 200
    receipt = answer.json()
    assert receipt["state"] == "done"
    assert receipt["places"]["feedback"] == 3
    assert receipt["places"]["customer"] == 1
    assert receipt["places"]["reject_rows"] == 1
    assert {f"exports/all.{form}" for form in ("csv", "xlsx", "jsonl", "parquet")} <= set(receipt["files_removed"])
    assert "exports/others.csv" not in receipt["files_removed"]
    assert hits(folder) == []
    assert not any(form in answer.content for text in CANARY.values() for form in forms(text))
    for path in ("/v1/feedback", "/v1/topics", "/v1/alerts", "/v1/drivers?kpi=nps", "/v1/topics/tp_c/history", "/v1/runs/r/proposals", "/v1/erasures"):
        said = spread.client.get(path, headers=spread.key())
        assert not any(form in said.content for text in (*CANARY.values(), SENTENCE) for form in forms(text)), path
    assert spread.client.get(f"/v1/customers/{WHO}", headers=spread.key()).status_code == 404
    assert not [h for h in spread.service.search("zymurgistic", wanted=FeedbackFilter(), limit=50) if h.feedback_id == MINE]


def test_topics_are_told_anew_from_what_is_left(spread: Running) -> None:
    spread.service.erasing.erase(WHO, by="test")
    with spread.service.store.read() as unit:
        topic, alone = unit.topics.get("tp_c"), unit.topics.get("tp_alone")
        assert topic is not None
        assert alone is not None
        assert topic.name.startswith("I cannot log in")
        assert topic.keywords == ("log in",)
        assert len(topic.example_ids) == 5
        assert (alone.state, alone.keywords, alone.example_ids) == (TopicState.RETIRED, ("log in",)[:0], ())
        assert "erased" in alone.name
        (edit,) = unit.topic_edits.find("tp_c")
        assert edit.change.before[0].name == topic.name
        assert edit.change.moves == ()
        assert [p.state.value for p in unit.proposals.find(run_id="r")] == ["superseded"]
    spread.work()


def test_who_was_erased_is_refused_in_every_way_in_until_it_is_lifted(spread: Running, tmp_path: Path) -> None:
    spread.service.erasing.erase(WHO, by="test")
    body = {"text": "again", "external_id": "new", "customer_id": WHO}
    refused = spread.post("/v1/feedback", body)
    assert (refused.status_code, refused.json()["code"]) == (410, "erased")
    without_customer = spread.post("/v1/feedback", {"text": TEXTS[0], "external_id": "c0"})
    assert without_customer.status_code == 410, "a comment that was erased does not come back under its id"
    batch = spread.post("/v1/feedback/batch", [body, {"text": "welcome", "external_id": "w"}]).json()
    assert [item["status"] for item in batch["data"]] == ["rejected", "created"]
    assert batch["data"][0]["error"]["code"] == "erased"
    assert spread.client.put(f"/v1/customers/{WHO}", json={"name": "x"}, headers=spread.key()).status_code == 410
    kpi = [{"kpi": "csat", "value": 1, "observed_at": "2026-10-01T09:00:00+09:00", "customer_id": WHO}]
    assert spread.post("/v1/kpis/batch", kpi).json()["data"][0]["error"]["code"] == "erased"
    experiment = {"name": "e", "assignments": [{"customer_id": WHO, "arm": "treatment", "exposed_on": "2026-10-01"}]}
    assert spread.post("/v1/experiments", experiment).json()["treatment"] == 0
    with spread.service.store.write() as unit:
        assert map_ids(unit, hasher_of(spread.service.settings.data_dir), [MappedId("crm", "other", WHO), MappedId("crm", "x", "y")]) == 1
    entry = _import(spread, tmp_path / "survey.csv")
    assert entry.rejected == 3
    assert hits(spread.service.settings.data_dir) == [], "importing the old file again brings nothing back, not even in the reject file"

    first = spread.client.delete(f"/v1/customers/{WHO}", headers=spread.key()).json()
    assert first["id"] == spread.client.delete(f"/v1/customers/{WHO}", headers=spread.key()).json()["id"], "erasing twice is one erasure"
    spread.service.erasing.lift(WHO, by="test")
    assert spread.post("/v1/feedback", body).status_code == 202
    assert spread.client.delete("/v1/customers/nobody", headers=spread.key()).status_code == 404


def test_an_erasure_that_was_cut_off_refuses_the_customer_and_is_finished_at_the_next_start(spread: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    erasing, folder = spread.service.erasing, spread.service.settings.data_dir

    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    for step in ("_files", "_rows", "_rewritten"):
        with monkeypatch.context() as cut:
            cut.setattr(type(erasing), step, killed)
            with pytest.raises(KeyboardInterrupt):
                erasing.erase(WHO, by="test") if step == "_files" else erasing.catch_up()
        refused = spread.post("/v1/feedback", {"text": "again", "external_id": "race", "customer_id": WHO})
        assert (refused.status_code, refused.json()["code"]) == (409, "erasure_in_progress")
    assert erasing.catch_up() == 1
    assert hits(folder) == []
    assert erasing.catch_up() == 0
    with spread.service.store.read() as unit:
        (receipt,) = unit.erasures.find()
    assert (receipt.state.value, receipt.places["feedback"], receipt.places["reject_rows"]) == ("done", 3, 1)


def test_an_older_backup_does_not_bring_the_erased_back(spread: Running, tmp_path: Path) -> None:
    service = spread.service
    backup = tmp_path / "backup.sqlite3"
    write_backup(service.store, backup)
    receipt = service.erasing.erase(WHO, by="test")
    restored = tmp_path / "restored"
    restored.mkdir()
    for name in ("erasure.key", "erasures.jsonl"):
        (restored / name).write_bytes((service.settings.data_dir / name).read_bytes())
    restore_backup(backup, data_dir=restored, force=False)
    assert hits(restored)
    with running(restored) as again:
        assert again.service.erasing.catch_up() == 1
        assert hits(restored) == []
        with again.service.store.read() as unit:
            assert [found.id for found in unit.erasures.find()] == [receipt.id]
        assert again.post("/v1/feedback", {"text": "again", "external_id": "new", "customer_id": WHO}).status_code == 410
        assert service.store.ledger.check() == 1
        (restored / "erasure.key").unlink()
        with pytest.raises(StorageUnavailableError, match="erasure.key"):
            again.service.erasing.catch_up()


def test_a_changed_ledger_shows(spread: Running) -> None:
    from voc.errors import StorageCorruptError

    spread.service.erasing.erase(WHO, by="test")
    spread.service.erasing.erase("other-1", by="test")
    ledger = spread.service.settings.data_dir / "erasures.jsonl"
    assert spread.service.store.ledger.check() == 2
    ledger.write_bytes(ledger.read_bytes().replace(b'"by":"test"', b'"by":"tesT"', 1))
    with pytest.raises(StorageCorruptError, match="line 2"):
        spread.service.store.ledger.check()


def test_a_fit_that_began_before_an_erasure_keeps_nothing(spread: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why: it was computed from the person's words."""
    inner = spread.service.models.discover

    def meanwhile(*arguments: Any) -> Any:
        found = inner(*arguments)
        spread.service.erasing.erase(WHO, by="test")
        return found

    monkeypatch.setattr(spread.service.models, "discover", meanwhile)
    spread.service.runner.topics.keep_up(spread.service.runner.stamp.outputs["encoder"], SilentProgress(), fit=True)
    assert hits(spread.service.settings.data_dir) == []


def test_the_page_previews_asks_for_the_id_once_more_and_shows_the_receipt(spread: Running) -> None:
    home = "http://127.0.0.1"
    assert "Erase this customer" in spread.client.get(f"{home}/customers/{WHO}").text
    assert "Topics" in spread.client.get(f"{home}/erase/{WHO}").text
    mistyped = spread.client.post(f"{home}/erase/{WHO}", data={"again": "other-1"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert "Nothing was erased" in mistyped.text
    foreign = spread.client.post(f"{home}/erase/{WHO}", data={"again": WHO}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    done = spread.client.post(f"{home}/erase/{WHO}", data={"again": WHO}, headers={"Sec-Fetch-Site": "same-origin", "Accept-Language": "ja"})
    assert done.url.path == "/erasures"
    assert "すべての場所から削除しました" in done.text
    assert not any(form in done.content for text in CANARY.values() for form in forms(text))
    assert spread.client.get(f"{home}/customers/{WHO}").status_code == 404


def test_other_customers_keep_everything(spread: Running) -> None:
    with spread.service.store.read() as unit:
        before = {c.id: c for c in unit.feedback.find(FeedbackFilter(), limit=100) if c.customer_id != customer_id(WHO)}
    spread.service.erasing.erase(WHO, by="test")
    with spread.service.store.read() as unit:
        after = {c.id: c for c in unit.feedback.find(FeedbackFilter(), limit=100)}
    assert after == before
    assert datetime.now(UTC) > max(c.received_at for c in after.values())
