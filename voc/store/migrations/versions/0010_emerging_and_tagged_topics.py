"""Looks for emerging topics, and the tag that stands in a topic's place.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('topic_look',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('tested', sa.Integer(), nullable=False),
    sa.Column('found', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('day')
    )
    with op.batch_alter_table('topic') as topic:
        topic.add_column(sa.Column('taxonomy', sa.String(), nullable=True))
        topic.add_column(sa.Column('tag', sa.String(), nullable=True))


def downgrade() -> None:
    """A topic in whose place a tag stood is hidden; what the tag was made from stays with the topic."""
    op.execute("UPDATE topic SET state = 'excluded' WHERE state = 'tagged'")
    with op.batch_alter_table('topic') as topic:
        topic.drop_column('tag')
        topic.drop_column('taxonomy')
    op.drop_table('topic_look')
