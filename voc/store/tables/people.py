"""Tables of customers, accounts and their KPI observations."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Index
from sqlmodel import Field, SQLModel

from voc.store.types import json_column, moment


class AccountRow(SQLModel, table=True):
    """A paying organisation."""

    __tablename__ = "account"

    id: str = Field(primary_key=True)
    external_id: str = Field(unique=True)
    name: str | None = None
    plan: str | None = None
    region: str | None = None
    segment: str | None = None
    revenue_per_year: float | None = None
    started_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    renewal_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    churned_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    attributes: dict[str, Any] = json_column()


class CustomerRow(SQLModel, table=True):
    """A person."""

    __tablename__ = "customer"

    id: str = Field(primary_key=True)
    external_id: str = Field(unique=True)
    account_id: str | None = Field(default=None, index=True)
    name: str | None = None
    role: str
    segment: str | None = None
    started_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    churned_on: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    attributes: dict[str, Any] = json_column()


class KpiObservationRow(SQLModel, table=True):
    """One measured KPI value."""

    __tablename__ = "kpi_observation"
    __table_args__ = (Index("ix_kpi_observation_kpi", "kpi", "observed_at"),)

    id: str = Field(primary_key=True)
    kpi: str
    value: float
    observed_at: datetime = moment()
    customer_id: str | None = Field(default=None, index=True)
    account_id: str | None = Field(default=None, index=True)
    feedback_id: str | None = Field(default=None, index=True)
