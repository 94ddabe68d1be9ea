"""Merged accounts: decisions and identities are of customers or accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOVED = {"feedback": "account_id", "kpi_observation": "account_id", "customer": "account_id", "case_step": "subject_id"}
KEYS = {"case_step": "number"}


def upgrade() -> None:
    _rename("customer", "profile")
    op.add_column("profile_merge", sa.Column("noun", sa.String(), nullable=False, server_default="customer"))
    op.execute("ALTER TABLE identity RENAME COLUMN customer_id TO profile_id")


def _rename(before: str, after: str) -> None:
    for column in ("kept_id", "gone_id"):
        op.drop_index(f"ix_{before}_merge_{column}", f"{before}_merge")
    op.rename_table(f"{before}_merge", f"{after}_merge")
    op.rename_table(f"{before}_merge_move", f"{after}_merge_move")
    for column in ("kept_id", "gone_id"):
        op.create_index(f"ix_{after}_merge_{column}", f"{after}_merge", [column])


def downgrade() -> None:
    """Give back what accounts were given by merges, the latest first; facts that a kept profile got stay with it."""
    _give_back()
    op.execute("DELETE FROM profile_merge_move WHERE number IN (SELECT number FROM profile_merge WHERE noun = 'account')")
    op.execute("DELETE FROM profile_merge WHERE noun = 'account'")
    op.execute("DELETE FROM identity WHERE profile_id LIKE 'ac!_%' ESCAPE '!'")
    op.execute("ALTER TABLE identity RENAME COLUMN profile_id TO customer_id")
    op.drop_column("profile_merge", "noun")
    _rename("profile", "customer")


def _give_back() -> None:
    connection = op.get_bind()
    merge = sa.table("profile_merge", *(sa.column(name) for name in ("number", "noun", "kept_id", "gone_id", "state", "undone_at")))
    move = sa.table("profile_merge_move", *(sa.column(name) for name in ("number", "noun", "row_id")))
    stands = sa.and_(merge.c.noun == "account", merge.c.state == "accepted", merge.c.undone_at.is_(None))
    for row in connection.execute(sa.select(merge).where(stands).order_by(merge.c.number.desc())).all():
        for noun, column in MOVED.items():
            key = KEYS.get(noun, "id")
            target = sa.table(noun, sa.column(key), sa.column(column))
            moved = sa.select(move.c.row_id).where(move.c.number == row.number, move.c.noun == noun)
            mine = sa.and_(sa.cast(target.c[key], sa.String()).in_(moved), target.c[column] == row.kept_id)
            connection.execute(sa.update(target).where(mine).values({column: row.gone_id}))
