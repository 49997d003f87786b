from datetime import date

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from toolshed.models.base import Base


class Reservation(Base):
    """A member's wish to have an item that somebody else may have at the time."""

    __tablename__ = "reservations"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    wanted_from: Mapped[date]
    wanted_until: Mapped[date | None]
    message: Mapped[str | None] = mapped_column(Text)
