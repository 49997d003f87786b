"""The connection to the database, and its schema's version."""

import functools
import logging
import time

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from toolshed import config

log = logging.getLogger(__name__)


@functools.cache
def engine() -> Engine:
    return create_engine(config.database_url(), pool_pre_ping=True)


def session() -> Session:
    return Session(engine())


def wait_until_ready(seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with engine().connect() as connection:
                connection.execute(text("SELECT 1"))
            return
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise
            log.info("database is not ready yet: %s", str(error.orig).strip())
            time.sleep(0.5)


def apply_migrations() -> None:
    log.info("applying migrations")
    alembic = Config(config.BACKEND_DIR / "alembic.ini")
    # our logging is set up already, env.py shall leave it alone
    alembic.attributes["configure_logging"] = False
    command.upgrade(alembic, "head")
    log.info("schema is at revision %s", revision())


def revision() -> str:
    with engine().connect() as connection:
        return connection.scalar(text("SELECT version_num FROM alembic_version"))
