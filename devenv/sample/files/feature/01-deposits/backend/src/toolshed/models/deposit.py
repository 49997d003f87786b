from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from toolshed.models.base import Base


class Deposit(Base):
    """Money that a borrower left with an item's owner."""

    __tablename__ = "deposits"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loans.id"), unique=True)
    amount_cents: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    paid_back_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
