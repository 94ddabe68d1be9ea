"""Value: the frozen, validated kind of object that travels between the layers."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable domain object; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def as_utc(moment: datetime) -> datetime:
    """Return the moment in UTC.

    Raises
    ------
    ValueError
        If the moment carries no zone: a naive time is never guessed at inside the domain.
    """
    if moment.tzinfo is None:
        message = "a moment needs a time zone"
        raise ValueError(message)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        message = "a moment must lie in the years 1 to 9999, also in UTC"
        raise ValueError(message) from error


UtcDatetime = Annotated[datetime, AfterValidator(as_utc)]
