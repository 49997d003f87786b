"""The pages: functions from a session to something that JSON can say."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from toolshed.models import Category, Item, Loan, LoanStatus, Member, Review


def index(session: Session):
    return {"application": "toolshed", "pages": sorted(PAGES)}


def health(session: Session):
    revision = session.scalar(text("SELECT version_num FROM alembic_version"))
    return {"status": "ok", "revision": revision}


def items(session: Session):
    query = (
        select(Item, Member.name, Category.name)
        .join(Member, Item.owner_id == Member.id)
        .outerjoin(Category, Item.category_id == Category.id)
        .order_by(Item.id)
    )
    return [
        {
            "id": item.id,
            "title": item.title,
            "owner": owner,
            "category": category,
            "condition": item.condition,
            "notes": item.notes,
        }
        for item, owner, category in session.execute(query)
    ]


def overdue(session: Session):
    query = (
        select(Loan, Item.title, Member.name)
        .join(Item, Loan.item_id == Item.id)
        .join(Member, Loan.borrower_id == Member.id)
        .where(Loan.status == LoanStatus.active, Loan.due_on < func.current_date())
        .order_by(Loan.due_on, Loan.id)
    )
    return [
        {"loan": loan.id, "item": title, "borrower": borrower, "due_on": loan.due_on}
        for loan, title, borrower in session.execute(query)
    ]


def statistics(session: Session):
    by_status = select(Loan.status, func.count()).group_by(Loan.status).order_by(Loan.status)
    return {
        "members": session.scalar(select(func.count(Member.id))),
        "items": session.scalar(select(func.count(Item.id))),
        "loans": {status.value: count for status, count in session.execute(by_status)},
        "stars": round(float(session.scalar(select(func.avg(Review.stars))) or 0), 2),
    }


PAGES = {
    "/": index,
    "/health": health,
    "/items": items,
    "/overdue": overdue,
    "/statistics": statistics,
}
