"""The tables, one module each. Importing this package imports all of them."""

from toolshed.models.base import Base
from toolshed.models.category import Category
from toolshed.models.item import Item, ItemCondition
from toolshed.models.loan import Loan, LoanStatus
from toolshed.models.member import Member

__all__ = ["Base", "Category", "Item", "ItemCondition", "Loan", "LoanStatus", "Member"]
