"""Serves a project whose files change, each state of it in a child of the same process.

A child starts with what every start of the driver imports before it reads the project: Alembic and SQLAlchemy, which take
most of the time. Whatever the project imports, each child imports anew: modules are never purged, since what had been
imported from them would stay as it was.
"""

import contextlib
import importlib
import json
import os
import sys


def become_child(request, requests):
    """Returns the request and True in a child of this process, and again in one for each later request to fork; the
    process itself only waits, and ends when there are no more requests. Returns False at once if a child would lack a
    thread.

    The caller must not have read further than the request, which the reply to it ensures.
    """
    with contextlib.suppress(Exception):  # the child reports what is wrong with them
        import alembic.config
        import alembic.script
        import sqlalchemy  # noqa: F401
    if _threads() != 1:
        return request, False
    while True:
        if _fork():
            importlib.invalidate_caches()
            sys.dont_write_bytecode = True  # it is keyed by size and second, and files change faster
            return request, True
        line = requests.readline()
        if not line:
            sys.stderr.flush()
            os._exit(0)
        request = json.loads(line.decode())
        if request["cmd"] != "fork":
            os._exit(2)


def _fork():
    """Returns True in the child; in the process itself it returns False once the child has ended well."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        return True
    status = os.waitpid(child, 0)[1]
    if status:  # what ended the child ends the process
        os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
    return False


def _threads():
    with contextlib.suppress(OSError):
        return len(os.listdir("/proc/self/task"))
    import threading

    return threading.active_count()
