"""What other sessions do between two transactions of an upgrade."""

import contextlib


class Meanwhile:
    """Groups of statements that run after the statement with a certain number, each group in its own transaction."""

    def __init__(self, after=0, groups=None):
        self.after, self.groups = after, groups or []

    def happen(self, connection):
        """Runs the groups, once, on a connection that no pool of the project's has."""
        self.after = 0
        pool = connection.engine.pool.recreate()
        try:
            other = pool.connect()
            # What the migration has locked, it will keep: waiting for it would never end.
            _commit(other, ["SET lock_timeout = '500ms'"])
            for group in self.groups:
                _commit(other, group)
            other.close()
        finally:
            pool.dispose()


def _commit(connection, statements):
    try:
        cursor = connection.cursor()
        for sql in statements:
            cursor.execute(sql)
        connection.commit()
    except Exception:  # what the server refuses is left out
        with contextlib.suppress(Exception):
            connection.rollback()
