"""The commands by name. Each takes the session and its arguments, and fills in as much of the answer as it can."""

import os
import platform

from devenv_driver import generate, history, write
from devenv_driver.move import create_all, current, downgrade, set_version, upgrade
from devenv_driver.project import check_versions, hook_names, version_directories


def hello(session, arguments, answer):
    """Stores the options and answers with the versions and configuration. Uses neither env.py nor a database."""
    session.config = arguments.get("config") or "alembic.ini"
    session.section = arguments.get("section") or "alembic"
    session.x = arguments.get("x") or []
    answer["python"] = platform.python_version()
    check_versions()
    import alembic
    import sqlalchemy

    answer.update(alembic=alembic.__version__, sqlalchemy=sqlalchemy.__version__)
    config, script = session.load("current")
    answer.update(
        config=os.path.abspath(session.config),
        script_location=os.path.abspath(str(script.dir)),
        version_locations=version_directories(script),
        file_template=script.file_template,
        output_encoding=script.output_encoding,
        post_write_hooks=hook_names(config, script),
    )


COMMANDS = {
    "hello": hello,
    "history": history.history,
    "current": current,
    "set_version": set_version,
    "upgrade": upgrade,
    "downgrade": downgrade,
    "autogenerate": generate.autogenerate,
    "write_revision": write.write_revision,
    "create_all": create_all,
}
