"""Redirects the project's own URL to another server: all host names that refer to the database use one address."""

import contextlib
import os
import socket

_real_getaddrinfo = socket.getaddrinfo
LIBPQ = ("psycopg2", "psycopg2cffi", "psycopg", "psycopg_async")


class _Route:
    """The current redirection. A connection records the turn in which it was made, and is stale in the next one."""

    def __init__(self):
        self.address, self.hosts, self.turn = "", frozenset(), 0
        self.open = {}
        self.listening = False

    def matches(self, host):
        if isinstance(host, bytes):
            host = host.decode("ascii", "replace")
        return bool(self.address) and isinstance(host, str) and host.lower().rstrip(".") in self.hosts


_route = _Route()


@contextlib.contextmanager
def redirected(address, hosts):
    """Redirects the host names to the address while a command runs; without an address, changes nothing."""
    _route.address = address or ""
    _route.hosts = frozenset(h.lower().rstrip(".") for h in hosts or ())
    _route.turn += 1
    socket.getaddrinfo = _getaddrinfo
    if _route.address:
        os.environ["PGHOSTADDR"] = _route.address
    with contextlib.suppress(ImportError):
        _listen()
    try:
        yield
    finally:
        socket.getaddrinfo = _real_getaddrinfo


def drop_open_connections():
    """Closes the connections that env.py left open, because an open transaction would block the next command."""
    for record, connection in list(_route.open.values()):
        _disconnect(record, connection)
    _route.open.clear()


def _disconnect(record, connection):
    """Closes a connection and removes it from its pool, even if its event loop no longer exists."""
    record.dbapi_connection = None
    driver = getattr(connection, "_connection", connection)
    with contextlib.suppress(Exception):
        transport = getattr(driver, "_transport", None)  # asyncpg
        if transport is not None:
            transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        elif hasattr(driver, "pgconn"):  # psycopg 3, async or not
            driver.pgconn.finish()
        else:
            connection.close()


def _getaddrinfo(host, *args, **kwargs):
    return _real_getaddrinfo(_route.address if _route.matches(host) else host, *args, **kwargs)


def _listen():
    if _route.listening:
        return
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    from sqlalchemy.pool import Pool

    event.listen(Engine, "do_connect", _on_connect_parameters)
    event.listen(Pool, "connect", _on_connected)
    event.listen(Pool, "checkout", _on_checkout)
    event.listen(Pool, "checkin", _on_checkin)
    _route.listening = True


def _on_connect_parameters(dialect, record, arguments, parameters):
    host = parameters.get("host")
    if not _route.address or not host:
        return
    if dialect.driver in LIBPQ:
        # An empty hostaddr overrides PGHOSTADDR for hosts other than the database.
        names = host.split(",") if isinstance(host, str) else [host]
        redirect = any(_route.matches(name) for name in names)
        parameters["hostaddr"] = ",".join([_route.address] * len(names)) if redirect else ""
        return
    # The parameters live as long as the engine, so first undo an earlier command's replacement.
    replaced = getattr(dialect, "_devenv_replaced", None)
    if replaced is not None and replaced[1] == host:
        host = replaced[0]
    if _route.matches(host):
        dialect._devenv_replaced = (host, _route.address)
        parameters["host"] = _route.address


def _on_connected(connection, record):
    record.info["devenv_turn"] = _route.turn


def _on_checkout(connection, record, proxy):
    if record.info.get("devenv_turn") != _route.turn:
        from sqlalchemy.exc import DisconnectionError

        _disconnect(record, connection)
        raise DisconnectionError("made for another command")
    _route.open[id(record)] = (record, connection)


def _on_checkin(connection, record):
    _route.open.pop(id(record), None)
