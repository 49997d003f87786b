"""Points the project's own URL at another server: every name that means the database leads to one address."""

import contextlib
import os
import socket

_real_getaddrinfo = socket.getaddrinfo
LIBPQ = ("psycopg2", "psycopg2cffi", "psycopg", "psycopg_async")


class _Route:
    """Where connections go now. A connection remembers the turn it was made in, and is stale in the next."""

    def __init__(self):
        self.address, self.hosts, self.turn = "", frozenset(), 0
        self.open = {}
        self.listening = False

    def leads(self, host):
        if isinstance(host, bytes):
            host = host.decode("ascii", "replace")
        return bool(self.address) and isinstance(host, str) and host.lower().rstrip(".") in self.hosts


_route = _Route()


@contextlib.contextmanager
def pointed_at(address, hosts):
    """Makes the hosts' names lead to the address while a command runs; without an address nothing is changed."""
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
    """Closes what env.py left open: an open transaction would block the next command."""
    for proxy in list(_route.open.values()):
        with contextlib.suppress(Exception):
            proxy.invalidate()
    _route.open.clear()


def _getaddrinfo(host, *args, **kwargs):
    return _real_getaddrinfo(_route.address if _route.leads(host) else host, *args, **kwargs)


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
    names = host.split(",") if isinstance(host, str) else [host]
    if dialect.driver in LIBPQ:
        # An empty hostaddr takes back PGHOSTADDR for hosts that are not the database.
        meant = any(_route.leads(name) for name in names)
        parameters["hostaddr"] = ",".join([_route.address] * len(names)) if meant else ""
    elif _route.leads(host):
        parameters["host"] = _route.address


def _on_connected(connection, record):
    record.info["devenv_turn"] = _route.turn


def _on_checkout(connection, record, proxy):
    if record.info.get("devenv_turn") != _route.turn:
        from sqlalchemy.exc import DisconnectionError

        raise DisconnectionError("made for another command")
    _route.open[id(record)] = proxy


def _on_checkin(connection, record):
    _route.open.pop(id(record), None)
