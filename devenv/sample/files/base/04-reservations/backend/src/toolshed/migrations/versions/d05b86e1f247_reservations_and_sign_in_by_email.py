"""Reservations, and sign-in by e-mail

Revision ID: d05b86e1f247
Revises: 41f9a3c8d7e6
Create Date: 2025-06-02 21:17:36.290558

"""

import sqlalchemy as sa
from alembic import op

# revision identifiers, used by Alembic.
revision = "d05b86e1f247"
down_revision = "41f9a3c8d7e6"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "reservations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("wanted_from", sa.Date(), nullable=False),
        sa.Column("wanted_until", sa.Date(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_reservations_item_id_items")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_reservations_member_id_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
    )
    op.create_index(op.f("ix_reservations_item_id"), "reservations", ["item_id"], unique=False)
    op.create_index(op.f("ix_reservations_member_id"), "reservations", ["member_id"], unique=False)
    # People sign in with any spelling of their address. The models do not know this index.
    op.execute("CREATE INDEX ix_members_email_lower ON members (lower(email))")


def downgrade():
    op.execute("DROP INDEX ix_members_email_lower")
    op.drop_index(op.f("ix_reservations_member_id"), table_name="reservations")
    op.drop_index(op.f("ix_reservations_item_id"), table_name="reservations")
    op.drop_table("reservations")
