"""Autogenerate through the project's own env.py, options and hooks, captured before a file is written."""

from devenv_driver.failures import Refused
from devenv_driver.operations import Describer
from devenv_driver.project import run_env


class Generated:
    """What one autogenerate found: Alembic's revision context and the operations' entries."""

    def __init__(self, revisions, describer, existing_types):
        self.revisions = revisions
        self.describer = describer
        self.existing_types = existing_types
        scripts = revisions.generated_revisions
        self.script = scripts[0] if scripts else None
        self.entries = describer.all(self.upgrades())

    def upgrades(self):
        """Returns the upgrade operations of the one script; a project's hook may have emptied it."""
        return self.script.upgrade_ops_list if self.script is not None else []


def autogenerate(session, arguments, answer):
    """Compares models and database; the result stays in the session until the next one."""
    from alembic.autogenerate.api import RevisionContext

    session.generated = None
    config, script = session.load("revision", "--autogenerate")
    revisions = RevisionContext(config, script, dict(
        message=None, autogenerate=True, sql=False, head="head", splice=False, branch_label=None,
        version_path=None, rev_id=None, depends_on=None,
    ))
    types = set()

    def compare(heads, context):
        metadata_of(context, script)
        revisions.run_autogenerate(heads, context)
        types.update(_enum_types(context.connection))

    run_env(
        session, config, script, compare,
        template_args=revisions.template_args, revision_context=revisions,
    )
    session.generated = Generated(revisions, Describer(revisions._last_autogen_context), types)
    answer["operations"] = session.generated.entries


def metadata_of(context, script):
    """Returns the project's metadata collections; refuses a project that gives none, or none with a table."""
    metadata = context.opts.get("target_metadata")
    place = str(script.env_py_location)
    if metadata is None:
        raise Refused(
            "no_target_metadata", "env.py has no models: target_metadata is None",
            "in %s set target_metadata to the models' metadata, such as Base.metadata" % place, file=place,
        )
    collections = list(metadata) if isinstance(metadata, (list, tuple, set)) else [metadata]
    if not any(one.tables for one in collections):
        raise Refused(
            "empty_target_metadata", "env.py gives a target_metadata without any table",
            "import the modules that define the models in %s" % place, file=place,
        )
    return collections


def _enum_types(connection):
    """Returns schema and name of the enum types that the database has; for other databases, none."""
    if connection is None or connection.dialect.name != "postgresql":
        return []
    from sqlalchemy import text

    query = "SELECT n.nspname, t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e'"
    return [tuple(row) for row in connection.execute(text(query))]
