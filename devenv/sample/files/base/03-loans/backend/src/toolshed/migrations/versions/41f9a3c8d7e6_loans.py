"""Loans

Revision ID: 41f9a3c8d7e6
Revises: b7402d6ce135
Create Date: 2025-04-14 18:31:02.764410

"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "41f9a3c8d7e6"
down_revision = "b7402d6ce135"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "loans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("borrower_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("requested", "active", "returned", "lost", name="loan_status"),
            nullable=False,
        ),
        sa.Column("lent_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.CheckConstraint("due_on >= lent_on", name=op.f("ck_loans_due_after_lent")),
        sa.ForeignKeyConstraint(
            ["borrower_id"], ["members.id"], name=op.f("fk_loans_borrower_id_members")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_loans_item_id_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loans")),
    )
    op.create_index(op.f("ix_loans_borrower_id"), "loans", ["borrower_id"], unique=False)
    op.create_index(op.f("ix_loans_item_id"), "loans", ["item_id"], unique=False)


def downgrade():
    op.drop_index(op.f("ix_loans_item_id"), table_name="loans")
    op.drop_index(op.f("ix_loans_borrower_id"), table_name="loans")
    op.drop_table("loans")
    op.execute("DROP TYPE loan_status")
