"""Own tags as bytes, as a tagger, beside the shipped one, and in a folder that is checked before it is read."""

import json
import re
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from api.errors import detail_of
from models.artifacts import write_manifest
from models.own_tags import FewShotTeacher
from models.tag_folder import TagFolder
from tests.support.fake_models import FakeEncoder, FakeTagger
from voc.errors import BadFileError, InputError, LearntTagsRejectedError, ModelRejectedError
from voc.tag_learning import TagExamples, tag_lesson
from voc.taxonomy import Bilingual, Tag, Taxonomy

ENCODER = "fake/1"
SENTENCES = {
    "parking": ["no parking space", "the parking is full", "parking costs too much", "駐車場 が 狭い", "駐車場 は 満車"],
    "queue": ["long queue again", "the queue at the counter", "an hour in the queue", "列 が 長い", "窓口 の 列"],
}


STEPS = 8
"""File operations of one writing up to the moment the new manifest stands: four files written, four put in place; then the two old ones that differ go."""


class Stopped(BaseException):
    """Stands for the end of the process."""


def stop_after(steps: int, patch: pytest.MonkeyPatch) -> None:
    """End the writing before its next step once so many were done, in the middle of a file where the next one is the writing of one."""
    done = count()
    write, replace, unlink = Path.open, Path.replace, Path.unlink

    def opened(path, mode="r", *arguments, **named):
        found = write(path, mode, *arguments, **named)
        if "w" in mode and next(done) == steps:
            found.write(b"half")
            found.close()
            raise Stopped
        return found

    def replaced(path, target):
        if next(done) == steps:
            raise Stopped
        return replace(path, target)

    def unlinked(path):
        if next(done) == steps:
            raise Stopped
        unlink(path)

    patch.setattr(Path, "open", opened)
    patch.setattr(Path, "replace", replaced)
    patch.setattr(Path, "unlink", unlinked)


def taxonomy():
    names = {tag: Bilingual(en=tag, ja=tag) for tag in SENTENCES}
    return Taxonomy(name="branches", version="1", tags=tuple(Tag(id=tag, large=n, middle=n, small=n) for tag, n in names.items()))


def lesson(texts, labels, of=None):
    return tag_lesson(of or taxonomy(), texts, labels, multi=True, encoder=ENCODER, vectors_of=lambda some: FakeEncoder().encode(some).vectors)


@pytest.fixture
def learnt():
    texts = [text for some in SENTENCES.values() for text in some]
    labels = tuple(frozenset({tag}) for tag, some in SENTENCES.items() for _ in some)
    return FewShotTeacher().learn(lesson(texts, labels))


def tags_of(tagger, *sentences):
    return [[tag.tag for tag in tags] for tags in tagger.tags(sentences, FakeEncoder().encode(sentences))]


def test_what_was_learnt_gives_tags(learnt):
    tagger = FewShotTeacher().tagger(learnt)
    assert tags_of(tagger, "parking is full again", "窓口 の 列 が 長い", "entirely different words") == [["parking"], ["queue"], []]
    assert [tag.id for tag in tagger.taxonomy_tags()] == ["parking", "queue"]


NOTHING = TagExamples((), np.zeros((0, 384), np.float32), ())


def told(parking, queue):
    """Return the taxonomy with definitions."""
    first, second = taxonomy().tags
    definitions = {"parking": Bilingual(en=parking, ja=parking), "queue": Bilingual(en=queue, ja=queue)}
    return taxonomy().model_copy(update={"tags": tuple(tag.model_copy(update={"definition": definitions[tag.id]}) for tag in (first, second))})


FEW = tuple(text for some in SENTENCES.values() for text in some), tuple(frozenset({tag}) for tag, some in SENTENCES.items() for _ in some)


def test_a_definition_teaches_beside_few_examples():
    """Why: where a tag has few examples, what the user wrote about it is much of what is known of it."""
    of = told("parking in the garage", "the queue at the counter")
    plain, taught = (FewShotTeacher().tagger(FewShotTeacher().learn(lesson(*FEW, of=one))) for one in (taxonomy(), of))
    assert tags_of(plain, "garage") == [[]]
    assert tags_of(taught, "garage") == [["parking"]]


def test_definitions_that_tell_the_examples_worse_teach_nothing():
    """Why: names can be codes, or mean something else than people use them for; the examples decide."""
    misleading = FewShotTeacher().learn(lesson(*FEW, of=told("the queue at the counter, a long queue", "no parking space, the parking is full")))
    without = FewShotTeacher().learn(replace(lesson(*FEW), names=NOTHING))
    assert (misleading.weights, misleading.quality) == (without.weights, without.quality)
    assert FewShotTeacher().learn(lesson(*FEW, of=told("no parking space, the parking is full", "the queue at the counter, a long queue"))).weights != without.weights


def test_names_are_read_as_words_once_each_and_none_of_tags_without_an_example():
    names = {"late_delivery": Bilingual(en="late_delivery", ja="late_delivery"), "price": Bilingual(en="Price", ja="価格")}
    tags = tuple(Tag(id=tag, large=name, middle=name, small=name) for tag, name in names.items())
    one = lesson(["it came late"], [frozenset({"late_delivery"})], of=Taxonomy(name="shop", version="1", tags=tags))
    assert (one.names.texts, one.names.labels) == (("late delivery",), (frozenset({"late_delivery"}),))
    assert lesson(["dear"], [frozenset({"price"})], of=Taxonomy(name="cx", version="1", tags=tags)).names.texts == ()
    assert lesson(["dear"], [frozenset({"price"})], of=Taxonomy(name="shop", version="1", tags=tags)).names.texts == ("Price", "価格")


def test_beside_the_shipped_tagger_both_give_their_tags_and_the_stamp_names_both(learnt):
    both = FewShotTeacher().beside(FakeTagger(), [learnt])
    assert tags_of(both, "login", "parking is full") == [["account.login"], ["parking"]]
    assert (both.name, both.version) == ("fake", f"1+{learnt.stamp}")


def test_the_version_follows_from_the_content(learnt):
    texts = ("queue", "parking")
    given = lesson(texts, [frozenset({"queue"}), frozenset({"parking"})])
    once, again = FewShotTeacher().learn(given), FewShotTeacher().learn(given)
    assert once == again
    assert once.version != learnt.version


def test_a_folder_gives_back_what_was_written_and_may_be_written_again(learnt, tmp_path: Path):
    folder = TagFolder(tmp_path / "tags")
    folder.write(learnt)
    folder.write(learnt)
    assert folder.read(encoder=ENCODER) == learnt
    kinds = [re.sub("-[0-9a-f]{8}", "", path.name) for path in sorted((tmp_path / "tags").iterdir())]
    assert kinds == ["config.json", "manifest.json", "model.safetensors", "taxonomy.yaml"]


@pytest.mark.parametrize("name", ["config-*.json", "model-*.safetensors", "taxonomy-*.yaml", "manifest.json"])
def test_a_changed_or_missing_file_is_refused(learnt, tmp_path: Path, name):
    folder = TagFolder(tmp_path / "tags")
    folder.write(learnt)
    (path,) = (tmp_path / "tags").glob(name)
    path.write_bytes(path.read_bytes()[:-9] + b"\n        ")
    with pytest.raises(ModelRejectedError):
        folder.read(encoder=ENCODER)
    path.unlink()
    with pytest.raises(ModelRejectedError):
        folder.read(encoder=ENCODER)


@pytest.mark.parametrize("step", range(STEPS + 2))
def test_stopped_anywhere_in_the_writing_the_folder_is_the_old_or_the_new_one(learnt, tmp_path: Path, monkeypatch, step):
    """Why: a stop while tags are learnt anew must not take away those in use; three files and the manifest are written and put in place."""
    folder, newer = TagFolder(tmp_path / "tags"), learnt.model_copy(update={"version": "newer", "quality": (), "weights": learnt.weights + b"x"})
    folder.write(learnt)
    with monkeypatch.context() as stopped:
        stop_after(step, stopped)
        with pytest.raises(Stopped):
            folder.write(newer)
    assert folder.read(encoder=ENCODER) == (learnt if step < STEPS else newer)
    folder.write(newer)
    assert folder.read(encoder=ENCODER) == newer
    assert len(list((tmp_path / "tags").iterdir())) == 4


@pytest.mark.parametrize("name", ["code.py", "notes.txt", "weights.pkl"])
def test_an_added_file_is_refused(learnt, tmp_path: Path, name):
    folder = TagFolder(tmp_path / "tags")
    folder.write(learnt)
    (tmp_path / "tags" / name).write_text("x")
    with pytest.raises(ModelRejectedError):
        folder.read(encoder=ENCODER)
    with pytest.raises(BadFileError):
        folder.write(learnt)


def test_another_encoders_vectors_are_refused_with_what_to_do(learnt, tmp_path: Path):
    """Why: directions of one encoder mean nothing to another; the tags would be noise."""
    folder = TagFolder(tmp_path / "tags")
    folder.write(learnt)
    with pytest.raises(ModelRejectedError) as refused:
        folder.read(encoder="other/2")
    assert "again" in refused.value.message
    assert refused.value.facts["learnt_with"] == ENCODER


def test_the_folder_holds_no_words_of_the_examples(learnt, tmp_path: Path):
    TagFolder(tmp_path / "tags").write(learnt)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "tags").iterdir())
    assert not [text for some in SENTENCES.values() for text in some if text.encode() in kept or json.dumps(text).encode() in kept]


def not_numbers(learnt):
    arrays = load(learnt.weights)
    arrays["alpha"] = np.full_like(arrays["alpha"], np.nan)
    return {"weights": save(arrays)}


DAMAGED = {
    "weights and tags do not fit together": lambda learnt: {"config": learnt.config | {"labels": ["queue"]}},
    "no safetensors file": lambda learnt: {"weights": learnt.weights[:-9]},
    "alpha is missing": lambda learnt: {"weights": save({"examples": load(learnt.weights)["examples"]})},
    "labels is missing": lambda _: {"config": {}},
    "numbers belong": lambda learnt: {"config": learnt.config | {"slope": "steep"}},
    "marks is missing": lambda learnt: {"config": {name: value for name, value in learnt.config.items() if name != "marks"}},
    "marks is no number": lambda learnt: {"config": learnt.config | {"marks": []}},
    "values that are not numbers": not_numbers,
}


@pytest.mark.parametrize("why", DAMAGED)
def test_damaged_weights_are_refused_with_what_is_wrong_and_what_to_do(learnt, why):
    with pytest.raises(LearntTagsRejectedError) as refused:
        FewShotTeacher().tagger(learnt.model_copy(update=DAMAGED[why](learnt)))
    error = refused.value
    assert (error.code, error.facts["model"]) == ("learnt_tags_rejected", "branches")
    assert why in error.message
    assert "voc tags learn" in error.advice
    assert "{" not in detail_of(error.code, language="ja", facts=error.facts), "a fact is missing, so only the title would be told"
    assert error.facts["reason"] in detail_of(error.code, language="en", facts=error.facts)


def test_a_damaged_configuration_in_a_folder_that_agrees_is_refused_with_what_to_do(learnt, tmp_path: Path):
    folder = TagFolder(tmp_path / "tags")
    folder.write(learnt.model_copy(update={"quality": (), "config": {"labels": 3}}))
    (path,) = (tmp_path / "tags").glob("config-*.json")
    path.write_text("[]", encoding="utf-8")
    write_manifest(tmp_path / "tags", name="branches", version="1")
    with pytest.raises(LearntTagsRejectedError) as refused:
        folder.read(encoder=ENCODER)
    assert refused.value.facts["file"] == "config.json"
    assert "as voc tags train writes it" in refused.value.message


def test_examples_without_any_tag_teach_nothing():
    with pytest.raises(InputError):
        FewShotTeacher().learn(lesson(("a", "b"), [frozenset[str](), frozenset[str]()]))
