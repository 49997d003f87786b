"""Tags

Revision ID: b0a500000002
Revises: b0a500000001
"""
import sqlalchemy as sa
from alembic import op

revision = "b0a500000002"
down_revision = "b0a500000001"


def upgrade():
    op.create_table(
        "tags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=30), nullable=False),
        sa.Column("colour", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="tags_pkey"),
        sa.UniqueConstraint("label", name="tags_label_key"),
    )
    op.execute("CREATE TABLE changes (at timestamptz NOT NULL DEFAULT now(), what jsonb)")
    op.execute(
        "CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO changes (what) VALUES (to_jsonb(NEW)); RETURN NULL; END $$"
    )
    op.execute("CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON members FOR EACH ROW EXECUTE FUNCTION note_change()")
    op.execute(
        "CREATE TABLE trips (id bigint NOT NULL, starts date NOT NULL, state text, PRIMARY KEY (id, starts)) PARTITION BY RANGE (starts)"
    )
    op.execute("CREATE TABLE trips_2024 PARTITION OF trips FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')")
    op.execute("CREATE TABLE trips_rest PARTITION OF trips DEFAULT")
    op.execute("INSERT INTO trips VALUES (1, '2024-05-01', 'over'), (2, '2025-05-01', 'planned')")
    op.execute("CREATE SEQUENCE slip_numbers")
    op.execute("CREATE FUNCTION next_slip() RETURNS text LANGUAGE sql AS $$ SELECT 'S' || nextval('public.slip_numbers') $$")
    op.execute("CREATE TABLE slips (number text PRIMARY KEY DEFAULT next_slip(), note text, weight integer)")
    op.execute("INSERT INTO slips (note, weight) VALUES ('a', 1), ('b', 7)")
    op.execute("CREATE TABLE halls (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text)")
    op.execute("CREATE TABLE booths (hall uuid REFERENCES halls (id), n integer, kind text, PRIMARY KEY (hall, n))")
    op.execute("INSERT INTO halls (name) VALUES ('north')")
    op.execute("INSERT INTO booths SELECT id, 1, 'corner' FROM halls")


def downgrade():
    op.execute("DROP TABLE booths, halls, slips, trips")
    op.execute("DROP FUNCTION next_slip()")
    op.execute("DROP SEQUENCE slip_numbers")
    op.execute("DROP TRIGGER note_change ON members")
    op.execute("DROP FUNCTION note_change()")
    op.execute("DROP TABLE changes")
    op.drop_table("tags")
