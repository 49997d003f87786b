"""Runs autogenerate with the project's own env.py, options and hooks, and captures the result before it is written."""

from devenv_driver import labels
from devenv_driver.failures import Refused
from devenv_driver.operations import Describer, leaves
from devenv_driver.project import run_env


class Generated:
    """The result of an autogenerate: Alembic's revision context, and the operations as entries."""

    def __init__(self, revisions, describer, catalogs):
        self.revisions = revisions
        self.describer = describer
        self.catalogs = catalogs
        scripts = revisions.generated_revisions
        self.script = scripts[0] if scripts else None
        self.entries = describer.all(self.upgrades())

    def upgrades(self):
        """Returns the script's upgrade operations, none if a hook of the project removed the script."""
        return self.script.upgrade_ops_list if self.script is not None else []


def autogenerate(session, arguments, answer):
    """Compares the models with the database. The session keeps the result until the next autogenerate."""
    from alembic.autogenerate.api import RevisionContext

    session.generated = None
    config, script = session.load("revision", "--autogenerate")
    revisions = RevisionContext(config, script, dict(
        message=None, autogenerate=True, sql=False, head="head", splice=False, branch_label=None,
        version_path=None, rev_id=None, depends_on=None,
    ))
    catalogs = []
    labels.register()

    def compare(heads, context):
        metadata_of(context, script)
        revisions.run_autogenerate(heads, context)
        _read_casts(revisions, context, catalogs)

    run_env(
        session, config, script, compare, template_args=revisions.template_args, revision_context=revisions,
        **{labels.CATALOGS: catalogs}
    )
    session.generated = Generated(revisions, Describer(revisions._last_autogen_context), catalogs)
    answer["operations"] = session.generated.entries


def metadata_of(context, script):
    """Returns the project's metadata collections; raises Refused if there are none or all are empty."""
    metadata = context.opts.get("target_metadata")
    env_py = str(script.env_py_location)
    if metadata is None:
        raise Refused(
            "no_target_metadata", "env.py has no models: target_metadata is None",
            "in %s set target_metadata to the models' metadata, such as Base.metadata" % env_py, file=env_py,
        )
    collections = list(metadata) if isinstance(metadata, (list, tuple, set)) else [metadata]
    if not any(one.tables for one in collections):
        raise Refused(
            "empty_target_metadata", "env.py gives a target_metadata without any table",
            "import the modules that define the models in %s" % env_py, file=env_py,
        )
    return collections


def _read_casts(revisions, context, catalogs):
    """Reads from the database how the changed types convert to each other, in both directions."""
    if not catalogs or not revisions.generated_revisions:
        return
    describer = Describer(revisions._last_autogen_context)
    for op in leaves(revisions.generated_revisions[-1].upgrade_ops_list[-1:]):
        if getattr(op, "modify_type", None) is not None and op.existing_type is not None:
            source, target = describer.type_text(op.existing_type), describer.type_text(op.modify_type)
            catalogs[-1].cast(context.connection, source, target)
            catalogs[-1].cast(context.connection, target, source)
