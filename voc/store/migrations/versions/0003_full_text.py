"""Full-text index beside the vectors.

``search_entry`` holds the words of each comment in normal form: on PostgreSQL a text vector with a GIN index, on SQLite text, from which
triggers keep the FTS5 table ``search_text``. A later revision that rebuilds ``search_entry`` on SQLite must make the triggers again.
Comments analysed before get their entry when the models read them again, which this version's stamp asks for.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

SQLITE = (
    """CREATE VIRTUAL TABLE search_text USING fts5(
        words, content='search_entry', content_rowid='number', tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN
        INSERT INTO search_text(rowid, words) VALUES (new.number, new.words); END""",
    """CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN
        INSERT INTO search_text(search_text, rowid, words) VALUES ('delete', old.number, old.words); END""",
)


def upgrade() -> None:
    op.create_table('search_entry',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('feedback_id', sa.String(), nullable=False),
    sa.Column('words', sa.Text().with_variant(postgresql.TSVECTOR(), 'postgresql'), nullable=False),
    sa.PrimaryKeyConstraint('number'),
    sa.UniqueConstraint('feedback_id')
    )
    op.create_index('ix_enrichment_computed', 'enrichment', ['computed_at'])
    if op.get_bind().dialect.name == 'postgresql':
        op.create_index('ix_search_entry_words', 'search_entry', ['words'], postgresql_using='gin')
    else:
        for statement in SQLITE:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TABLE search_text')
    op.drop_table('search_entry')
    op.drop_index('ix_enrichment_computed', table_name='enrichment')
