"""Topics that outlive the fit which found them, proposals about them, and the edits people made.

The topics and assignments of the current run become the first durable ones; those of earlier runs, which nothing showed any more, go.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from voc.store.types import UtcMoment

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

TAKE_OVER = (
    """INSERT INTO topic_run (id, model_version, encoder, parameters, sentences, finished_at)
        SELECT id, model_version, '', parameters, assigned + unassigned, finished_at FROM old_topic_run WHERE current""",
    """INSERT INTO topic (id, name, keywords, example_ids, centroid, state, pinned, parents)
        SELECT t.id, t.name, t.keywords, t.example_ids, t.centroid, 'active', false, '[]'
        FROM old_topic t JOIN old_topic_run r ON r.id = t.run_id WHERE r.current""",
    """INSERT INTO topic_assignment (feedback_id, position, topic_id, similarity, settled, by_person)
        SELECT a.feedback_id, a.position, a.topic_id, a.similarity, true, false
        FROM old_topic_assignment a JOIN old_topic_run r ON r.id = a.run_id WHERE r.current""",
)

LATEST = '(SELECT id FROM new_topic_run ORDER BY finished_at DESC, id LIMIT 1)'
GIVE_BACK = (
    f"""INSERT INTO topic_run (id, model_version, parameters, assigned, unassigned, finished_at, current)
        SELECT id, model_version, parameters, (SELECT count(topic_id) FROM new_topic_assignment),
               (SELECT count(*) - count(topic_id) FROM new_topic_assignment), finished_at, true
        FROM new_topic_run WHERE id = {LATEST}""",
    f"""INSERT INTO topic (run_id, id, name, keywords, example_ids, size, centroid)
        SELECT {LATEST}, id, name, keywords, example_ids,
               (SELECT count(*) FROM new_topic_assignment a WHERE a.topic_id = t.id), centroid
        FROM new_topic t WHERE state = 'active' AND EXISTS (SELECT 1 FROM new_topic_run)""",
    f"""INSERT INTO topic_assignment (run_id, feedback_id, position, topic_id, similarity)
        SELECT {LATEST}, feedback_id, position, topic_id, similarity
        FROM new_topic_assignment WHERE EXISTS (SELECT 1 FROM new_topic_run)""",
)


def upgrade() -> None:
    op.drop_index('ix_topic_run_current', table_name='topic_run')
    op.drop_index('ix_topic_assignment_topic', table_name='topic_assignment')
    op.drop_index('ix_topic_assignment_feedback_id', table_name='topic_assignment')
    for name in ('topic', 'topic_assignment', 'topic_run'):
        op.rename_table(name, f'old_{name}')
        if op.get_bind().dialect.name == 'postgresql':  # the index of the primary key keeps its name and would be in the way
            op.execute(f'ALTER INDEX {name}_pkey RENAME TO old_{name}_pkey')
    op.create_table('topic_run',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('model_version', sa.String(), nullable=False),
    sa.Column('encoder', sa.String(), nullable=False),
    sa.Column('parameters', sa.JSON(), nullable=False),
    sa.Column('sentences', sa.Integer(), nullable=False),
    sa.Column('finished_at', UtcMoment(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('topic',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('keywords', sa.JSON(), nullable=False),
    sa.Column('example_ids', sa.JSON(), nullable=False),
    sa.Column('centroid', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('named_by', sa.String(), nullable=True),
    sa.Column('pinned', sa.Boolean(), nullable=False),
    sa.Column('parents', sa.JSON(), nullable=False),
    sa.Column('merged_into', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('topic_assignment',
    sa.Column('feedback_id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('topic_id', sa.String(), nullable=True),
    sa.Column('similarity', sa.Float(), nullable=False),
    sa.Column('settled', sa.Boolean(), nullable=False),
    sa.Column('by_person', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('feedback_id', 'position')
    )
    op.create_index('ix_topic_assignment_topic_id', 'topic_assignment', ['topic_id'], unique=False)
    op.create_table('topic_proposal',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('run_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('topic_ids', sa.JSON(), nullable=False),
    sa.Column('parts', sa.JSON(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('decided_by', sa.String(), nullable=True),
    sa.Column('decided_at', UtcMoment(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_topic_proposal_run_id', 'topic_proposal', ['run_id'], unique=False)
    op.create_index('ix_topic_proposal_state', 'topic_proposal', ['state'], unique=False)
    op.create_table('topic_edit',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('change', sa.JSON(), nullable=False),
    sa.Column('topic_ids', sa.JSON(), nullable=False),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', UtcMoment(), nullable=False),
    sa.Column('proposal_id', sa.String(), nullable=True),
    sa.Column('undone_by', sa.String(), nullable=True),
    sa.Column('undone_at', UtcMoment(), nullable=True),
    sa.PrimaryKeyConstraint('number')
    )
    for statement in TAKE_OVER:
        op.execute(statement)
    for name in ('topic', 'topic_assignment', 'topic_run'):
        op.drop_table(f'old_{name}')


def downgrade() -> None:
    """Make one run of what stands; edits and proposals have no place before this revision and go."""
    for name in ('topic_edit', 'topic_proposal'):
        op.drop_table(name)
    op.drop_index('ix_topic_assignment_topic_id', table_name='topic_assignment')
    for name in ('topic', 'topic_assignment', 'topic_run'):
        op.rename_table(name, f'new_{name}')
        if op.get_bind().dialect.name == 'postgresql':
            op.execute(f'ALTER INDEX {name}_pkey RENAME TO new_{name}_pkey')
    op.create_table('topic_run',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('model_version', sa.String(), nullable=False),
    sa.Column('parameters', sa.JSON(), nullable=False),
    sa.Column('assigned', sa.Integer(), nullable=False),
    sa.Column('unassigned', sa.Integer(), nullable=False),
    sa.Column('finished_at', UtcMoment(), nullable=False),
    sa.Column('current', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_topic_run_current', 'topic_run', ['current'], unique=False)
    op.create_table('topic',
    sa.Column('run_id', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('keywords', sa.JSON(), nullable=False),
    sa.Column('example_ids', sa.JSON(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('centroid', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('run_id', 'id')
    )
    op.create_table('topic_assignment',
    sa.Column('run_id', sa.String(), nullable=False),
    sa.Column('feedback_id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('topic_id', sa.String(), nullable=True),
    sa.Column('similarity', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('run_id', 'feedback_id', 'position')
    )
    op.create_index('ix_topic_assignment_feedback_id', 'topic_assignment', ['feedback_id'], unique=False)
    op.create_index('ix_topic_assignment_topic', 'topic_assignment', ['run_id', 'topic_id'], unique=False)
    for statement in GIVE_BACK:
        op.execute(statement)
    for name in ('topic', 'topic_assignment', 'topic_run'):
        op.drop_table(f'new_{name}')
