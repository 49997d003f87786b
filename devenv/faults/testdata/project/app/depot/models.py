from sqlalchemy import (
    BigInteger, CheckConstraint, Column, Date, DateTime, Enum, ForeignKey, Identity, Index, Integer, MetaData, Numeric,
    String, Table, Text, Uuid, func, text,
)
from sqlalchemy.dialects.postgresql import DATERANGE

metadata = MetaData()

teams = Table(
    "teams", metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("city", Text),
)

members = Table(
    "members", metadata,
    Column("id", Integer, primary_key=True),
    Column("team_id", Integer),
    Column("email", String(254), nullable=False),
    Column("name", String(60)),
    Column("handle", String(40)),
    Column("age", Integer),
    Column("feeling", Enum("sad", "ok", "happy", name="mood"), server_default=text("'ok'::mood")),
    Column("legacy", Text),
    Column("unused", Text),
    Column("score", Numeric(12, 4)),
    Column("joined", DateTime, nullable=False, server_default=func.now()),
)

orders = Table(
    "orders", metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("member_id", Integer, ForeignKey("members.id"), nullable=False),
    Column("reference", BigInteger),
    Column("amount", Numeric(12, 4), nullable=False),
    Column("status", String(20), nullable=False, server_default="new"),
    Column("qty_text", Text),
    Column("payload", Text),
    Column("during", DATERANGE),
    Column("remarks", Text),
    Index("ix_orders_member_id", "member_id"),
)

team_members = Table(
    "team_members", metadata,
    Column("team", Integer, ForeignKey("teams.id"), primary_key=True),
    Column("member", Integer, ForeignKey("members.id", deferrable=True, initially="DEFERRED"), primary_key=True),
    Column("since", Date),
)

drafts = Table(
    "drafts", metadata,
    Column("id", Integer, primary_key=True),
    Column("author", Integer),
    Column("title", String(80)),
    Column("body", Text),
)

journal = Table(
    "journal", metadata,
    Column("line", Text),
    Column("written", DateTime(timezone=True)),
)

contacts = Table(
    "Contact", metadata,
    Column("Id", Uuid, primary_key=True),
    Column("fullName", String(80), nullable=False),
    Column("phone", String(32)),
    Column("taxCode", String(16), unique=True),
    Column("kind", Text, CheckConstraint("kind IN ('person', 'company')"), nullable=False),
    schema="crm",
)

visits = Table(
    "visits", metadata,
    Column("contact", Uuid, primary_key=True),
    Column("visited", Date, primary_key=True),
    Column("place", Text),
    schema="crm",
)

tags = Table(
    "tags", metadata,
    Column("id", Integer, primary_key=True),
    Column("label", String(30), nullable=False, unique=True),
    Column("colour", Text),
)
