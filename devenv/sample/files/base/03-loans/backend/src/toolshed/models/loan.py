import enum
from datetime import date

from sqlalchemy import CheckConstraint, Enum, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from toolshed.models.base import Base


class LoanStatus(enum.Enum):
    requested = "requested"
    active = "active"
    returned = "returned"
    lost = "lost"


class Loan(Base):
    __tablename__ = "loans"
    __table_args__ = (CheckConstraint("due_on >= lent_on", name="due_after_lent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    borrower_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    status: Mapped[LoanStatus] = mapped_column(Enum(LoanStatus, name="loan_status"))
    lent_on: Mapped[date | None]
    due_on: Mapped[date | None]
    returned_on: Mapped[date | None]
