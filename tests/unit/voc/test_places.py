"""Every table says what an erasure does to it, so that no new one keeps a person by being forgotten."""

from sqlalchemy import JSON
from sqlmodel import SQLModel

from voc.store.places import PLACES

PLACE = {place.table.name: place for place in PLACES}


def test_every_table_is_a_place() -> None:
    assert set(PLACE) == set(SQLModel.metadata.tables), "say in voc/store/places.py what an erasure does to the table"
    assert len(PLACE) == len(PLACES), "a table stands twice"


def test_a_column_that_names_a_comment_or_a_customer_decides_what_goes() -> None:
    for name, table in SQLModel.metadata.tables.items():
        place = PLACE[name]
        for column, said in (("feedback_id", place.feedback), ("customer_id", place.customer)):
            if column in table.columns:
                assert said == column, f"{name}.{column}: the person's rows must go"


def test_each_place_says_one_thing() -> None:
    for place in PLACES:
        rows_go = place.feedback is not None or place.customer is not None
        assert [rows_go, place.rewritten, bool(place.elsewhere), bool(place.holds_nobody)].count(True) == 1, place.table.name


def test_json_outlives_a_person_only_rewritten_or_with_a_reason() -> None:
    for place in PLACES:
        if any(isinstance(column.type, JSON) for column in place.table.columns):
            assert place.feedback or place.customer or place.rewritten or place.elsewhere or len(place.holds_nobody) > 10, place.table.name
