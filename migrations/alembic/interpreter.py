"""Tells whether this interpreter can import Alembic, in the process that will run the driver: the import takes long.

If it cannot, it executes the script that chose it again, which tries the next one (interpreter.sh).
"""

import os
import sys


def _raised():
    """Returns what importing Alembic raises, "" if there is no Alembic, and None if it was imported."""
    path, out = sys.path[:], os.dup(1)
    sys.path[:] = [p for p in path if p] + [os.getcwd()]  # a directory of the project's may be called alembic
    os.dup2(2, 1)
    try:
        import alembic.config  # noqa: F401
    except BaseException:
        import traceback

        error = sys.exc_info()[1]
        lacks = isinstance(error, ImportError) and getattr(error, "name", "alembic") in ("alembic", "alembic.config")
        return "" if lacks else traceback.format_exc()
    finally:
        os.dup2(out, 1)
        os.close(out)
        sys.path[:] = path
    return None


def _confirm(trying):
    raised, env = _raised(), os.environ
    if raised is None:
        for name in ("DEVENV_TRIED", "DEVENV_BROKEN", "DEVENV_RAISED"):
            env.pop(name, None)
        return
    env["DEVENV_TRIED"] = env.get("DEVENV_TRIED", ":") + trying + ":"
    if raised and "DEVENV_BROKEN" not in env:
        env.update(DEVENV_BROKEN=trying, DEVENV_RAISED=raised.strip())
    os.execvp("sh", ["sh", "-c", sys.argv[1], "devenv-driver"] + sys.argv[1:])


if "DEVENV_TRYING" in os.environ:
    _confirm(os.environ.pop("DEVENV_TRYING"))
