"""What people said in audits of the tagger.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from voc.store.types import UtcMoment

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_answer',
    sa.Column('feedback_id', sa.String(), nullable=False),
    sa.Column('drawn_for', sa.String(), nullable=True),
    sa.Column('tags', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', UtcMoment(), nullable=False),
    sa.PrimaryKeyConstraint('feedback_id')
    )


def downgrade() -> None:
    op.drop_table('audit_answer')
