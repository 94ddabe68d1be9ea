"""Settings: one frozen object, prefix ``VOC_``, built only by entry points and handed down by group.

A group's field is set with two underscores, for example ``VOC_MODELS__ENCODER``. ``docs/settings.md`` lists all; a test keeps it so.
"""

from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from voc.errors import SettingsError
from voc.model_source import EMBEDDED, parse_model_source

PREFIX = "VOC_"


class Group(BaseModel):
    """A group of settings; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(Group):
    """Where the rows are kept."""

    url: SecretStr | None = None
    """A ``postgresql+psycopg://…`` address; left out: SQLite in the data folder."""
    busy_timeout_ms: int = Field(default=5_000, ge=0)
    """How long a write waits for another before it answers storage_busy, in milliseconds."""


class ModelSettings(Group):
    """Which models are used and how."""

    encoder: str = "embedded"
    """What turns sentences into vectors. ``embedded``: the shipped model; else a local folder or a pinned hub name (models.md)."""
    encoder_prefix: str | None = None
    """Words put before each text for a hub encoder; left out: ``query: `` for the E5 family, nothing for others."""
    sentiment: str = "embedded"
    """What reads the sentiment: ``embedded``, or a sequence classifier from a local folder or a pinned hub name."""
    tagger: str = "embedded"
    """What assigns tags: ``embedded``, or a model of textual entailment (NLI) from a local folder or a pinned hub name."""
    namer: str = "embedded"
    """What names topics. ``embedded``: the shipped rules; else a chat-completions server's address (``http://127.0.0.1:11434/v1``)."""
    namer_model: str = ""
    """The server's name for the model that names topics."""
    namer_key: SecretStr | None = None
    """The key that server asks for."""
    allow_download: bool = False
    """Whether pinned hub models may be fetched over the network; false: they must lie in the local cache already."""
    in_server: bool = True
    """Whether ``voc serve`` does pending work itself; false: ``voc worker`` does."""
    threads: int = Field(default=2, ge=1)
    """Processor threads of the model process."""
    batch_size: int = Field(default=128, ge=1, le=1024)
    """Comments handed to the models at once."""
    batch_timeout_s: float = Field(default=120.0, gt=0)
    """A batch that takes longer is split to find the comment that hangs, in seconds."""
    max_attempts: int = Field(default=5, ge=1)
    """A comment that fails this often is put aside."""
    max_crashes: int = Field(default=3, ge=1)
    """A comment that ends the model process this often is put aside."""

    @field_validator("encoder", "sentiment", "tagger")
    @classmethod
    def model_is_pinned(cls, value: str) -> str:
        """Refuse a model that is not there or whose weights could change under the same name."""
        parse_model_source(value)
        return value


    @model_validator(mode="after")
    def namer_is_whole(self) -> Self:
        """Refuse a server without an address that can be asked, or without a model to ask for."""
        if self.namer != EMBEDDED and not (self.namer.startswith(("http://", "https://")) and self.namer_model):
            message = "namer: embedded, or http(s)://…/v1 together with namer_model"
            raise ValueError(message)
        return self


class IntakeSettings(Group):
    """What is taken in, and how much of it."""

    default_timezone: str = "Asia/Tokyo"
    """The zone in which dates without one are read."""
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    """Largest body of one comment, in bytes."""
    max_batch_bytes: int = Field(default=5_000_000, ge=1_000)
    """Largest body of a batch, in bytes."""
    max_batch_items: int = Field(default=1_000, ge=1)
    """Most comments in a batch."""
    max_file_bytes: int = Field(default=200_000_000, ge=1_000)
    """Largest file, unpacked, in bytes."""
    max_waiting: int = Field(default=200_000, ge=1)
    """More comments than this waiting for analysis: intake answers backlog_full."""
    requests_per_minute: int = Field(default=6_000, ge=1)
    """Requests a key may make in a minute."""

    @field_validator("default_timezone")
    @classmethod
    def zone_is_known(cls, value: str) -> str:
        """Refuse a zone the system does not know."""
        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            message = "not a time zone, for example Asia/Tokyo"
            raise ValueError(message) from error
        return value


class TopicSettings(Group):
    """When topics are looked at anew."""

    refit_hours: int = Field(default=24, ge=1)
    """A fit proposes changes of topics when the last is this old and comments came, in hours …"""
    refit_growth: float = Field(default=0.1, gt=0)
    """… or as soon as the sentences have grown by this share."""
    false_alarms_per_week: float = Field(default=5.0, gt=0, le=100)
    """Topics a week that may be shown as emerging by chance alone, over all topics."""


class AlertSettings(Group):
    """When an alert is raised."""

    min_accounts: int = Field(default=5, ge=1)
    """Distinct accounts that must complain about one issue …"""
    window_days: int = Field(default=14, ge=1)
    """… within this many days."""


class ServerSettings(Group):
    """How the HTTP service listens."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """Port to listen on; taken: the next free one."""
    pages_need_key: bool = True
    """Whether the dashboard asks for a key when the service listens on another address than loopback."""


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid")

    data_dir: Path = Path("voc-data")
    """The one folder for database, reports, exports and rejects."""
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    """Least severe log line that is written."""
    fiscal_start: int = Field(default=4, ge=1, le=12)
    """The month the fiscal year begins in, 1 to 12."""
    database: DatabaseSettings = DatabaseSettings()
    models: ModelSettings = ModelSettings()
    intake: IntakeSettings = IntakeSettings()
    topics: TopicSettings = TopicSettings()
    alerts: AlertSettings = AlertSettings()
    server: ServerSettings = ServerSettings()


def load_settings(environment: dict[str, str]) -> Settings:
    """Build the settings from the environment.

    Raises
    ------
    SettingsError
        Naming every unknown or bad setting at once.
    """
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    unknown = sorted(
        name
        for name in environment
        if name.upper().startswith(PREFIX) and name.upper().split("__")[0] not in known and name.upper() != "VOC_TORCH_INDEX"
    )
    problems = [f"{name}: not a known setting" for name in unknown]
    try:
        settings = Settings()
    except ValidationError as error:
        problems += [
            f"{PREFIX}{'__'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors()
        ]
    if problems:
        raise SettingsError("\n".join(problems))
    return settings
