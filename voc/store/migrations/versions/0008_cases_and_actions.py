"""Cases of the queue, actions with their changes, and experiment assignments.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from voc.store.types import UtcMoment

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_step',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('subject_id', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=True),
    sa.Column('due', sa.Date(), nullable=True),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', UtcMoment(), nullable=False),
    sa.Column('undone_by', sa.String(), nullable=True),
    sa.Column('undone_at', UtcMoment(), nullable=True),
    sa.PrimaryKeyConstraint('number')
    )
    op.create_index(op.f('ix_case_step_subject_id'), 'case_step', ['subject_id'], unique=False)
    op.create_table('action',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('plan', sa.JSON(), nullable=False),
    sa.Column('retrospective', sa.Boolean(), nullable=False),
    sa.Column('owner', sa.String(), nullable=True),
    sa.Column('due', sa.Date(), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('created_by', sa.String(), nullable=False),
    sa.Column('created_at', UtcMoment(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('action_edit',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('action_id', sa.String(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', UtcMoment(), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('number')
    )
    op.create_index(op.f('ix_action_edit_action_id'), 'action_edit', ['action_id'], unique=False)
    op.create_table('experiment_assignment',
    sa.Column('experiment', sa.String(), nullable=False),
    sa.Column('subject_id', sa.String(), nullable=False),
    sa.Column('arm', sa.String(), nullable=False),
    sa.Column('exposed_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('experiment', 'subject_id')
    )


def downgrade() -> None:
    op.drop_table('experiment_assignment')
    op.drop_index(op.f('ix_action_edit_action_id'), table_name='action_edit')
    op.drop_table('action_edit')
    op.drop_table('action')
    op.drop_index(op.f('ix_case_step_subject_id'), table_name='case_step')
    op.drop_table('case_step')
