"""Stalls

Revision ID: b0a500000003
"""
import sqlalchemy as sa
from alembic import op

revision = "b0a500000003"
down_revision = None
branch_labels = ("stalls",)
depends_on = "b0a500000002"


def upgrade():
    op.create_table("stalls", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.Text()))
    op.execute("INSERT INTO stalls (name) VALUES ('north'), ('south')")


def downgrade():
    op.drop_table("stalls")
