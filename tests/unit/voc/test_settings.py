"""Settings: every problem is named at once, and nothing unknown is taken silently."""

from pathlib import Path

import pytest

from voc.errors import SettingsError
from voc.settings import load_settings


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> object:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_settings(values)


def test_defaults_need_no_environment() -> None:
    settings = load_settings({})
    assert settings.data_dir == Path("voc-data")
    assert settings.server.host == "127.0.0.1"


def test_a_group_is_set_with_two_underscores(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, VOC_MODELS__THREADS="1", VOC_SERVER__PORT="9")
    assert (settings.models.threads, settings.server.port) == (1, 9)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOC_SERVER__PORT", "70000"), ("VOC_SERVER__PORT", "http"), ("VOC_MODELS__THREADS", "0"), ("VOC_LOG_LEVEL", "LOUD"),
        ("VOC_INTAKE__DEFAULT_TIMEZONE", "Tokyo"), ("VOC_ALERTS__MIN_ACCOUNTS", "-1"), ("VOC_INTAKE__MAX_BODY_BYTES", "ten"),
    ],
)  # fmt: skip
def test_a_bad_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load(monkeypatch, **{name: value})


def test_unknown_settings_are_refused_and_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, VOC_SPEED="9", VOC_SERVER__PORT="http", VOC_MODELS__THREAD="2")
    for name in ("VOC_SPEED", "VOC_SERVER__PORT", "VOC_MODELS__THREAD"):
        assert name in caught.value.message


def test_the_database_address_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, VOC_DATABASE__URL="postgresql+psycopg://voc:hunter2@127.0.0.1/voc")
    assert "hunter2" not in repr(settings)
