"""Categories

Revision ID: b7402d6ce135
Revises: 8c1e5d2f90ab
Create Date: 2025-03-19 20:05:47.118903

"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "b7402d6ce135"
down_revision = "8c1e5d2f90ab"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["categories.id"], name=op.f("fk_categories_parent_id_categories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("name", name=op.f("uq_categories_name")),
    )
    op.add_column("items", sa.Column("category_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_items_category_id"), "items", ["category_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_items_category_id_categories"), "items", "categories", ["category_id"], ["id"]
    )


def downgrade():
    op.drop_constraint(op.f("fk_items_category_id_categories"), "items", type_="foreignkey")
    op.drop_index(op.f("ix_items_category_id"), table_name="items")
    op.drop_column("items", "category_id")
    op.drop_table("categories")
