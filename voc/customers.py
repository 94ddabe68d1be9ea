"""Customer (a person), Account (a paying organisation), Role (the part a person plays in buying or using)."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from voc.values import Value


class Role(StrEnum):
    """The part a person plays inside an account; unknown is shown as unknown, never guessed."""

    USER = "user"
    ADMIN = "admin"
    BUYER = "buyer"
    DECIDER = "decider"
    UNKNOWN = "unknown"


class Account(Value):
    """A paying organisation."""

    id: str
    external_id: str
    name: str | None = None
    plan: str | None = None
    region: str | None = None
    segment: str | None = None
    revenue_per_year: float | None = Field(default=None, ge=0)
    started_on: date | None = None
    renewal_on: date | None = None
    churned_on: date | None = None
    attributes: dict[str, str] = Field(default_factory=dict)


class Customer(Value):
    """A person who speaks to us; belongs to at most one account."""

    id: str
    external_id: str
    account_id: str | None = None
    name: str | None = None
    role: Role = Role.UNKNOWN
    segment: str | None = None
    started_on: date | None = None
    churned_on: date | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
