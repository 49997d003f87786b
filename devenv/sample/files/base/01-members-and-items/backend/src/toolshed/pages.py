"""The pages: functions from a session to something that JSON can say."""

from sqlalchemy import text
from sqlalchemy.orm import Session


def health(session: Session):
    revision = session.scalar(text("SELECT version_num FROM alembic_version"))
    return {"status": "ok", "revision": revision}


PAGES = {"/health": health}
