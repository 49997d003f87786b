"""Failures as data: codes, the server's diagnostics, and tracebacks reduced to the project's frames."""

import linecache
import os
import re
import socket
import sys
import sysconfig
import traceback

CONNECT_STATES = ("08", "28", "3D", "57P03", "53300")
FIELDS = {
    "schema": ("schema_name", "s"),
    "table": ("table_name", "t"),
    "column": ("column_name", "c"),
    "constraint": ("constraint_name", "n"),
    "detail": ("message_detail", "D"),
}


class Refused(Exception):
    """The driver refuses a command, with a code and, if possible, a hint."""

    def __init__(self, code, message, hint="", **more):
        super().__init__(message)
        self.failure = dict(more, code=code, message=message, hint=hint)


class Endless(BaseException):
    """Ends a command that would run for ever. Project code that catches every Exception does not catch it."""


def describe(error, session):
    """Returns the failure for an exception that ended a command."""
    if isinstance(error, Refused):
        return _clean(error.failure)
    linecache.checkcache()
    failure = {"exception": type(error).__name__, "traceback": _frames(error)}
    failure.update(_location(error, session))
    diagnostics = _diagnostics(error)
    if any(isinstance(one, Endless) for one in _chain(error)):
        failure["traceback"].pop()  # the exception is the driver's
        failure.update(code="endless", message=str(next(one for one in _chain(error) if isinstance(one, Endless))))
    elif isinstance(error, SystemExit):
        failure.update(code="exit", message="the project's code ended the process: sys.exit(%r)" % (error.code,))
    elif diagnostics is not None:
        failure.update(_of_database(error, diagnostics, session))
    else:
        failure.update(_of_code(error))
    if failure.get("code") == "connect" and _between(session.recorder, failure.get("file", "")):
        failure.pop("revision", None)
    return _clean(failure)


def _between(recorder, filename):
    """Reports whether no revision ran, nor failed, in the file: env.py connects once more after those of one database."""
    return recorder is not None and not recorder.running and not recorder.revision_of(filename)


def redact(text):
    """Returns the text with the passwords in URLs masked."""
    return re.sub(r"(://[^:/@\s'\"]*):[^@\s'\"]+@", r"\1:***@", text)


def _clean(failure):
    cleaned = {}
    for key, value in failure.items():
        if isinstance(value, str):
            value = redact(value)
        elif isinstance(value, list):
            value = [redact(line) for line in value]
        if value not in (None, "", []):
            cleaned[key] = value
    return cleaned


def _of_database(error, diagnostics, session):
    state = diagnostics.get("sqlstate") or ""
    found = dict(diagnostics, code="connect" if _means_connect(error, state) else "sql")
    statement = getattr(_find(error, "statement"), "statement", None)
    if session.recorder is not None:
        statement = session.recorder.written(str(statement)) if statement else session.recorder.failed
    if statement:
        found["statement"] = str(statement)
    return found


def _means_connect(error, state):
    if state:
        return state.startswith(CONNECT_STATES)
    # Without a reply from the server there is no SQLSTATE: the server was unreachable or closed the connection.
    return any(_named(one, ("OperationalError", "InterfaceError")) for one in _chain(error))


def _named(error, names):
    return any(c.__name__ in names for c in type(error).__mro__)


def _of_code(error):
    if _is_command_error(error):
        return {"code": "tool", "message": _first_line(error)}
    if isinstance(error, (ConnectionError, socket.gaierror, TimeoutError, socket.timeout)):
        return {"code": "connect", "message": _first_line(error)}
    if isinstance(error, KeyError) and _last_frame(error).endswith(os.path.join("alembic", "script", "revision.py")):
        return {"code": "tool", "message": "a migration refers to revision %s, which no file has" % error}
    text = _first_line(error)
    name = type(error).__name__
    return {"code": "exception", "message": name if text == name else name + ": " + text}


def _is_command_error(error):
    alembic_util = sys.modules.get("alembic.util")
    return alembic_util is not None and isinstance(error, alembic_util.CommandError)


def _first_line(error):
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _chain(error):
    """Yields the error, then its wrapped errors, causes and contexts, nearest first."""
    seen, queue = set(), [error]
    while queue:
        one = queue.pop(0)
        if one is None or id(one) in seen or not isinstance(one, BaseException):
            continue
        seen.add(id(one))
        yield one
        queue += [getattr(one, "orig", None), one.__cause__, None if one.__suppress_context__ else one.__context__]


def _find(error, attribute):
    for one in _chain(error):
        if getattr(one, attribute, None) is not None:
            return one
    return None


def _diagnostics(error):
    """Returns the server's diagnostics, None if this is not a database error. All four drivers differ."""
    for one in _chain(error):
        if getattr(one, "diag", None) is not None:
            return _read(lambda name, _, d=one.diag: getattr(d, name, None), one)
        if hasattr(one, "sqlstate") and hasattr(one, "as_dict"):  # asyncpg
            return _read(lambda name, _, d=one: getattr(d, "detail" if name == "message_detail" else name, None), one)
        if one.args and isinstance(one.args[0], dict) and "C" in one.args[0]:  # pg8000
            return _read(lambda _, letter, d=one.args[0]: d.get(letter), one)
    for one in _chain(error):
        if _named(one, ("OperationalError", "InterfaceError", "DBAPIError")):
            return {"message": _first_line(getattr(one, "orig", None) or one)}
    return None


def _read(field, error):
    found = {name: field(*keys) for name, keys in FIELDS.items()}
    found["sqlstate"] = state_of(error)
    found["message"] = field("message_primary", "M") or _first_line(error)
    return found


def state_of(error):
    """Returns an exception's SQLSTATE, or the empty string."""
    for one in _chain(error):
        for attribute in ("sqlstate", "pgcode"):
            value = getattr(one, attribute, None)
            if isinstance(value, str) and value:
                return value
        if one.args and isinstance(one.args[0], dict) and "C" in one.args[0]:
            return one.args[0]["C"]
    return ""


def _library_roots():
    paths = sysconfig.get_paths()
    roots = {paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib") if key in paths}
    return tuple(os.path.join(root, "") for root in roots)


def is_project(filename):
    """Returns whether a frame's file belongs to the project, not to a library or this driver."""
    if filename.startswith(("<", "devenv_driver/")):
        return False
    parts = filename.split(os.sep)
    return not ("site-packages" in parts or "dist-packages" in parts or filename.startswith(_library_roots()))


def place_of(frame, session):
    """Returns the revision, file and line at which a frame is: in a revision's file, else in the project's code."""
    recorder, found = session.recorder, None
    while frame is not None:
        filename = frame.f_code.co_filename
        revision = recorder.revision_of(filename) if recorder else None
        if revision:
            return {"revision": revision, "file": filename, "line": frame.f_lineno}
        if found is None and is_project(filename):
            found = {"revision": recorder.revision if recorder else "", "file": filename, "line": frame.f_lineno}
        frame = frame.f_back
    return found


def _frames(error):
    frames = [f for f in traceback.extract_tb(error.__traceback__) if is_project(f.filename)]
    lines = ['File "%s", line %d, in %s: %s' % (f.filename, f.lineno or 0, f.name, f.line) for f in frames]
    return lines + [line.rstrip() for line in traceback.format_exception_only(type(error), error)[:1]]


def _last_frame(error):
    frames = traceback.extract_tb(error.__traceback__)
    return frames[-1].filename if frames else ""


def _location(error, session):
    """Returns the revision, file and line of the innermost frame in a revision's file, else in the project's code."""
    if isinstance(error, SyntaxError) and error.filename:
        return {"file": error.filename, "line": error.lineno or 0}
    frames = [f for f in traceback.extract_tb(error.__traceback__) if is_project(f.filename)]
    location = {"file": frames[-1].filename, "line": frames[-1].lineno} if frames else {}
    recorder = session.recorder
    if recorder is None:
        return location
    for frame in reversed(frames):
        revision = recorder.revision_of(frame.filename)
        if revision:
            return {"revision": revision, "file": frame.filename, "line": frame.lineno}
    return dict(location, revision=recorder.revision) if recorder.revision else location
