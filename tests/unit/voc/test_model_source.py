"""Where a model comes from is named so that its weights cannot change under the name."""

import pytest

from voc.errors import SettingsError
from voc.model_source import parse_model_source
from voc.settings import load_settings

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_the_shipped_models_have_no_source():
    assert parse_model_source("embedded") is None


def test_a_hub_name_stands_with_the_whole_commit():
    source = parse_model_source(f"intfloat/multilingual-e5-small@{COMMIT}")
    assert (source.name, source.revision, source.folder) == ("intfloat/multilingual-e5-small", COMMIT, None)


@pytest.mark.parametrize("revision", ["", "@", "@main", "@v1.0", f"@{COMMIT[:12]}", f"@{COMMIT}0"])
def test_a_hub_name_that_is_not_pinned_is_refused_with_the_way_out(revision):
    """Why: a branch or a tag may point to other weights tomorrow."""
    with pytest.raises(ValueError, match="pin the commit: intfloat/multilingual-e5-small@<40 hexadecimal digits>"):
        parse_model_source(f"intfloat/multilingual-e5-small{revision}")


@pytest.mark.parametrize("text", ["", "e5", "a/b/c", "https://example.com/model", "a b/c", "embeded"])
def test_what_is_neither_folder_nor_hub_name_is_refused(text):
    with pytest.raises(ValueError, match="neither 'embedded' nor a folder"):
        parse_model_source(text)


def test_a_folder_needs_no_pin_and_must_exist(tmp_path):
    source = parse_model_source(str(tmp_path))
    assert (source.name, source.revision, source.folder) == (tmp_path.name, None, tmp_path.resolve())
    with pytest.raises(ValueError, match="does not exist"):
        parse_model_source(str(tmp_path / "gone"))


def test_a_folder_may_be_pinned_by_the_hash_of_its_content(tmp_path):
    assert parse_model_source(f"{tmp_path}@0123456789ab").revision == "0123456789ab"
    with pytest.raises(ValueError, match="content hash"):
        parse_model_source(f"{tmp_path}@main")


def test_every_bad_model_setting_is_named_at_the_start(monkeypatch):
    values = {"VOC_MODELS__ENCODER": "intfloat/multilingual-e5-small", "VOC_MODELS__SENTIMENT": "org/x@main", "VOC_MODELS__TAGGER": "/gone"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(values)
    lines = caught.value.message.splitlines()
    assert [line.split(":")[0] for line in lines] == sorted(values)
    assert "pin the commit" in lines[0]
