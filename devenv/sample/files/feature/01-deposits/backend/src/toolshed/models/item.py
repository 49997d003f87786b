import enum
from datetime import datetime

from sqlalchemy import DateTime, Enum, ForeignKey, String, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from toolshed.models.base import Base


class ItemCondition(enum.Enum):
    new = "new"
    good = "good"
    worn = "worn"
    broken = "broken"


class Item(Base):
    """Something that its owner lends."""

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    notes: Mapped[str | None] = mapped_column(Text)
    condition: Mapped[ItemCondition] = mapped_column(Enum(ItemCondition, name="item_condition"))
    deposit_cents: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
