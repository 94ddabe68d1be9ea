"""Erasures: receipts, and whom nothing is taken in of any more, by keyed hash.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from voc.store.types import UtcMoment

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('erasure',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('started_at', UtcMoment(), nullable=False),
    sa.Column('finished_at', UtcMoment(), nullable=True),
    sa.Column('places', sa.JSON(), nullable=False),
    sa.Column('files_removed', sa.JSON(), nullable=False),
    sa.Column('files_left', sa.JSON(), nullable=False),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_erasure_subject', 'erasure', ['subject'], unique=False)
    op.create_index('ix_erasure_state', 'erasure', ['state'], unique=False)
    op.create_table('tombstone',
    sa.Column('mark', sa.String(), nullable=False),
    sa.Column('erasure_id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('mark')
    )
    op.create_index('ix_tombstone_erasure_id', 'tombstone', ['erasure_id'], unique=False)


def downgrade() -> None:
    op.drop_table('tombstone')
    op.drop_table('erasure')
