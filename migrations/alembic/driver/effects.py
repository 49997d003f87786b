"""A statement's side effects: the locks it acquired, the rows it scanned and wrote, and the write-ahead log."""

# Begins each question of the driver's own: the server must not show it as what the migration did last.
MARK = "/* devenv */ "
LOCKS = MARK + """
SELECT n.nspname || '.' || c.relname, l.mode
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = pg_catalog.pg_backend_pid() AND l.granted
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
"""
SCANS = MARK + """
SELECT schemaname || '.' || relname, seq_scan, seq_tup_read, n_tup_ins, n_tup_upd, n_tup_del
FROM pg_catalog.pg_stat_xact_user_tables
"""
WAL = MARK + "SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')"
TRANSACTION = MARK + """
SELECT virtualtransaction FROM pg_catalog.pg_locks WHERE locktype = 'virtualxid' AND pid = pg_catalog.pg_backend_pid()
"""
NAMES = ("relation", "seq_scans", "read", "inserted", "updated", "deleted")


class Effects:
    """Reads locks, statistics and the log's position before and after each statement, on the statement's connection."""

    def __init__(self):
        self.was = (set(), {}, 0)

    def before(self, connection):
        self.was = _read(connection)

    def after(self, connection):
        locks, scans, wal = _read(connection)
        if locks is None or self.was[0] is None:
            return None
        held = sorted(locks - self.was[0])
        return {
            "locks": [{"relation": relation, "mode": mode} for relation, mode in held],
            "scans": [s for s in (_delta(r, n, self.was[1].get(r)) for r, n in sorted(scans.items())) if s],
            "wal_bytes": int(wal - self.was[2]),
        }


def transaction(connection):
    """Returns the id of the transaction that the connection is in, "" on another database, None if it has failed."""
    if connection.dialect.name != "postgresql":
        return ""
    try:
        return str(_rows(connection, TRANSACTION)[0][0])
    except Exception:  # a failed transaction runs no more queries
        return None


def _delta(relation, now, was):
    numbers = [a - b for a, b in zip(now, was or (0,) * len(now))]
    return dict(zip(NAMES, [relation] + numbers)) if any(numbers) else None


def _read(connection):
    """Returns locks, scans and the log's position; the locks are None if the connection cannot be queried."""
    if connection.dialect.name != "postgresql":
        return None, {}, 0
    try:
        locks = {tuple(row) for row in _rows(connection, LOCKS)}
        scans = {row[0]: tuple(row[1:]) for row in _rows(connection, SCANS)}
        return locks, scans, _rows(connection, WAL)[0][0]
    except Exception:  # a failed transaction runs no more queries; the statement itself reports why
        return None, {}, 0


def _rows(connection, sql):
    """Returns a query's rows, read on a raw cursor so as not to affect events or the migration's own results."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql)
        return cursor.fetchall()
    finally:
        cursor.close()
