"""People: what they are known by, merges, history of profiles, weights of roles; journey stage of comments."""

import sqlalchemy as sa
from alembic import op

from voc.journey import touchpoint_stage
from voc.store.types import UtcMoment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity",
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "kind", "value", "source"),
    )
    op.create_index("ix_identity_value", "identity", ["kind", "value"])
    op.create_table(
        "customer_merge",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.String(), nullable=False),
        sa.Column("gone_id", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("filled", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at", UtcMoment(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_customer_merge_kept_id", "customer_merge", ["kept_id"])
    op.create_index("ix_customer_merge_gone_id", "customer_merge", ["gone_id"])
    op.create_table(
        "customer_merge_move",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("row_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", "noun", "row_id"),
    )
    op.create_table(
        "profile_change",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("noun", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("new", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_profile_change_subject_id", "profile_change", ["subject_id"])
    op.create_table(
        "role_weights",
        sa.Column("account_id", sa.String(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("decider", "buyer", "admin", "user")),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UtcMoment(), nullable=False),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.add_column("feedback", sa.Column("journey_stage", sa.String(), nullable=True))
    op.add_column("feedback", sa.Column("touchpoint_stage", sa.String(), nullable=True))
    _stage_touchpoints()


def _stage_touchpoints() -> None:
    feedback = sa.table("feedback", sa.column("touchpoint"), sa.column("touchpoint_stage"))
    connection = op.get_bind()
    for (name,) in connection.execute(sa.select(feedback.c.touchpoint).distinct()).all():
        stage = touchpoint_stage(name)
        if stage is not None:
            connection.execute(sa.update(feedback).where(feedback.c.touchpoint == name).values(touchpoint_stage=stage.value))


def downgrade() -> None:
    op.drop_column("feedback", "touchpoint_stage")
    op.drop_column("feedback", "journey_stage")
    for name in ("role_weights", "profile_change", "customer_merge_move", "customer_merge", "identity"):
        op.drop_table(name)
