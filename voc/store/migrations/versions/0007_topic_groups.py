"""Names of topics by language, and groups of topics.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('topic_group',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('named_by', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('topic') as topic:
        topic.add_column(sa.Column('names', sa.JSON(), nullable=False, server_default='{}'))
        topic.add_column(sa.Column('group_id', sa.String(), nullable=True))
        topic.add_column(sa.Column('group_by_person', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('topic') as topic:
        topic.alter_column('names', server_default=None)
        topic.alter_column('group_by_person', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('topic') as topic:
        topic.drop_column('group_by_person')
        topic.drop_column('group_id')
        topic.drop_column('names')
    op.drop_table('topic_group')
