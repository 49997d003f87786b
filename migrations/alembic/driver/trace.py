"""Reports statements as they run: which revision and line sent them, how long they took, and how they failed."""

import collections
import contextlib
import os
import sys
import time

from devenv_driver import effects
from devenv_driver.failures import Refused, state_of


# The same text is reported so many times; a loop without end must not fill devenv's memory.
MOST_REPEATS = 10000


class _Listeners:
    """The recorder that the process-wide listeners report to."""

    recorder = None
    listening = False


class Injected(Exception):
    """The failure that fail_after requests.

    It is an Exception, like a database error: for other exceptions, SQLAlchemy drops the connection.
    """


class Recorder:
    """Observes an upgrade or downgrade and sends its statements to the channel."""

    def __init__(self, channel, script, trace_effects, transactions=False, fail_after=0):
        self.channel = channel
        self.files = _files_of(script)
        self.paths = {}
        self.revision = ""
        self.running = False
        self.finished = []
        self.texts = collections.Counter()  # of all statements so far
        self.begun = self.running_statement = 0  # how many have begun, and which of them the database works on
        self.failed = ""
        self.raised = None  # what ended a revision; env.py may have swallowed it
        self.doubles = False  # the DBAPI wants each % twice
        self.version_table = ""
        self.count = 0
        self.keep_before = 0
        self.meanwhile = None
        self.effects = effects.Effects() if trace_effects else None
        self.transactions, self.fail_after = transactions, fail_after
        self.open = (None, "")  # the connection of the last statement, and the transaction that it is still in

    def watch(self, step):
        """Makes the recorder notice when a step's revision starts and ends."""
        run, revision = step.migration_fn, _revision_of(step)

        def watched(**kwargs):
            self.revision, self.running = revision, True
            try:
                result = run(**kwargs)
            except BaseException as error:
                self.raised = error
                raise
            self.running = False
            self.finished.append(revision)
            return result

        step.migration_fn = watched

    def revision_of(self, filename):
        """Returns the revision that a file contains, or None."""
        if filename not in self.paths:
            self.paths[filename] = self.files.get(os.path.realpath(filename))
        return self.paths[filename]

    def location(self):
        """Returns the revision, file and line of the innermost frame in a revision's file."""
        frame = sys._getframe(1)
        while frame is not None:
            revision = self.revision_of(frame.f_code.co_filename)
            if revision:
                return revision, frame.f_code.co_filename, frame.f_lineno
            frame = frame.f_back
        return (self.revision if self.running else "", "", 0)

    def written(self, statement):
        """Returns a statement that the DBAPI gets as the server gets it."""
        return statement.replace("%%", "%") if self.doubles else statement

    def transaction(self, connection):
        """Returns the id of the transaction that a statement has just run or failed in; "" when that is unknown."""
        if not self.transactions:
            return ""
        found = effects.transaction(connection)
        if found is None:  # the transaction has failed, and runs no more queries
            return self.open[1] if self.open[0] is connection else ""
        self.open = (connection, found)
        return found

    def report(self, begun, rows=-1, state="", after=None, transaction=""):
        """Sends a completed or failed statement to the channel."""
        self.count += 1
        if self.texts[begun["sql"]] > MOST_REPEATS:
            return
        revision, path, line = begun["location"]
        sql = begun["sql"]
        self.channel.send(statement={
            "seq": self.count, "revision": revision, "file": path, "line": line, "sql": sql,
            "ms": (time.monotonic() - begun["at"]) * 1000, "rows": rows, "sqlstate": state,
            "version": not path and bool(self.version_table) and self.version_table in sql, "effects": after,
            "transaction": transaction,
        })


@contextlib.contextmanager
def recording(recorder):
    """Reports the statements of all engines to the recorder while the block runs."""
    _listen()
    _Listeners.recorder = recorder
    try:
        yield
    finally:
        _Listeners.recorder = None


def _listen():
    if _Listeners.listening:
        return
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    event.listen(Engine, "before_cursor_execute", _before)
    event.listen(Engine, "after_cursor_execute", _after)
    event.listen(Engine, "handle_error", _on_error)
    event.listen(Engine, "commit", _on_end)
    event.listen(Engine, "rollback", _on_end)
    _Listeners.listening = True


def _before(connection, cursor, statement, parameters, context, executemany):
    recorder = _Listeners.recorder
    if recorder is None or context is None:
        return
    if recorder.count + 1 == recorder.keep_before:
        connection.connection.commit()
        raise Refused("tool", "the run was to end here, with what it did kept")
    if recorder.meanwhile and 0 < recorder.count == recorder.meanwhile.after:
        recorder.meanwhile.happen(connection)
    if recorder.effects:
        recorder.effects.before(connection)
    recorder.doubles = connection.dialect.paramstyle in ("format", "pyformat")
    statement = recorder.written(statement)
    recorder.texts[statement] += 1
    recorder.begun += 1
    recorder.running_statement = recorder.begun
    context._devenv_begun = {"sql": statement, "location": recorder.location(), "at": time.monotonic()}


def _after(connection, cursor, statement, parameters, context, executemany):
    recorder = _Listeners.recorder
    begun = getattr(context, "_devenv_begun", None)
    if recorder is None or begun is None:
        return
    recorder.running_statement = 0
    rows = getattr(cursor, "rowcount", -1)
    after = recorder.effects.after(connection) if recorder.effects else None
    transaction = recorder.transaction(connection)
    recorder.report(begun, rows if isinstance(rows, int) else -1, after=after, transaction=transaction)
    if recorder.count == recorder.fail_after:
        raise Injected("devenv breaks off after statement %d" % recorder.count)


def _on_error(context):
    recorder = _Listeners.recorder
    if recorder is None:
        return
    recorder.running_statement = 0
    begun = getattr(context.execution_context, "_devenv_begun", None)
    if begun is not None and context.statement is not None:
        recorder.failed = begun["sql"]
        transaction = recorder.transaction(context.connection)
        recorder.report(begun, state=state_of(context.original_exception) or "?", transaction=transaction)


def _on_end(connection):
    if _Listeners.recorder is not None:
        _Listeners.recorder.open = (None, "")


def _files_of(script):
    return {os.path.realpath(str(s.path)): s.revision for s in script.walk_revisions()}


def _revision_of(step):
    revision = getattr(step, "revision", None)
    return getattr(revision, "revision", "") or ""
