"""Dry runs: they say what would be taken in and why not, and store nothing; taken in for good, the same counts hold."""

from pathlib import Path

import pytest

from tests.support.commands import here, said_here

CUSTOMERS = """external_id,account,role,started_on,email
c1,a1,decider,2025-04-01,one@example.com
c2,a1,user,not a day,two@example.com
c3,a2,user,2025-05-01,three@example.com
"""
KPIS = """kpi,value,observed_at,customer_id
nps,9,2026-05-01,c1
nps,11,2026-05-01,c1
mood,5,2026-05-01,c1
csat,4,2026-05-02,c2
"""


@pytest.mark.parametrize(
    ("command", "text", "good", "rejected", "stored"),
    [(("customers", "import"), CUSTOMERS, 2, 1, "customers"), (("kpis", "import"), KPIS, 2, 2, "kpis")],
)
def test_a_dry_run_counts_and_stores_nothing(
    tmp_path: Path, command: tuple[str, ...], text: str, good: int, rejected: int, stored: str
) -> None:
    data, file = tmp_path / "data", tmp_path / "file.csv"
    file.write_text(text, encoding="utf-8")
    dry = said_here(data, *command, str(file), "--dry-run")
    assert (dry["rows"], dry["good"], dry["rejected"]) == (good + rejected, good, rejected)
    assert len(dry["problems"]) == rejected
    assert all(problem["line"] > 1 and problem["reason"] for problem in dry["problems"])
    assert not (data / "rejects").exists()
    spoken = here(data, *command, str(file), "--dry-run").stdout
    assert all(f"line {problem['line']}" in spoken and problem["reason"] in spoken for problem in dry["problems"])
    assert "[{" not in spoken
    assert not any(file.is_file() for file in data.rglob("*")), "nothing is stored, not even an empty database"
    real = said_here(data, *command, str(file))
    assert (real["rows"], real["rejected"]) == (dry["rows"], dry["rejected"])
    assert any(said_here(data, "status")[stored].values())
    assert Path(real["rejects_file"]).is_file()
    again = said_here(data, *command, str(file), "--dry-run")
    assert (again["good"], again["rejected"]) == (good, rejected)


def test_a_dry_run_of_a_mapping_table_proposes_nothing(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "mapping.csv"
    file.write_text("source,source_id,customer_id\nhelp,h1,c1\nhelp,,c1\n", encoding="utf-8")
    customers = tmp_path / "customers.csv"
    customers.write_text("customer_id\nc1\nh1\n", encoding="utf-8")
    said_here(data, "customers", "import", str(customers))
    dry = said_here(data, "customers", "map", str(file), "--dry-run")
    assert (dry["rows"], dry["good"], dry["rejected"], dry["problems"][0]["line"]) == (2, 1, 1, 3)
    assert said_here(data, "customers", "merges")["proposals"] == []
    assert said_here(data, "customers", "map", str(file)) == dry
    (pair,) = said_here(data, "customers", "merges")["proposals"]
    assert pair["reasons"] == ["mapping"]
