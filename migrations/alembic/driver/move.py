"""Commands that move a database between revisions or read its current revision."""

import contextlib
import time

from devenv_driver import trace
from devenv_driver.failures import Refused
from devenv_driver.meanwhile import Meanwhile
from devenv_driver.process import restored_process
from devenv_driver.project import run_env


def current(session, arguments, answer):
    """Answers with the content of the version table."""
    config, script = session.load("current")

    def look(heads, context):
        answer.update(
            heads=sorted(heads), table=context.version_table, schema=context.version_table_schema or "",
            dialect=context.dialect.name, dbapi=context.dialect.driver,
            database=_database(context),
        )

    run_env(session, config, script, look, dont_mutate=True)


def _database(context):
    if context.dialect.name != "postgresql":
        return ""
    from sqlalchemy import text

    return context.connection.execute(text("SELECT pg_catalog.current_database()")).scalar()


def set_version(session, arguments, answer):
    """Replaces the version table's rows, even with revisions that have no file."""
    config, script = session.load("stamp", "head")
    wanted = arguments.get("heads") or []

    def write(heads, context):
        with context.begin_transaction(_per_migration=True):
            context._ensure_version_table()
            context.connection.execute(context._version.delete())
            for head in wanted:
                context.connection.execute(context._version.insert().values(version_num=head))

    with restored_process():
        run_env(session, config, script, write)
    current(session, arguments, answer)
    if answer["heads"] != sorted(wanted):
        raise Refused("tool", "the version table was written and does not hold it", "env.py does not commit")


def upgrade(session, arguments, answer):
    """Runs the migrations up to a target, like "alembic upgrade"."""
    _move(session, arguments, answer, "upgrade", lambda script, heads: script._upgrade_revs(arguments["target"], heads))


def downgrade(session, arguments, answer):
    """Runs the migrations back to a target, like "alembic downgrade"."""
    _move(session, arguments, answer, "downgrade", lambda script, heads: script._downgrade_revs(arguments["target"], heads))


def create_all(session, arguments, answer):
    """Creates the schema that the models describe."""
    config, script = session.load("upgrade", "head")

    def create(heads, context):
        from devenv_driver.generate import metadata_of

        with context.begin_transaction(_per_migration=True):
            for metadata in metadata_of(context, script):
                metadata.create_all(context.connection)

    run_env(session, config, script, create, dont_mutate=True)


def _move(session, arguments, answer, name, plan):
    config, script = session.load(name, arguments["target"])
    recorder = trace.Recorder(
        session.channel, script, arguments.get("trace"), arguments.get("transactions"), arguments.get("fail_after"),
    )
    recorder.keep_before = arguments.get("keep_before") or 0
    recorder.meanwhile = Meanwhile(**arguments.get("meanwhile") or {})
    session.recorder = recorder
    answer.update(revisions=recorder.finished, heads=[])

    def steps(heads, context):
        recorder.version_table = context.version_table
        for step in plan(script, heads):
            recorder.watch(step)
            yield step

    started = time.monotonic()
    try:
        with restored_process(), trace.recording(recorder):
            run_env(session, config, script, steps, destination_rev=arguments["target"])
    finally:
        answer["ms"] = (time.monotonic() - started) * 1000
        with contextlib.suppress(Exception, SystemExit):
            after = {}
            current(session, arguments, after)
            answer["heads"] = after["heads"]
