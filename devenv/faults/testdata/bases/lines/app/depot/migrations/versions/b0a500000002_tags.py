"""Tags

Revision ID: b0a500000002
Revises: b0a500000001
"""
import sqlalchemy as sa
from alembic import op

revision = "b0a500000002"
down_revision = "b0a500000001"
branch_labels = ("things",)


def upgrade():
    op.create_table(
        "tags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=30), nullable=False),
        sa.Column("colour", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="tags_pkey"),
        sa.UniqueConstraint("label", name="tags_label_key"),
    )


def downgrade():
    op.drop_table("tags")
