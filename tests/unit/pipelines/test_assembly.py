"""The assembly: which models the settings choose, and that a change of any of them makes old results pending."""

from pathlib import Path

import pytest

from pipelines.assembly import build_stamp
from voc.settings import ModelSettings

COMMITS = ("0123456789abcdef0123456789abcdef01234567", "fedcba9876543210fedcba9876543210fedcba98")
NAME = "org/multilingual-model"


def test_the_shipped_models_need_no_setting():
    assert build_stamp() == build_stamp(ModelSettings())
    assert "heads_encoder" not in build_stamp().outputs


@pytest.mark.parametrize(("setting", "output"), [("encoder", "encoder"), ("sentiment", "sentiment"), ("tagger", "tags")])
def test_name_and_commit_of_a_hub_model_stand_in_the_stamp(setting, output):
    first, second = (build_stamp(ModelSettings(**{setting: f"{NAME}@{commit}"})) for commit in COMMITS)
    assert first.outputs[output].startswith(f"{NAME}/{COMMITS[0][:12]}")
    assert len({first.version, second.version, build_stamp().version}) == 3
    changed = {name for name in first.outputs if first.outputs[name] != second.outputs[name]}
    assert changed == {output}


def test_the_shipped_heads_keep_their_own_encoder_beside_a_hub_encoder():
    """Why: a head reads noise from vectors of a model it was not trained on."""
    stamp = build_stamp(ModelSettings(encoder=f"{NAME}@{COMMITS[0]}"))
    assert stamp.outputs["heads_encoder"] == build_stamp().outputs["encoder"]
    assert stamp.outputs["sentiment"] == build_stamp().outputs["sentiment"]


def test_the_prefix_of_an_encoder_is_part_of_its_version():
    plain, query = (build_stamp(ModelSettings(encoder=f"{NAME}@{COMMITS[0]}", encoder_prefix=prefix)) for prefix in ("", "query: "))
    assert plain.version != query.version


def test_a_changed_file_in_a_local_folder_makes_old_results_pending(tmp_path: Path):
    (tmp_path / "model.safetensors").write_bytes(b"one")
    before = build_stamp(ModelSettings(encoder=str(tmp_path))).version
    (tmp_path / "model.safetensors").write_bytes(b"two!")
    assert build_stamp(ModelSettings(encoder=str(tmp_path))).version != before
