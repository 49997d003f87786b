"""Tags

Revision ID: b0a500000002
Revises: b0a500000001
"""
import sqlalchemy as sa
from alembic import op

revision = "b0a500000002"
down_revision = "b0a500000001"


def upgrade():
    op.execute("SET lock_timeout = '30s'")
    op.create_table(
        "tags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=30), nullable=False),
        sa.Column("colour", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="tags_pkey"),
        sa.UniqueConstraint("label", name="tags_label_key"),
    )
    op.execute("CREATE TABLE spatial_things (srid integer PRIMARY KEY)")
    op.execute("CREATE TABLE spatial_labels (id integer PRIMARY KEY)")
    op.execute("CREATE TABLE spatial_notes (id integer PRIMARY KEY, remark text)")
    op.execute("CREATE MATERIALIZED VIEW tag_labels AS SELECT id, label FROM tags")
    op.execute("CREATE PUBLICATION feed FOR TABLE tags")
    op.execute(
        "CREATE FUNCTION remark_on(number integer) RETURNS text LANGUAGE plpgsql STABLE AS $$ DECLARE answer text;"
        " BEGIN SELECT remark INTO answer FROM spatial_notes WHERE id = number AND remark <> ''; RETURN answer; END $$"
    )
    # The models have these two the other way round.
    op.execute("ALTER TYPE mood RENAME VALUE 'sad' TO 'low'")
    op.execute("ALTER TYPE mood RENAME VALUE 'ok' TO 'sad'")
    op.execute("ALTER TYPE mood RENAME VALUE 'low' TO 'ok'")


def downgrade():
    op.execute("DROP FUNCTION remark_on(integer)")
    op.execute("DROP PUBLICATION feed")
    op.execute("DROP MATERIALIZED VIEW tag_labels")
    op.drop_table("tags")
    op.execute("DROP TABLE spatial_notes")
    op.execute("DROP TABLE spatial_labels")
    op.execute("DROP TABLE spatial_things")
