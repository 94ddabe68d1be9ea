"""Customers file: rows become customers and accounts.

In a file with a customer column, name, e-mail, role, segment, start and churn belong to the customer and plan, region, revenue, renewal and
account name to the account; in a file without one everything belongs to the account. Invariants: every row gives at least one value or
one ``Rejected``; only what stands in the row is set, so an empty cell never wipes out what is known.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from pipelines.sources.cells import is_no_answer, parse_day, parse_email, parse_number
from pipelines.sources.column_names import EMAIL_NAMES, squeezed
from pipelines.sources.headers import find_column
from pipelines.sources.mapping import column_name, role_entries
from pipelines.sources.reading import MAX_METADATA_CHARS, MAX_METADATA_KEYS, Rejected, cell, rejected_cell, rejected_problem
from pipelines.sources.rows import RowProblem, Table, TableRow
from voc.customers import Account, Customer, Role
from voc.errors import BadDateError, BadMappingError, EmptyTextError, InputError, OutOfRangeError
from voc.ids import account_id, customer_id
from voc.kpis import Kpi, check_range

ROLES = (
    *("customer", "account", "account_name", "name", "email", "role", "segment"),
    *("plan", "region", "revenue", "renewal", "start", "churned"),
)

HEADERS: dict[str, tuple[str, ...]] = {
    "customer": (
        *("customerid", "customer", "userid", "memberid", "contactid"),
        *("顧客id", "顧客番号", "顧客コード", "会員番号", "会員id", "ユーザーid", "ユーザid", "お客様番号"),
    ),
    "account": (
        *("accountid", "account", "organizationid", "organization", "organisation", "companyid", "company"),
        *("取引先id", "取引先コード", "取引先", "会社id", "企業id", "契約id", "会社名", "企業名", "法人名"),
    ),
    "account_name": ("accountname", "companyname", "organizationname", "取引先名", "会社名", "企業名", "法人名"),
    "name": ("name", "customername", "fullname", "氏名", "名前", "顧客名", "お名前", "名称"),
    "email": EMAIL_NAMES,
    "role": ("role", "jobrole", "役割", "担当区分", "立場"),
    "segment": ("segment", "customersegment", "セグメント", "顧客区分", "区分", "会員種別"),
    "plan": ("plan", "tier", "プラン", "契約プラン"),
    "region": ("region", "area", "地域", "エリア", "都道府県"),
    "revenue": ("revenue", "revenueperyear", "annualrevenue", "arr", "年間売上", "売上", "年間契約額", "契約金額", "年額"),
    "renewal": ("renewal", "renewaldate", "renewalon", "renewson", "更新日", "契約更新日", "更新予定日"),
    "start": ("start", "startdate", "startedon", "since", "signupdate", "開始日", "契約開始日", "利用開始日", "登録日", "入会日"),
    "churned": ("churned", "churnedon", "churndate", "cancelledon", "解約日", "退会日", "契約終了日"),
}
ROLE_NAMES: dict[str, Role] = {
    **{role.value: role for role in Role},
    **dict.fromkeys(("利用者", "ユーザー"), Role.USER),
    **dict.fromkeys(("管理者", "administrator"), Role.ADMIN),
    **dict.fromkeys(("購買", "購買担当"), Role.BUYER),
    **dict.fromkeys(("決裁者", "決裁", "decisionmaker"), Role.DECIDER),
    **dict.fromkeys(("不明",), Role.UNKNOWN),
}



class EmailOf(NamedTuple):
    """The e-mail address of a customer; hashed before anything of it is kept."""

    customer_id: str
    address: str


Profile = Customer | Account | EmailOf


def read_profiles(table: Table, mapping: str | None = None) -> Iterator[list[Profile] | Rejected]:
    """Return the customer and the account of each row, in file order.

    Parameters
    ----------
    table
        The opened file.
    mapping
        ``customer=COL,account=COL,role=COL,…``; left out: found by the headers.

    Raises
    ------
    BadMappingError
        If the mapping does not fit, or neither a customer nor an account column is there.
    BadFileError
        If the file cannot be read any further.
    """
    columns = profile_columns(table.columns, mapping)
    used = frozenset(columns.values())
    for row in table.rows():
        yield rejected_problem(row) if isinstance(row, RowProblem) else _read(row, columns, used)


def profile_columns(columns: tuple[str, ...], mapping: str | None) -> dict[str, str]:
    """Return the column of each role that has one.

    Raises
    ------
    BadMappingError
        As ``read_profiles``.
    """
    found = _guessed(columns) if mapping is None else _named(columns, mapping)
    if "customer" not in found and "account" not in found:
        there = ", ".join(columns[:100])
        raise BadMappingError(f"No column holds customer or account ids; name one: --map customer=COL or account=COL. Columns: {there}.")
    return found


def _named(columns: tuple[str, ...], mapping: str) -> dict[str, str]:
    return {
        role: find_column(column_name(value, role=role), columns=columns, role=role) for role, value in role_entries(mapping, known=ROLES)
    }


def _guessed(columns: tuple[str, ...]) -> dict[str, str]:
    by_name = {squeezed(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for role in ROLES:
        column = next((by_name[name] for name in HEADERS[role] if name in by_name and by_name[name] not in found.values()), None)
        if column is not None:
            found[role] = column
    return found


def _read(row: TableRow, columns: dict[str, str], used: frozenset[str]) -> list[Profile] | Rejected:
    facts: dict[str, Any] = {}
    for role, column in columns.items():
        try:
            value = _parse(role, row.cells.get(column, ""))
        except InputError as error:
            return rejected_cell(row, column, error)
        if value is not None:
            facts[role] = value
    try:
        return _profiles(facts, _attributes(row, used), with_customers="customer" in columns)
    except InputError as error:
        return rejected_cell(row, columns.get(error.field or "", ""), error)


def _parse(role: str, text: str) -> object | None:
    parse: Callable[[str], object | None] = {
        "revenue": _revenue,
        "renewal": parse_day,
        "start": parse_day,
        "churned": parse_day,
        "role": _role,
        "email": parse_email,
    }.get(role, _plain)
    return parse(text)


def _plain(text: str) -> str | None:
    return None if is_no_answer(text) else text.strip()


def _revenue(text: str) -> float | None:
    value = parse_number(text, money=True)
    return None if value is None else check_range(Kpi.REVENUE, value)


def _role(text: str) -> Role | None:
    if is_no_answer(text):
        return None
    found = ROLE_NAMES.get(squeezed(text))
    if found is None:
        raise OutOfRangeError("The role is not known; known are user, admin, buyer, decider, 利用者, 管理者, 購買, 決裁者.")
    return found


def _profiles(facts: dict[str, Any], attributes: dict[str, str], *, with_customers: bool) -> list[Profile]:
    _check_order(facts.get("start"), facts.get("churned"))
    if not with_customers:
        return [_account(facts, attributes, own=True)]
    if "customer" not in facts:
        raise EmptyTextError("The row names no customer.", field="customer")
    customer = _customer(facts, attributes)
    found: list[Profile] = [customer, _account(facts, {}, own=False)] if "account" in facts else [customer]
    return [*found, EmailOf(customer.id, facts["email"])] if "email" in facts else found


def _check_order(start: date | None, churned: date | None) -> None:
    if start and churned and churned < start:
        raise BadDateError("The end lies before the start.", field="churned")


def _customer(facts: dict[str, Any], attributes: dict[str, str]) -> Customer:
    given = _given(facts, {"name": "name", "role": "role", "segment": "segment", "start": "started_on", "churned": "churned_on"})
    if "account" in facts:
        given["account_id"] = account_id(facts["account"])
    if attributes:
        given["attributes"] = attributes
    return Customer(id=customer_id(facts["customer"]), external_id=facts["customer"], **given)


def _account(facts: dict[str, Any], attributes: dict[str, str], *, own: bool) -> Account:
    """Return the account; ``own`` where the row is about nothing else, so that name, segment, start and churn are its."""
    if "account" not in facts:
        raise EmptyTextError("The row names no account.", field="account")
    fields = {"plan": "plan", "region": "region", "revenue": "revenue_per_year", "renewal": "renewal_on"}
    if own:
        fields |= {"name": "name", "segment": "segment", "start": "started_on", "churned": "churned_on"}
    given = _given(facts, fields | {"account_name": "name"})
    if attributes:
        given["attributes"] = attributes
    return Account(id=account_id(facts["account"]), external_id=facts["account"], **given)


def _given(facts: dict[str, Any], fields: dict[str, str]) -> dict[str, Any]:
    return {field: facts[role] for role, field in fields.items() if role in facts}


def _attributes(row: TableRow, used: frozenset[str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for column in row.cells:
        value = None if column in used else cell(row.cells, column)
        if value and len(kept) < MAX_METADATA_KEYS:
            kept[column] = value[:MAX_METADATA_CHARS]
    return kept
