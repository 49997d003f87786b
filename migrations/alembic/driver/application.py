"""Flask-Migrate: its env.py asks the running Flask application for the database, as `flask db` provides it."""

import contextlib
import os

from devenv_driver.failures import Refused

ENV = "env.py"


def is_asked_for(config_file):
    """Returns whether a configuration file is Flask-Migrate's: the env.py beside it asks for the application."""
    return "current_app" in _text(os.path.join(os.path.dirname(os.path.abspath(config_file)), ENV))


def complete(config, config_file):
    """Sets what Flask-Migrate sets, whatever its file says: the scripts are in the file's own directory."""
    config.set_main_option("script_location", os.path.dirname(os.path.abspath(config_file)).replace("%", "%%"))


@contextlib.contextmanager
def running(config, env_file):
    """Makes the application current while env.py runs, if env.py asks for it."""
    if "current_app" not in _text(env_file):
        yield
        return
    app = _load()
    with app.app_context():
        extension = app.extensions.get("migrate")
        if extension is None:
            raise Refused("tool", "the Flask application has no Flask-Migrate", "call Migrate(app, db) when it is created")
        extension.migrate.call_configure_callbacks(config)
        yield


def _load():
    """Returns the application that the flask command finds: by FLASK_APP, also in .flaskenv, or in app.py."""
    from flask.cli import NoAppException, ScriptInfo, load_dotenv

    load_dotenv()
    try:
        return ScriptInfo(app_import_path=os.environ.get("FLASK_APP")).load_app()
    except NoAppException as error:
        raise Refused("tool", "Flask finds no application: %s" % " ".join(str(error).split()), _how_to_name(str(error))) from error


def _how_to_name(error):
    """Returns where to name the application; a factory that Flask has called may return more than that."""
    hint = "set FLASK_APP in the service's environment: migrations.env in .devenv.yaml, or in the Compose file"
    if "was not obtained from" in error or "Failed to find" in error:
        hint += ("\nit names an application, package:app, or a factory that returns nothing else; of one that returns several "
                 "things, make it in a file of its own, wsgi.py, with app = create_app()[0], and set FLASK_APP=wsgi.py")
    return hint


def _text(path):
    with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
    return ""
