"""Customers files: who is who, and nothing set that the row does not say."""

from datetime import date

import pytest

from pipelines.sources.customers_file import read_profiles
from pipelines.sources.reading import Rejected
from pipelines.sources.table import open_table
from voc.customers import Account, Customer, Role
from voc.errors import BadMappingError
from voc.ids import account_id, customer_id


def read(tmp_path, text, mapping=None):
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    return list(read_profiles(open_table(path), mapping))


def test_a_row_with_both_gives_the_person_and_the_organisation_each_with_its_own_facts(tmp_path):
    header = "顧客ID,氏名,役割,顧客区分,利用開始日,解約日,取引先ID,取引先名,プラン,地域,年間売上,契約更新日\n"
    ((customer, account),) = read(tmp_path, header + 'C1,山田,決裁者,法人,2024/4/1,,A1,甲社,Pro,関東,"1,200,000",令和8年10月1日\n')
    assert customer == Customer(
        id=customer_id("C1"),
        external_id="C1",
        account_id=account_id("A1"),
        name="山田",
        role=Role.DECIDER,
        segment="法人",
        started_on=date(2024, 4, 1),
    )
    assert account == Account(
        id=account_id("A1"), external_id="A1", name="甲社", plan="Pro", region="関東", revenue_per_year=1_200_000, renewal_on=date(2026, 10, 1)
    )


def test_without_a_customer_column_everything_is_the_accounts(tmp_path):
    ((account,),) = read(tmp_path, "account_id,name,segment,start,churned,plan\nA1,Acme,smb,2024-01-01,2026-01-01,Pro\n")
    assert account == Account(
        id=account_id("A1"),
        external_id="A1",
        name="Acme",
        segment="smb",
        started_on=date(2024, 1, 1),
        churned_on=date(2026, 1, 1),
        plan="Pro",
    )


def test_an_empty_cell_leaves_its_field_unset_so_it_wipes_nothing_out(tmp_path):
    ((customer,),) = read(tmp_path, "customer_id,name,role,account_id\nC1,,N/A,\n")
    assert customer.model_fields_set == {"id", "external_id"}


def test_other_columns_become_attributes(tmp_path):
    ((customer,),) = read(tmp_path, "customer_id,shoe size\nC1,42\n")
    assert customer.attributes == {"shoe size": "42"}


@pytest.mark.parametrize(("cell", "role"), [("利用者", "user"), ("管理者", "admin"), ("購買", "buyer"), ("決裁者", "decider"), ("Admin", "admin")])
def test_roles_are_read_in_both_languages(tmp_path, cell, role):
    ((customer,),) = read(tmp_path, f"customer_id,role\nC1,{cell}\n")
    assert customer.role == role


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",A1,,,,", "customer_id", "empty_text"),
        ("C1,A1,-5,,,", "revenue", "out_of_range"),
        ("C1,A1,many,,,", "revenue", "not_a_number"),
        ("C1,A1,,2025-02-29,,", "start", "bad_date"),
        ("C1,A1,,2026-01-02,2026-01-01,", "churned", "bad_date"),
        ("C1,A1,,,,emperor", "role", "out_of_range"),
        ("C1,A1", "", "bad_row"),
    ],
)
def test_a_bad_row_is_rejected_with_its_column(tmp_path, row, column, code):
    good, bad = read(tmp_path, f"customer_id,account_id,revenue,start,churned,role\nC0,A0,1,,,\n{row}\n")
    assert len(good) == 2
    assert isinstance(bad, Rejected)
    assert (bad.line, bad.column, bad.code) == (3, column, code)


def test_a_mapping_overrides_the_headers(tmp_path):
    ((customer, account),) = read(tmp_path, "who,firm,x\nC1,A1,Pro\n", "customer=who,account=firm,plan=x")
    assert (customer.external_id, account.plan) == ("C1", "Pro")


def test_a_file_that_names_nobody_and_unknown_roles_are_refused(tmp_path):
    with pytest.raises(BadMappingError, match="a, b"):
        read(tmp_path, "a,b\n1,2\n")
    with pytest.raises(BadMappingError, match="renewal"):
        read(tmp_path, "a,b\n1,2\n", "client=a")
