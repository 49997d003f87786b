"""Data for development: the same few hundred rows for everybody, as untidy as the real ones."""

import logging
import random
from datetime import date, datetime, timedelta, timezone

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from toolshed import db
from toolshed.models import (
    Category,
    Item,
    ItemCondition,
    Loan,
    LoanStatus,
    Member,
    Reservation,
    Review,
)

log = logging.getLogger(__name__)

OPENED = datetime(2025, 3, 4, 12, tzinfo=timezone.utc)
TODAY = date(2025, 10, 1)
FIRST_NAMES = "Amina Bruno Chloé Deniz Elif Farid Greta Henrik Inés Jakub Kōji Leïla".split()
LAST_NAMES = "Arslan Berg Costa Dvořák Eriksen Fontaine Grünwald Haddad O'Neill Silva".split()
CATEGORIES = {
    "Garden": ["Mowing", "Pruning"],
    "Wood": ["Sawing", "Sanding"],
    "Kitchen": ["Preserving"],
    "Bicycles": [],
    "Misc": [],
}
TITLES = [
    "Cordless drill",
    "cordless drill",
    "Hedge trimmer",
    "Circular saw",
    "Ladder, 4 m",
    "Pressure cooker",
    "Torque wrench",
    "Tile cutter (the blade is new, please do not cut steel with it) " + "and return it dry " * 6,
    "Apple press",
    "Bike repair stand",
]
NOTES = [
    None,
    "",
    "Charge the battery before you return it.",
    "Needs oil after every use. " * 40,
    "Ask for the second blade; it hangs in the cellar 🪚",
    "  keep dry  ",
]


def fill_if_empty() -> None:
    with db.session() as session:
        members = session.scalar(select(func.count(Member.id)))
        if members:
            log.info("the database has %d members already, no seed data needed", members)
            return
        fill(session, random.Random(20250303))
        session.commit()


def fill(session: Session, rng: random.Random) -> None:
    members = add(session, Member, make_members(rng))
    categories = add_categories(session)
    items = add(session, Item, make_items(rng, members, categories))
    loans = add(session, Loan, make_loans(rng, items, members))
    reservations = add(session, Reservation, make_reservations(rng, items, members))
    reviews = add(session, Review, make_reviews(rng, loans, members))
    log.info(
        "seeded %d members, %d categories, %d items, %d loans, %d reservations, %d reviews",
        *map(len, (members, categories, items, loans, reservations, reviews)),
    )


def add(session: Session, model, rows: list[dict]) -> list[int]:
    """Inserts the rows and returns their ids, in order."""
    statement = insert(model).returning(model.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, rows))


def make_members(rng: random.Random) -> list[dict]:
    names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    rows = []
    for number, name in enumerate(names):
        first, last = name.lower().replace("'", "").split()
        rows.append(
            {
                "name": name,
                "email": f"{first}.{last}@toolshed.example",
                "phone": rng.choice([None, None, "", f"+49 30 {rng.randrange(10**6):06}"]),
                "about": rng.choice([None, f"I live near house {number} and fix things."]),
                "joined_on": TODAY - timedelta(days=rng.randrange(600)),
            }
        )
    # the same people again, with another spelling of their address
    for row in rng.sample(rows, 6):
        rows.append({**row, "email": row["email"].title(), "phone": None})
    return rows


def add_categories(session: Session) -> list[int]:
    parents = add(session, Category, [{"name": name} for name in CATEGORIES])
    children = [
        {"name": name, "parent_id": parent}
        for parent, names in zip(parents, CATEGORIES.values())
        for name in names
    ]
    return parents + add(session, Category, children)


def make_items(rng: random.Random, members: list[int], categories: list[int]) -> list[dict]:
    return [
        {
            "owner_id": rng.choice(members),
            "category_id": rng.choice([None, *categories]),
            "title": rng.choice(TITLES),
            "notes": rng.choice(NOTES),
            "condition": rng.choice(list(ItemCondition)),
            "added_at": OPENED + timedelta(hours=9 * number),
        }
        for number in range(180)
    ]


def make_loans(rng: random.Random, items: list[int], members: list[int]) -> list[dict]:
    return [make_loan(rng, rng.choice(items), rng.choice(members)) for _ in range(240)]


def make_loan(rng: random.Random, item: int, borrower: int) -> dict:
    status = rng.choice(list(LoanStatus))
    lent = TODAY - timedelta(days=rng.randrange(1, 200))
    if status is LoanStatus.requested:
        lent = None
    return {
        "item_id": item,
        "borrower_id": borrower,
        "status": status,
        "lent_on": lent,
        # some forgot to agree on a day
        "due_on": lent and rng.choice([None, lent + timedelta(days=14)]),
        "returned_on": lent + timedelta(days=9) if status is LoanStatus.returned else None,
    }


def make_reservations(rng: random.Random, items: list[int], members: list[int]) -> list[dict]:
    rows = []
    for _ in range(60):
        start = TODAY + timedelta(days=rng.randrange(60))
        rows.append(
            {
                "item_id": rng.choice(items),
                "member_id": rng.choice(members),
                "wanted_from": start,
                "wanted_until": rng.choice([None, start + timedelta(days=3)]),
                "message": rng.choice([None, "For the weekend, if I may."]),
            }
        )
    return rows


def make_reviews(rng: random.Random, loans: list[int], members: list[int]) -> list[dict]:
    return [
        {
            "loan_id": loan,
            "author_id": rng.choice(members),
            "stars": rng.choice([1, 3, 4, 5, 5]),
            "body": rng.choice([None, "Worked well, thank you!", "blunt", "Danke! " * 60]),
            "written_at": OPENED + timedelta(hours=50 * number),
        }
        for number, loan in enumerate(rng.sample(loans, 90))
    ]
