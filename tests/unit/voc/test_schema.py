"""Migrations: they make exactly the tables the program works with, can be taken back, and a newer database is refused."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from tests.support.builders import NOON, enrichment, feedback, vector
from voc.cases import CaseState
from voc.enrichment import ModelStamp
from voc.errors import StorageCorruptError, StorageNewerError, StorageUnavailableError
from voc.filters import FeedbackFilter
from voc.identity import IdentityKind
from voc.profile_history import ProfileNoun
from voc.search import SearchWords
from voc.settings import DatabaseSettings
from voc.store import DATABASE_FILE, Store, open_store, schema
from voc.store.backup import check_backup, restore_backup, write_backup
from voc.store.engine import sqlite_writer
from voc.topics import Topic, TopicAssignment, TopicRun

FULL_TEXT = "search_text"
"""SQLite's full-text table and the tables FTS5 keeps for it: SQLModel has no word for them."""


def test_the_migrations_make_the_tables_the_program_works_with(store: Store) -> None:
    """Why: a column that only the code knows fails at the first customer, not in a test."""
    assert store.path is not None
    engine = sqlite_writer(store.path, busy_timeout_ms=1000)
    with engine.connect() as connection:
        options = {"compare_type": True, "include_object": lambda _, name, *__: not str(name).startswith(FULL_TEXT)}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), SQLModel.metadata)
    engine.dispose()
    assert differences == []


def test_every_revision_can_be_taken_back_and_made_again(tmp_path: Path) -> None:
    engine = sqlite_writer(tmp_path / "x.sqlite3", busy_timeout_ms=1000)
    schema.upgrade(engine)
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names())
        connection.rollback()
        with connection.begin():
            command.downgrade(schema._config(connection), "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    schema.upgrade(engine)
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == tables
    engine.dispose()


def test_a_database_from_before_the_full_text_index_keeps_everything_and_is_indexed_by_the_next_reading(tmp_path: Path) -> None:
    comment = feedback()
    before = open_store(tmp_path, DatabaseSettings())
    with before.write() as unit:
        unit.feedback.add([comment])
        unit.enrichments.add([enrichment(comment, words=("export",))], now=NOON)
    before.close()
    engine = sqlite_writer(tmp_path / DATABASE_FILE, busy_timeout_ms=1000)
    with engine.connect() as connection, connection.begin():
        command.downgrade(schema._config(connection), "0001")
    engine.dispose()
    after = open_store(tmp_path, DatabaseSettings())
    with after.write() as unit:
        assert unit.enrichments.get(comment.id) is not None
        assert unit.search.count() == 0
        assert unit.pending.count("mv_next") == 1
        unit.enrichments.add([enrichment(comment, stamp=ModelStamp(version="mv_next", outputs={}), words=("export",))], now=NOON)
    with after.read() as unit:
        assert unit.search.find(SearchWords(units=((("export",),),)), among=FeedbackFilter(), limit=5) == [comment.id]
    after.close()


def test_topics_of_a_database_from_before_they_were_durable_are_taken_over(tmp_path: Path) -> None:
    comments = [feedback(f"comment {n}", external_id=str(n)) for n in range(3)]
    topic = Topic(id="tp_1", name="export", keywords=("csv",), example_ids=(f"{comments[0].id}.0",), size=2, centroid=vector(1))
    assignments = tuple(
        TopicAssignment(sentence_id=f"{c.id}.0", topic_id="tp_1" if n < 2 else None, similarity=0.5) for n, c in enumerate(comments)
    )
    run = TopicRun(id="run_1", model_version="m/1", topics=(topic,), assignments=assignments, parameters={"least_similarity": "0.4"})
    before = open_store(tmp_path, DatabaseSettings())
    with before.write() as unit:
        unit.feedback.add(comments)
        unit.enrichments.add([enrichment(comment) for comment in comments], now=NOON)
        unit.topics.put([topic])
        unit.topics.assign(assignments)
        unit.topics.add_run(run, encoder="e/1", now=NOON)
    before.close()
    engine = sqlite_writer(tmp_path / DATABASE_FILE, busy_timeout_ms=1000)
    with engine.connect() as connection, connection.begin():
        command.downgrade(schema._config(connection), "0003")
    engine.dispose()
    after = open_store(tmp_path, DatabaseSettings())
    with after.read() as unit:
        assert unit.topics.find() == [topic]
        assert unit.topics.assignments() == {a.sentence_id: a for a in assignments}
        found = unit.topics.current_run()
        assert found is not None
        assert (found["id"], found["encoder"], found["sentences"]) == ("run_1", "", 3), "the next fit finds out what the encoder is"
    after.close()


def test_going_back_before_accounts_could_be_merged_gives_each_its_own(tmp_path: Path) -> None:
    comment = feedback(account_id="ac_gone")
    before = open_store(tmp_path, DatabaseSettings())
    with before.write() as unit:
        unit.feedback.add([comment])
        unit.cases.decide("ac_gone", CaseState.OPEN, note="", owner=None, due=None, by="a", now=NOON)
        for kept, gone in (("ac_middle", "ac_gone"), ("ac_kept", "ac_middle")):
            unit.merges.do(kept, gone, noun=ProfileNoun.ACCOUNT, reasons=[IdentityKind.NAME], by="a", now=NOON)
        unit.merges.do("cu_1", "cu_2", noun=ProfileNoun.CUSTOMER, reasons=[IdentityKind.EMAIL], by="a", now=NOON)
        assert unit.feedback.count(FeedbackFilter(account_id="ac_kept")) == 1
    before.close()
    engine = sqlite_writer(tmp_path / DATABASE_FILE, busy_timeout_ms=1000)
    with engine.connect() as connection, connection.begin():
        command.downgrade(schema._config(connection), "0011")
    engine.dispose()
    after = open_store(tmp_path, DatabaseSettings())
    with after.read() as unit:
        assert unit.feedback.get(comment.id) == comment
        assert len(unit.cases.steps("ac_gone")) == 1
        assert [(one.noun, one.kept_id) for one in unit.merges.find()] == [(ProfileNoun.CUSTOMER, "cu_1")]
    after.close()


def test_a_database_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    open_store(tmp_path, DatabaseSettings()).close()
    engine = sqlite_writer(tmp_path / DATABASE_FILE, busy_timeout_ms=1000)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StorageNewerError):
        open_store(tmp_path, DatabaseSettings())
    with pytest.raises(StorageNewerError):
        open_store(tmp_path, DatabaseSettings(), read_only=True)


def test_reading_where_nothing_was_stored_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailableError, match="import something first"):
        open_store(tmp_path, DatabaseSettings(), read_only=True)


def test_a_backup_of_a_database_in_use_is_whole_and_can_be_put_back(store: Store, tmp_path: Path) -> None:
    comment = feedback()
    with store.write() as unit:
        unit.feedback.add([comment])
    found = write_backup(store, tmp_path / "copy.sqlite3")
    assert found["comments"] == 1
    restored = tmp_path / "elsewhere"
    restore_backup(tmp_path / "copy.sqlite3", data_dir=restored, force=False)
    again = open_store(restored, DatabaseSettings())
    with again.read() as unit:
        assert unit.feedback.get(comment.id) == comment
    again.close()
    with pytest.raises(StorageUnavailableError, match="--force"):
        restore_backup(tmp_path / "copy.sqlite3", data_dir=restored, force=False)
    kept = restore_backup(tmp_path / "copy.sqlite3", data_dir=restored, force=True)["kept_before"]
    assert Path(str(kept)).exists()


def test_a_restore_that_fails_on_the_way_leaves_the_database_in_its_place(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_backup(store, tmp_path / "copy.sqlite3")
    target = tmp_path / "elsewhere" / "voc.sqlite3"
    restore_backup(tmp_path / "copy.sqlite3", data_dir=target.parent, force=False)
    before = target.read_bytes()

    def full(source: Path, half: Path) -> None:
        half.write_bytes(source.read_bytes()[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("voc.store.backup.shutil.copyfile", full)
    with pytest.raises(OSError, match="No space"):
        restore_backup(tmp_path / "copy.sqlite3", data_dir=target.parent, force=True)
    assert target.read_bytes() == before
    assert [path.name for path in target.parent.iterdir() if path.name.endswith(".part")] == []


def test_a_damaged_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"SQLite format 3\x00" + b"\x00" * 4000)
    with pytest.raises(StorageCorruptError):
        check_backup(tmp_path / "bad")
