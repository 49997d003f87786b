"""The tables of the first day

Revision ID: b0a500000001
"""
from pathlib import Path

from alembic import op

revision = "b0a500000001"
down_revision = None


def upgrade():
    op.execute(Path(__file__).with_name("start.sql").read_text())


def downgrade():
    op.execute("DROP SCHEMA crm CASCADE")
    op.execute("DROP SCHEMA public CASCADE")
    op.execute("CREATE SCHEMA public")
