"""Own taxonomies: read from YAML and CSV, learnt from examples and corrections; results of before wait again."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.own_tags import FewShotTeacher
from pipelines.enrich import encoder_for_tags, stamp_in_use, stamp_with_learnt_tags
from pipelines.file_tools import read_rows
from pipelines.lessons import lesson_material
from pipelines.own_taxonomies import read_taxonomy, taxonomy_from_csv, taxonomy_from_yaml
from pipelines.tag_files import TrainOptions, read_labels, split_labels
from tests.support.app import Running, running
from tests.support.fake_models import FakeEncoder, FakeTagger, understanding
from voc.errors import BadFileError, BadMappingError, InputError
from voc.settings import ModelSettings
from voc.tag_learning import tag_lesson

CSV = """tag,large,middle,small,definition,example,language
queue,Branch,Counter,Long queue,Waiting at the counter.,long queue at the counter,en
queue,店舗,窓口,待ち時間,,窓口 の 列 が 長い,ja
queue,,,,,the queue took an hour,en
parking,Branch,Outside,Parking,,no parking space,
parking,,,,,the parking is full,
"""
YAML = """
name: branches
version: "3"
tags:
  - {id: queue, large: Branch, middle: Counter, small: {en: Long queue, ja: 待ち時間}, examples: [a long queue]}
"""


def test_a_csv_with_a_row_per_example_is_a_taxonomy():
    taxonomy = taxonomy_from_csv(CSV, name="branches")
    queue, parking = taxonomy.tags
    assert (queue.small.en, queue.small.ja, queue.definition.en) == ("Long queue", "待ち時間", "Waiting at the counter.")
    assert (queue.examples.en, queue.examples.ja) == (("long queue at the counter", "the queue took an hour"), ("窓口 の 列 が 長い",))
    assert (parking.small.ja, parking.examples.ja) == ("Parking", ("no parking space", "the parking is full"))


def test_a_csv_needs_only_the_column_tag():
    assert [tag.small.en for tag in taxonomy_from_csv("tag\na\nb\n", name="x").tags] == ["a", "b"]
    with pytest.raises(BadFileError):
        taxonomy_from_csv("name,example\na,b\n", name="x")


def test_yaml_has_the_shape_of_the_shipped_taxonomy_and_texts_may_be_given_once():
    (queue,) = taxonomy_from_yaml(YAML).tags
    assert (queue.large.ja, queue.small.ja, queue.keywords.en, queue.examples.ja) == ("Branch", "待ち時間", (), ("a long queue",))
    assert taxonomy_from_yaml(YAML, name="other").name == "other"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        "name: x\nversion: 1\ntags: []",
        "name: x\nversion: '1'\ntags: [{id: a}]",
        YAML.replace("name: branches", "name: ' '"),
        YAML + "  - {id: queue, large: a, middle: b, small: c}\n",
        "a: &a [x]\nb: [*a, *a]",
        YAML.replace("name: branches", "name: cx"),
        YAML.replace("id: queue", "id: counter/queue"),
        "!!python/object/apply:os.system ['true']",
        "{",
    ],
)
def test_what_is_no_taxonomy_is_refused(text):
    with pytest.raises(BadFileError):
        taxonomy_from_yaml(text)


@pytest.mark.parametrize("version", ["1", "1.10", "2024-13-45", "!!int abc", "!!bool xyz", "!!timestamp xyz"])
def test_what_yaml_takes_for_a_number_or_a_date_is_a_text(version):
    """Why: a tag called 404 or no is a name, and a wrong date must not end the program."""
    text = YAML.replace('"3"', version).replace("id: queue", "id: 404")
    (tag,) = taxonomy_from_yaml(text).tags
    assert tag.id == "404"
    assert [tag.id for tag in taxonomy_from_yaml(YAML.replace("id: queue", "id: no")).tags] == ["no"]


@pytest.mark.parametrize("name", ['"a\\nb"', '"a\\0b"', '"a\\e[31m"', '"\\ud800"', '" queue"', '"queue　"', ".", "..", '"a\\u2028b"'])
def test_names_have_no_control_characters_and_no_space_around(name):
    with pytest.raises(BadFileError, match="no line break"):
        taxonomy_from_yaml(YAML.replace("id: queue", f"id: {name}"))


@pytest.mark.parametrize("text", ['"\\0"', '"\\ud800"'])
def test_what_no_database_can_keep_is_refused(text):
    with pytest.raises(BadFileError, match="cannot be stored"):
        taxonomy_from_yaml(YAML.replace("a long queue", text))


@pytest.mark.parametrize("name", ["🙂", "👨‍👩‍👧 family", "待ち　時間", "ﾎﾃﾙ"])
def test_names_are_in_any_script(name):
    assert [tag.id for tag in taxonomy_from_csv(f"tag\n{name}\n", name="x").tags] == [name]


@pytest.mark.parametrize(("text", "message"), [
    ("tag,example,language\nqueue,a,fr\n", "Line 2: language is ja, en or empty"),
    ("tag,example\nqueue," + "x" * 200_000 + "\n", "not CSV that can be read"),
    ("tag;example\nqueue;a\n", "with commas between; tag is needed"),
    ("tag,example\nqueue,a\0b\n", "cannot be stored"),
])  # fmt: skip
def test_a_csv_that_cannot_be_taken_whole_is_refused_with_the_reason(text, message):
    with pytest.raises(BadFileError, match=message):
        taxonomy_from_csv(text, name="x")


def test_the_language_of_a_row_may_be_in_capitals():
    (tag,) = taxonomy_from_csv("tag,example,language\nqueue,a,JA\n", name="x").tags
    assert (tag.examples.ja, tag.examples.en) == (("a",), ())


def test_what_is_wrong_is_named():
    with pytest.raises(BadFileError, match=r"tags\.0\.examples\.en\.0 \(input should be a valid string\)"):
        taxonomy_from_yaml(YAML.replace("[a long queue]", "[[a]]"))
    with pytest.raises(BadFileError, match="twice: queue"):
        taxonomy_from_yaml(YAML + "  - {id: queue, large: a, middle: b, small: c}\n")
    with pytest.raises(BadFileError, match=r"not YAML \(line 2\)"):
        taxonomy_from_yaml("name: x\n : [\n")


def test_a_file_is_read_by_its_ending(tmp_path: Path):
    for name, content in (("a.yaml", YAML), ("b.csv", "\ufeff" + CSV)):
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert [read_taxonomy(tmp_path / name).name for name in ("a.yaml", "b.csv")] == ["branches", "b"]
    (tmp_path / "c.csv").write_bytes("tag\n件\n".encode("cp932"))
    with pytest.raises(BadFileError):
        read_taxonomy(tmp_path / "c.csv")


@pytest.mark.parametrize(
    ("cell", "multi", "labels"),
    [
        ("a", False, {"a"}),
        (" a;b ", False, {"a;b"}),
        ("a; b|c", True, {"a", "b", "c"}),
        ("駅；部屋", True, {"駅", "部屋"}),
        ('["a", "b"]', True, {"a", "b"}),
        ("[a", True, {"[a"}),
        ("[]", True, set()),
        ('["a", null, 404]', True, {"a", "404"}),
        ("[[1]]", True, {"[[1]]"}),
        ("[" * 100_000, True, {"[" * 100_000}),
    ],
)
def test_a_cell_holds_one_label_or_several(cell, multi, labels):
    assert split_labels(cell, multi=multi) - {""} == labels


def test_the_file_to_read_is_never_written_over(tmp_path: Path):
    path = tmp_path / "rows.csv"
    path.write_text("text\na\n")
    (tmp_path / "other.csv").symlink_to(path)
    for out in (path, tmp_path / "other.csv"):
        with pytest.raises(BadFileError, match="would be lost"):
            read_rows(path, "text", out=out)
    with pytest.raises(FileNotFoundError):
        read_rows(path, "text", out=tmp_path / "none" / "out.jsonl")
    assert read_rows(path, "text", out=tmp_path / "out.jsonl")[0].text == "a"


def test_empty_cells_and_the_label_for_none_stand_for_none_of_these(tmp_path: Path):
    path = tmp_path / "rows.csv"
    path.write_text("text,label\na,x\nb,\nc,oos\n")
    assert read_labels(path, TrainOptions(label_column="label", none_label="oos")) == [frozenset({"x"}), frozenset(), frozenset()]
    with pytest.raises(BadMappingError):
        read_labels(path, TrainOptions(label_column="tag"))


def import_branches(api: Running) -> None:
    with api.service.store.write() as unit:
        unit.taxonomies.put(taxonomy_from_csv(CSV, name="branches"), now=api.service.clock())


def test_the_stamp_known_outside_is_the_one_on_the_results():
    """Why: were they to differ, every comment would wait for ever."""
    texts = ["long queue", "no parking"]
    taxonomy = taxonomy_from_csv(CSV, name="branches")
    stamp = understanding().stamp()
    lesson = tag_lesson(
        taxonomy,
        texts,
        [frozenset({"queue"}), frozenset({"parking"})],
        multi=True,
        encoder=encoder_for_tags(stamp),
        vectors_of=lambda some: FakeEncoder().encode(some).vectors,
    )
    learnt = FewShotTeacher().learn(lesson)
    both = FewShotTeacher().beside(FakeTagger(), [learnt])
    assert stamp_with_learnt_tags(stamp, [learnt]).outputs["tags"] == f"{both.name}/{both.version}"
    assert stamp_in_use(stamp, [learnt]).version != stamp.version
    assert stamp_in_use(stamp, [learnt.model_copy(update={"encoder": "other/1"})]) == stamp
    assert stamp_in_use(stamp, []) == stamp


def test_learning_makes_comments_wait_and_the_new_tags_stand_afterwards(tmp_path: Path):
    with running(tmp_path) as api:
        sent = api.post("/v1/feedback", {"text": "The parking is full.", "external_id": "1"}).json()["id"]
        api.work()
        assert api.get(f"/v1/feedback/{sent}").json()["analysis"]["tags"] == []
        before = api.service.runner.stamp.version
        import_branches(api)
        api.service.lessons.learn("branches")
        assert api.service.runner.stamp.version != before
        assert api.service.runner.pending() == 1
        api.work()
        assert api.service.runner.pending() == 0
        assert api.get(f"/v1/feedback/{sent}").json()["analysis"]["tags"][0]["tag"] == "parking"


def test_a_models_process_that_starts_anew_gets_the_tags_again(tmp_path: Path):
    with running(tmp_path) as api:
        import_branches(api)
        api.service.lessons.learn("branches")
        api.post("/v1/feedback", {"text": "The parking is full.", "external_id": "1"})
        api.work()
        api.child.inside.with_own_tags = None
        sent = api.post("/v1/feedback", {"text": "No parking space.", "external_id": "2"}).json()["id"]
        api.work()
        assert api.get(f"/v1/feedback/{sent}").json()["analysis"]["tags"][0]["tag"] == "parking"


def test_corrections_are_examples_of_the_next_lesson(tmp_path: Path):
    with running(tmp_path) as api:
        import_branches(api)
        first = api.post("/v1/feedback", {"text": "Standing in line for ever.", "external_id": "1"}).json()["id"]
        second = api.post("/v1/feedback", {"text": "Thank you.", "external_id": "2"}).json()["id"]
        api.service.correct_tags(first, add=["queue"], remove=["parking"], by="Sato")
        api.service.correct_tags(second, add=[], remove=["queue"], by="Sato")
        with api.service.store.read() as unit:
            material = lesson_material(unit, "branches", shipped=api.service.taxonomy)
        said = dict(zip(material.texts, material.labels, strict=True))
        assert said["Standing in line for ever."] == {"queue"}
        assert said["Thank you."] == frozenset()
        with pytest.raises(InputError):
            api.service.correct_tags(first, add=["no.such"], remove=[], by="Sato")
        with pytest.raises(InputError):
            api.service.correct_tags(first, add=["queue"], remove=["queue"], by="Sato")


def test_a_corrected_comment_is_an_example_of_all_tags_it_shows(tmp_path: Path):
    """Why: who takes one tag away and leaves the others has said that the others are right."""
    with running(tmp_path) as api:
        sent = api.post("/v1/feedback", {"text": "The login works, but the invoice is wrong.", "external_id": "1"}).json()["id"]
        api.work()
        api.service.correct_tags(sent, add=["billing.price", "billing.invoice"], remove=[], by="Sato")
        api.service.correct_tags(sent, add=[], remove=["billing.price"], by="Sato")
        with api.service.store.read() as unit:
            (labels,) = lesson_material(unit, "cx", shipped=api.service.taxonomy).labels
        assert labels == {"account.login", "billing.invoice"}


def test_corrections_teach_the_shipped_tags_and_that_can_be_undone(tmp_path: Path):
    text = "Staring at the padlock again."
    with running(tmp_path) as api:
        with pytest.raises(InputError):
            api.service.lessons.learn("cx")
        sent = [api.post("/v1/feedback", {"text": text, "external_id": str(n)}).json()["id"] for n in range(2)]
        api.work()
        shipped = api.service.runner.stamp
        api.service.correct_tags(sent[0], add=["account.login"], remove=[], by="Sato")
        learnt = api.service.lessons.learn("cx")
        assert {tag.tag: tag.n for tag in learnt.quality} == {"account.login": 4, "billing.invoice": 3}
        assert api.service.runner.pending() == 2
        api.work()
        assert api.service.runner.pending() == 0
        with api.service.store.read() as unit:
            other = unit.enrichments.get(sent[1])
        assert other is not None
        assert [tag.tag for tag in other.tags] == ["account.login"]
        assert other.model.outputs["tags"] == f"{shipped.outputs['tags']}+{learnt.stamp}"
        assert api.service.lessons.forget("cx")
        assert api.service.runner.stamp == shipped
        api.work()
        assert api.service.runner.pending() == 0
        assert api.get(f"/v1/feedback/{sent[1]}").json()["analysis"]["tags"] == []
        assert [tag["tag"] for tag in api.get(f"/v1/feedback/{sent[0]}").json()["analysis"]["tags"]] == ["account.login"]


def test_what_the_shipped_tags_learnt_waits_where_another_tagger_is_set(tmp_path: Path):
    with running(tmp_path) as api:
        sent = api.post("/v1/feedback", {"text": "Staring at the padlock again.", "external_id": "1"}).json()["id"]
        api.service.correct_tags(sent, add=["account.login"], remove=[], by="Sato")
        learnt = api.service.lessons.learn("cx")
        stamp = api.service.runner.shipped
        assert stamp_in_use(stamp, [learnt]) != stamp
        other = stamp.model_copy(update={"outputs": stamp.outputs | {"tags": "hub/1"}})
        assert stamp_in_use(other, [learnt]) == other
        hub = ModelSettings(tagger=f"some/entailment@{'0' * 40}")
        with pytest.raises(InputError):
            replace(api.service.lessons, settings=hub).learn("cx")
