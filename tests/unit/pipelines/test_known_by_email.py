"""Comments with an e-mail address and no id: one voice an address, on the profile that has it, and nothing kept of the address itself."""

import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipelines.intake import Accepted
from pipelines.known_by_email import BY
from pipelines.sources.guessing import guess_mapping
from pipelines.sources.reading import ReadRow, Rejected, read_feedback
from pipelines.sources.table import open_table
from tests.support.app import Running, running
from voc.feedback import NewFeedback, Source
from voc.filters import FeedbackFilter
from voc.ids import customer_id

HANA = " Ｈana.Mori@Example.com"
PLAIN = "hana.mori@example.com"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "data") as found:
        yield found


def post(api: Running, number: int, **facts: object) -> str:
    answer = api.post("/v1/feedback", {"text": f"The export is slow ({number}).", "external_id": f"e{number}", **facts})
    assert answer.status_code in (200, 202), answer.text
    return str(answer.json()["id"])


def heard(api: Running, name: str) -> int:
    with api.service.store.read() as unit:
        return unit.feedback.count(FeedbackFilter(customer_id=customer_id(name)))


def speakers(api: Running) -> set[str | None]:
    with api.service.store.read() as unit:
        return {comment.customer_id for comment in unit.feedback.find(FeedbackFilter(), limit=100)}


def profile(api: Running, name: str, email: str) -> None:
    assert api.client.put(f"/v1/customers/{name}", json={"email": email}, headers=api.key()).status_code == 200


def test_it_lands_on_the_profile_that_has_the_address(api: Running) -> None:
    profile(api, "C-1", PLAIN)
    post(api, 1, email=HANA)
    post(api, 2, customer={"email": PLAIN})
    post(api, 3, customer_id="C-1")
    assert heard(api, "C-1") == 3


def test_it_is_held_as_one_voice_until_a_profile_with_the_address_comes(api: Running) -> None:
    post(api, 1, email=HANA)
    post(api, 2, email=PLAIN)
    assert len(speakers(api)) == 1
    profile(api, "C-1", PLAIN)
    post(api, 3, email=PLAIN)
    assert heard(api, "C-1") == 3
    with api.service.store.read() as unit:
        (merge,) = unit.merges.find()
    assert (merge.kept_id, merge.by) == (customer_id("C-1"), BY)


def test_people_can_take_the_link_back_and_it_is_not_made_again(api: Running) -> None:
    profile(api, "C-1", PLAIN)
    post(api, 1, email=PLAIN)
    with api.service.store.read() as unit:
        (merge,) = unit.merges.find()
    api.service.people.undo(merge.number, by="aoki")
    post(api, 2, email=PLAIN)
    assert heard(api, "C-1") == 0
    assert len(speakers(api)) == 1


def test_an_address_two_profiles_have_is_left_to_people(api: Running) -> None:
    profile(api, "C-1", PLAIN)
    profile(api, "C-2", PLAIN)
    post(api, 1, email=PLAIN)
    assert (heard(api, "C-1"), heard(api, "C-2")) == (0, 0)
    assert len(api.service.people.proposed()) == 3


def test_nothing_is_kept_of_the_address_itself(api: Running) -> None:
    post(api, 1, email=HANA, user_email="ignored@example.com")
    for path in api.service.settings.data_dir.rglob("*"):
        if path.is_file():
            raw = path.read_bytes().lower()
            assert b"hana.mori" not in raw
            assert b"example.com" not in raw


def test_what_is_no_address_is_refused_with_its_field(api: Running) -> None:
    answer = api.post("/v1/feedback", {"text": "Slow.", "email": "n/a"})
    assert answer.status_code == 400
    assert answer.json()["fields"][0]["path"] == "email"


@pytest.mark.parametrize("name", ["comments.csv", "comments.jsonl"])
def test_a_column_of_addresses_is_found_in_files_and_never_kept_as_it_is(tmp_path: Path, name: str) -> None:
    rows = [(HANA, "遅いです"), ("kenji@example.com", "The export is slow."), ("-", "Nothing works."), ("kenji at home", "Slow.")]
    lines = [f"{json.dumps({'メールアドレス': mail, 'コメント': text}, ensure_ascii=False)}" for mail, text in rows]
    if name.endswith("csv"):
        lines = ["メールアドレス,コメント", *(f"{mail},{text}" for mail, text in rows)]
    (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = open_table(tmp_path / name)
    mapping = guess_mapping(open_table(tmp_path / name)).mapping.model_copy(update={"email": "メールアドレス"})
    read = list(read_feedback(table, mapping, source=Source.SURVEY, source_name="s", timezone=ZoneInfo("Asia/Tokyo")))
    good = [one.feedback for one in read if isinstance(one, ReadRow)]
    assert [one.email for one in good] == [PLAIN, "kenji@example.com", None]
    assert not any(one.metadata for one in good)
    assert [(one.line, one.column) for one in read if isinstance(one, Rejected)] == [(read[3].line, "メールアドレス")]


def test_a_column_of_addresses_is_guessed_by_name_and_values(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("Mail,comment\na@x.com,The export is slow.\nb@x.com,The login fails.\n", encoding="utf-8")
    assert guess_mapping(open_table(tmp_path / "c.csv")).mapping.email == "Mail"
    (tmp_path / "d.csv").write_text("Mail,id\nThe export is slow again.,1\nThe login fails all day.,2\n", encoding="utf-8")
    assert guess_mapping(open_table(tmp_path / "d.csv")).mapping.email is None


def test_an_equal_comment_of_another_address_is_another_comment(api: Running) -> None:
    accepted: list[Accepted] = api.service.intake.accept(
        [NewFeedback(text="Slow.", source=Source.SURVEY, email=address) for address in ("a@example.com", "b@example.com", "A@example.com")]
    )
    assert [one.outcome.value for one in accepted if one.outcome] == ["new", "new", "duplicate"]


def test_after_an_erasure_the_address_is_refused_as_well(api: Running) -> None:
    profile(api, "C-1", PLAIN)
    post(api, 1, customer_id="C-1")
    assert api.client.delete("/v1/customers/C-1", headers=api.key()).status_code == 200
    answer = api.post("/v1/feedback", {"text": "Me again.", "email": HANA})
    assert answer.status_code == 410


def test_who_is_known_by_an_address_alone_is_erased_by_it(api: Running) -> None:
    post(api, 1, email=PLAIN)
    assert api.client.delete(f"/v1/customers/{PLAIN}", headers=api.key()).status_code == 200
    assert speakers(api) == set()
    assert api.post("/v1/feedback", {"text": "Me again.", "email": HANA}).status_code == 410
