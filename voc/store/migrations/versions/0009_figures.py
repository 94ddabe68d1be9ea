"""Figures: published numbers with an address, and the comments they rest on.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from voc.store.types import UtcMoment

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('figure',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('query', sa.JSON(), nullable=False),
    sa.Column('numbers', sa.JSON(), nullable=False),
    sa.Column('versions', sa.JSON(), nullable=False),
    sa.Column('evidence_digest', sa.String(), nullable=False),
    sa.Column('evidence_count', sa.Integer(), nullable=False),
    sa.Column('as_of', UtcMoment(), nullable=False),
    sa.Column('erased', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_figure_kind', 'figure', ['kind'], unique=False)
    op.create_index('ix_figure_evidence_digest', 'figure', ['evidence_digest'], unique=False)
    op.create_table('figure_evidence',
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('ids', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('digest')
    )


def downgrade() -> None:
    op.drop_table('figure_evidence')
    op.drop_table('figure')
