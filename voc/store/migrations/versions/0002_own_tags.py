"""Users' own taxonomies, what was learnt for them, and people's corrections of tags.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from voc.store.types import UtcMoment

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('taxonomy',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('imported_at', UtcMoment(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('learnt_tags',
    sa.Column('taxonomy', sa.String(), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('encoder', sa.String(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('weights', sa.LargeBinary(), nullable=False),
    sa.Column('config', sa.JSON(), nullable=False),
    sa.Column('quality', sa.JSON(), nullable=False),
    sa.Column('learnt_at', UtcMoment(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('taxonomy', 'version')
    )
    op.create_table('tag_correction',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('feedback_id', sa.String(), nullable=False),
    sa.Column('tag', sa.String(), nullable=False),
    sa.Column('given', sa.Boolean(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', UtcMoment(), nullable=False),
    sa.PrimaryKeyConstraint('number')
    )
    op.create_index('ix_tag_correction_feedback_id', 'tag_correction', ['feedback_id'], unique=False)


def downgrade() -> None:
    op.drop_table('tag_correction')
    op.drop_table('learnt_tags')
    op.drop_table('taxonomy')
