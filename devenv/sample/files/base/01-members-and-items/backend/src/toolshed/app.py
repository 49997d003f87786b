"""The start of the backend: bring the schema up to date, then serve."""

import logging

from toolshed import config, db, server

log = logging.getLogger("toolshed")


def main() -> None:
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    db.wait_until_ready()
    db.apply_migrations()
    server.serve(config.port())
