"""A model folder the user chose is checked before anything of it is loaded, and refused with the file and the reason."""

import hashlib
import json
import os
import sys

import pytest

from models.hub import checked_folder, pin_of
from models.hub_encoder import HubEncoder
from models.hub_sentiment import HubSentiment, polarities_of
from models.hub_tagging import HubTagger, entailment_places
from voc.errors import ModelRejectedError
from voc.model_source import ModelSource, parse_model_source
from voc.taxonomy import shipped_taxonomy

COMMIT = "0123456789abcdef0123456789abcdef01234567"
MODULES = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "my-model"
    path.mkdir()
    (path / "config.json").write_text('{"model_type": "xlm-roberta", "hidden_act": "gelu"}', encoding="utf-8")
    (path / "modules.json").write_text(json.dumps(MODULES), encoding="utf-8")
    (path / "model.safetensors").write_bytes(b"weights")
    return path


def source(folder, revision=None):
    return ModelSource(name=folder.name, revision=revision, folder=folder)


def refusal(given):
    with pytest.raises(ModelRejectedError) as caught:
        checked_folder(given)
    return caught.value.facts["file"], caught.value.facts["reason"]


def test_a_folder_of_configuration_tokenizer_and_safetensors_is_taken(folder):
    assert checked_folder(source(folder)) == folder


def test_what_version_control_and_downloads_leave_beside_is_not_looked_at(folder):
    (folder / ".git").mkdir()
    (folder / ".git" / "hook.py").write_text("x", encoding="utf-8")
    pin = pin_of(source(folder))
    assert checked_folder(source(folder)) == folder
    (folder / ".git" / "more").write_text("x", encoding="utf-8")
    assert pin_of(source(folder)) == pin


def test_pickled_weights_only_are_refused(folder):
    (folder / "model.safetensors").unlink()
    assert refusal(source(folder)) == ("model.safetensors", "no weights as safetensors; convert them first")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "modeling_custom.py", "sparse_linear.pt", "1_Pooling/x.pkl"])
def test_a_file_that_can_carry_code_refuses_the_folder(folder, name):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"x")
    assert refusal(source(folder)) == (name, "file of a kind that can carry code")


def test_configuration_that_names_code_refuses_the_folder(folder):
    (folder / "config.json").write_text('{"auto_map": {"AutoModel": "modeling_custom.Evil"}}', encoding="utf-8")
    assert refusal(source(folder)) == ("config.json", "points to code that comes along: auto_map")


def test_a_module_from_elsewhere_refuses_the_folder(folder):
    (folder / "modules.json").write_text(json.dumps([{"type": "custom_st.Transformer"}]), encoding="utf-8")
    assert refusal(source(folder)) == ("modules.json", "names a foreign class: custom_st.Transformer")


@pytest.mark.parametrize("path", [".hidden", "1_Pooling/../.hidden", "..", "/etc", "C:\\models", "a\\..\\b", "./x"])
def test_a_module_in_a_folder_that_is_not_looked_at_refuses_the_folder(folder, path):
    """Why: hidden folders and those outside are not checked, so an activation function there would run when the module loads."""
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "config.json").write_text('{"activation_function": "os.abort"}', encoding="utf-8")
    (folder / "modules.json").write_text(json.dumps([*MODULES, {"path": path, "type": "sentence_transformers.models.Dense"}]), encoding="utf-8")
    assert refusal(source(folder)) == ("modules.json", f"names a folder that is not looked at: {path}")


@pytest.mark.parametrize("target", ["/nowhere", "elsewhere"])
def test_a_link_to_a_folder_or_to_nothing_refuses_the_folder_and_still_has_a_pin(folder, tmp_path, target):
    """Why: what lies behind a linked folder is not checked; and the stamp is made at the start, which must not fail."""
    (tmp_path / "elsewhere").mkdir()
    (folder / "2_Dense").symlink_to(tmp_path / target)
    assert len(pin_of(source(folder))) == 12
    assert refusal(source(folder)) == ("2_Dense", "link to a folder or to nothing")


def test_an_adapter_that_names_a_library_refuses_the_folder(folder):
    (folder / "adapter_config.json").write_text('{"auto_mapping": {"parent_library": "evil"}}', encoding="utf-8")
    assert refusal(source(folder)) == ("adapter_config.json", "points to code that comes along: auto_mapping")


def test_the_home_of_an_unknown_user_is_a_folder_that_does_not_exist():
    with pytest.raises(ValueError, match="does not exist"):
        parse_model_source("~nobody-of-this-name/model")


def test_a_folder_without_configuration_is_refused(folder):
    (folder / "config.json").unlink()
    assert refusal(source(folder)) == ("config.json", "missing file")


def test_a_folder_that_is_gone_is_refused(tmp_path):
    assert refusal(source(tmp_path / "gone")) == ("config.json", "missing file")


def test_an_encoder_that_does_not_say_how_it_pools_is_refused(folder):
    """Why: with the wrong pooling every vector is a little wrong, and nothing says so."""
    (folder / "modules.json").unlink()
    with pytest.raises(ModelRejectedError, match="how token vectors become one vector"):
        HubEncoder(source(folder)).encode(["a"])


def test_the_pin_of_a_folder_follows_its_content(folder):
    before = pin_of(source(folder))
    assert len(before) == 12
    assert checked_folder(source(folder, before)) == folder
    (folder / "model.safetensors").write_bytes(b"other weights")
    assert pin_of(source(folder)) != before
    file, reason = refusal(source(folder, before))
    assert (file, reason.startswith(f"its content hash is not {before} but ")) == ("my-model", True)


@pytest.mark.parametrize("use", [
    lambda given: HubEncoder(given).encode(["a"]),
    lambda given: HubSentiment(given).sentiments(["a"], None),
    lambda given: HubTagger(given, shipped_taxonomy()).tags(["a"], None),
])  # fmt: skip
def test_every_kind_of_model_is_checked_before_a_library_is_loaded(folder, use):
    (folder / "evil.py").write_text("raise SystemExit", encoding="utf-8")
    known = "torch" in sys.modules
    with pytest.raises(ModelRejectedError, match=r"evil\.py"):
        use(source(folder))
    assert ("torch" in sys.modules) is known


class TestHubCache:
    """Models by hub name, out of the local cache."""

    @pytest.fixture
    def cache(self, tmp_path, monkeypatch, folder):
        from huggingface_hub import constants

        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        place = tmp_path / "hub" / "models--org--tiny"
        (place / "blobs").mkdir(parents=True)
        snapshot = place / "snapshots" / COMMIT
        snapshot.mkdir(parents=True)
        for path in folder.iterdir():
            content = path.read_bytes()
            large = path.suffix == ".safetensors"
            name = hashlib.sha256(content).hexdigest() if large else hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
            (place / "blobs" / name).write_bytes(content)
            (snapshot / path.name).symlink_to(os.path.relpath(place / "blobs" / name, snapshot))
        return snapshot

    def test_the_pinned_commit_is_taken_from_the_cache(self, cache):
        assert checked_folder(ModelSource(name="org/tiny", revision=COMMIT)) == cache

    def test_another_commit_is_not_there_and_is_not_fetched(self, cache):
        with pytest.raises(ModelRejectedError, match="not in the local cache; fetch it once with VOC_MODELS__ALLOW_DOWNLOAD=true"):
            checked_folder(ModelSource(name="org/tiny", revision="f" * 40))

    @pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
    def test_a_changed_file_in_the_cache_is_refused(self, cache, name):
        (cache / name).resolve().write_bytes(b'{"changed": 1}')
        assert refusal(ModelSource(name="org/tiny", revision=COMMIT)) == (name, "wrong hash")

    def test_the_commit_stands_in_the_version(self):
        assert pin_of(ModelSource(name="org/tiny", revision=COMMIT)) == COMMIT[:12]


class TestPrefix:
    """Words an encoder wants before each text."""

    @pytest.mark.parametrize(("name", "version"), [
        ("intfloat/multilingual-e5-small", "0123456789ab+query"), ("my_e5", "0123456789ab+query"), ("BAAI/bge-m3", "0123456789ab"),
        ("org/base5x", "0123456789ab"),
    ])  # fmt: skip
    def test_the_e5_family_is_known_by_name(self, name, version):
        assert HubEncoder(ModelSource(name=name, revision=COMMIT)).version == version

    def test_it_can_be_set_and_stands_in_the_version(self):
        given = ModelSource(name="intfloat/multilingual-e5-small", revision=COMMIT)
        assert HubEncoder(given, prefix="passage: ").version == "0123456789ab+passage"
        assert HubEncoder(given, prefix="").version == "0123456789ab"


@pytest.mark.parametrize(("labels", "polarities"), [
    (["negative", "neutral", "positive"], (-1, 0, 1)), (["POSITIVE", "NEGATIVE"], (1, -1)), (["neg", "pos"], (-1, 1)),
    (["1 star", "2 stars", "3 stars", "4 stars", "5 stars"], (-1, -0.5, 0, 0.5, 1)), (["ネガティブ", "ニュートラル", "ポジティブ"], (-1, 0, 1)),
    (["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"], (-1, -1, 0, 1, 1)),
    (["LABEL_0", "LABEL_1", "LABEL_2"], None), (["joy", "anger"], None), (["negative", "neutral"], None), (["negative", "positive", "spam"], None),
])  # fmt: skip
def test_sentiment_labels_are_understood_by_their_names_or_not_at_all(labels, polarities):
    """Why: LABEL_0 is negative in one model and positive in the next."""
    assert polarities_of(labels) == polarities


@pytest.mark.parametrize(("labels", "places"), [
    (["entailment", "neutral", "contradiction"], (0, 2)), (["contradiction", "neutral", "entailment"], (2, 0)),
    (["entailment", "not_entailment"], (0, 1)), (["LABEL_0", "LABEL_1"], None), (["entailment", "neutral"], None),
])  # fmt: skip
def test_entailment_labels_are_understood_by_their_names_or_not_at_all(labels, places):
    assert entailment_places(labels) == places
