"""First tables.

Revision ID: 0001
Revises: none
"""

import sqlalchemy as sa
from alembic import op

from voc.store.types import UtcMoment

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('plan', sa.String(), nullable=True),
    sa.Column('region', sa.String(), nullable=True),
    sa.Column('segment', sa.String(), nullable=True),
    sa.Column('revenue_per_year', sa.Float(), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('renewal_on', sa.Date(), nullable=True),
    sa.Column('churned_on', sa.Date(), nullable=True),
    sa.Column('attributes', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('external_id')
    )
    op.create_table('alert',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('rule_id', sa.String(), nullable=False),
    sa.Column('issue_kind', sa.String(), nullable=False),
    sa.Column('issue_id', sa.String(), nullable=False),
    sa.Column('issue_name', sa.String(), nullable=False),
    sa.Column('accounts', sa.Integer(), nullable=False),
    sa.Column('threshold', sa.Integer(), nullable=False),
    sa.Column('window_from', UtcMoment(), nullable=False),
    sa.Column('window_to', UtcMoment(), nullable=False),
    sa.Column('evidence', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('changed_by', sa.String(), nullable=True),
    sa.Column('changed_at', UtcMoment(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_alert_state'), ['state'], unique=False)

    op.create_table('api_key',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('prefix', sa.String(), nullable=False),
    sa.Column('secret_hash', sa.String(), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('created_at', UtcMoment(), nullable=False),
    sa.Column('last_used_at', UtcMoment(), nullable=True),
    sa.Column('revoked_at', UtcMoment(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('secret_hash')
    )
    op.create_table('attempt',
    sa.Column('feedback_id', sa.String(), nullable=False),
    sa.Column('model_version', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('crashes', sa.Integer(), nullable=False),
    sa.Column('dead', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('changed_at', UtcMoment(), nullable=False),
    sa.PrimaryKeyConstraint('feedback_id', 'model_version')
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_dead'), ['dead'], unique=False)

    op.create_table('customer',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=False),
    sa.Column('account_id', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('segment', sa.String(), nullable=True),
    sa.Column('started_on', sa.Date(), nullable=True),
    sa.Column('churned_on', sa.Date(), nullable=True),
    sa.Column('attributes', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('external_id')
    )
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_customer_account_id'), ['account_id'], unique=False)

    op.create_table('driver',
    sa.Column('kpi', sa.String(), nullable=False),
    sa.Column('issue_kind', sa.String(), nullable=False),
    sa.Column('issue_id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('run_id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('kpi', 'issue_kind', 'issue_id')
    )
    op.create_table('enrichment',
    sa.Column('feedback_id', sa.String(), nullable=False),
    sa.Column('model_version', sa.String(), nullable=False),
    sa.Column('sentiment_label', sa.String(), nullable=False),
    sa.Column('sentiment_score', sa.Float(), nullable=False),
    sa.Column('sentiment_confidence', sa.Float(), nullable=False),
    sa.Column('sentiment_abstained', sa.Boolean(), nullable=False),
    sa.Column('intent', sa.String(), nullable=False),
    sa.Column('intents', sa.JSON(), nullable=False),
    sa.Column('urgency', sa.String(), nullable=False),
    sa.Column('churn', sa.Float(), nullable=False),
    sa.Column('abusive', sa.Float(), nullable=False),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('truncated', sa.Boolean(), nullable=False),
    sa.Column('models', sa.JSON(), nullable=False),
    sa.Column('computed_at', UtcMoment(), nullable=False),
    sa.PrimaryKeyConstraint('feedback_id', 'model_version')
    )
    with op.batch_alter_table('enrichment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enrichment_intent'), ['intent'], unique=False)
        batch_op.create_index(batch_op.f('ix_enrichment_sentiment_label'), ['sentiment_label'], unique=False)

    op.create_table('feedback',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('source_name', sa.String(), nullable=False),
    sa.Column('external_id', sa.String(), nullable=True),
    sa.Column('verbatim', sa.Text(), nullable=False),
    sa.Column('spans', sa.JSON(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('submitted_at', UtcMoment(), nullable=False),
    sa.Column('received_at', UtcMoment(), nullable=False),
    sa.Column('timezone_assumed', sa.Boolean(), nullable=False),
    sa.Column('customer_id', sa.String(), nullable=True),
    sa.Column('account_id', sa.String(), nullable=True),
    sa.Column('segment', sa.String(), nullable=True),
    sa.Column('product', sa.String(), nullable=True),
    sa.Column('touchpoint', sa.String(), nullable=True),
    sa.Column('scores', sa.JSON(), nullable=False),
    sa.Column('attributes', sa.JSON(), nullable=False),
    sa.Column('redactions', sa.JSON(), nullable=False),
    sa.Column('no_signal', sa.Boolean(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.Column('text_hash', sa.String(), nullable=False),
    sa.Column('duplicate_of', sa.String(), nullable=True),
    sa.Column('compared', sa.Boolean(), nullable=False),
    sa.Column('handled_version', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('feedback', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feedback_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_feedback_compared'), ['compared'], unique=False)
        batch_op.create_index(batch_op.f('ix_feedback_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_feedback_duplicate_of'), ['duplicate_of'], unique=False)
        batch_op.create_index('ix_feedback_handled', ['handled_version', 'received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_feedback_source'), ['source'], unique=False)
        batch_op.create_index(batch_op.f('ix_feedback_source_name'), ['source_name'], unique=False)
        batch_op.create_index('ix_feedback_submitted', ['submitted_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_feedback_text_hash'), ['text_hash'], unique=False)

    op.create_table('feedback_band',
    sa.Column('band', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('feedback_id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('band', 'feedback_id')
    )
    with op.batch_alter_table('feedback_band', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feedback_band_feedback_id'), ['feedback_id'], unique=False)

    op.create_table('feedback_tag',
    sa.Column('tag', sa.String(), nullable=False),
    sa.Column('model_version', sa.String(), nullable=False),
    sa.Column('feedback_id', sa.String(), nullable=False),
    sa.Column('score', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('tag', 'model_version', 'feedback_id')
    )
    with op.batch_alter_table('feedback_tag', schema=None) as batch_op:
        batch_op.create_index('ix_feedback_tag_feedback', ['feedback_id'], unique=False)

    op.create_table('file_import',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('file_name', sa.String(), nullable=False),
    sa.Column('source_name', sa.String(), nullable=False),
    sa.Column('started_at', UtcMoment(), nullable=False),
    sa.Column('finished_at', UtcMoment(), nullable=True),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('new', sa.Integer(), nullable=False),
    sa.Column('duplicate', sa.Integer(), nullable=False),
    sa.Column('rejected', sa.Integer(), nullable=False),
    sa.Column('rejects_file', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('idempotency_key',
    sa.Column('scope', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('feedback_id', sa.String(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('scope', 'key')
    )
    op.create_table('kpi_observation',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('kpi', sa.String(), nullable=False),
    sa.Column('value', sa.Float(), nullable=False),
    sa.Column('observed_at', UtcMoment(), nullable=False),
    sa.Column('customer_id', sa.String(), nullable=True),
    sa.Column('account_id', sa.String(), nullable=True),
    sa.Column('feedback_id', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('kpi_observation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_kpi_observation_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_kpi_observation_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_kpi_observation_feedback_id'), ['feedback_id'], unique=False)
        batch_op.create_index('ix_kpi_observation_kpi', ['kpi', 'observed_at'], unique=False)

    op.create_table('run',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('started_at', UtcMoment(), nullable=False),
    sa.Column('finished_at', UtcMoment(), nullable=True),
    sa.Column('model_version', sa.String(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('sentence',
    sa.Column('feedback_id', sa.String(), nullable=False),
    sa.Column('model_version', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('sentiment_label', sa.String(), nullable=False),
    sa.Column('sentiment_score', sa.Float(), nullable=False),
    sa.Column('sentiment_confidence', sa.Float(), nullable=False),
    sa.Column('sentiment_abstained', sa.Boolean(), nullable=False),
    sa.Column('intent', sa.String(), nullable=False),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('feedback_id', 'model_version', 'position')
    )
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
    with op.batch_alter_table('topic_assignment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_topic_assignment_feedback_id'), ['feedback_id'], unique=False)
        batch_op.create_index('ix_topic_assignment_topic', ['run_id', 'topic_id'], unique=False)

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
    with op.batch_alter_table('topic_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_topic_run_current'), ['current'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('topic_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_topic_run_current'))

    op.drop_table('topic_run')
    with op.batch_alter_table('topic_assignment', schema=None) as batch_op:
        batch_op.drop_index('ix_topic_assignment_topic')
        batch_op.drop_index(batch_op.f('ix_topic_assignment_feedback_id'))

    op.drop_table('topic_assignment')
    op.drop_table('topic')
    op.drop_table('sentence')
    op.drop_table('run')
    with op.batch_alter_table('kpi_observation', schema=None) as batch_op:
        batch_op.drop_index('ix_kpi_observation_kpi')
        batch_op.drop_index(batch_op.f('ix_kpi_observation_feedback_id'))
        batch_op.drop_index(batch_op.f('ix_kpi_observation_customer_id'))
        batch_op.drop_index(batch_op.f('ix_kpi_observation_account_id'))

    op.drop_table('kpi_observation')
    op.drop_table('idempotency_key')
    op.drop_table('file_import')
    with op.batch_alter_table('feedback_tag', schema=None) as batch_op:
        batch_op.drop_index('ix_feedback_tag_feedback')

    op.drop_table('feedback_tag')
    with op.batch_alter_table('feedback_band', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_feedback_band_feedback_id'))

    op.drop_table('feedback_band')
    with op.batch_alter_table('feedback', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_feedback_text_hash'))
        batch_op.drop_index('ix_feedback_submitted')
        batch_op.drop_index(batch_op.f('ix_feedback_source_name'))
        batch_op.drop_index(batch_op.f('ix_feedback_source'))
        batch_op.drop_index('ix_feedback_handled')
        batch_op.drop_index(batch_op.f('ix_feedback_duplicate_of'))
        batch_op.drop_index(batch_op.f('ix_feedback_customer_id'))
        batch_op.drop_index(batch_op.f('ix_feedback_compared'))
        batch_op.drop_index(batch_op.f('ix_feedback_account_id'))

    op.drop_table('feedback')
    with op.batch_alter_table('enrichment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_enrichment_sentiment_label'))
        batch_op.drop_index(batch_op.f('ix_enrichment_intent'))

    op.drop_table('enrichment')
    op.drop_table('driver')
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_customer_account_id'))

    op.drop_table('customer')
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attempt_dead'))

    op.drop_table('attempt')
    op.drop_table('api_key')
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_alert_state'))

    op.drop_table('alert')
    op.drop_table('account')
