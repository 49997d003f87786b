"""The project's Alembic set-up: its configuration, its script directory, and running its env.py."""

import contextlib
import os
import re
import sys

from devenv_driver import application
from devenv_driver.failures import Refused
from devenv_driver.packages import append_import_root

OLDEST_ALEMBIC = (1, 8)
OLDEST_SQLALCHEMY = (1, 4)


class Session:
    """The state kept between commands: the options, the running command's recorder, the last autogenerate."""

    def __init__(self, channel):
        self.channel = channel
        self.config, self.section, self.x = "alembic.ini", "alembic", []
        self.recorder = None
        self.generated = None

    def load(self, *argv):
        """Returns a new configuration and script directory, as Alembic's command line creates them for argv."""
        config = self._configure(argv)
        if application.is_asked_for(self.config):
            application.complete(config, self.config)
        try:
            script = _script_directory(config)
        except Refused:
            raise
        except Exception as error:
            if type(error).__name__ != "CommandError":
                raise
            code = "no_scripts" if _is_about_scripts(str(error)) else "no_config"
            raise Refused(code, "%s: %s" % (self.config, error), "check script_location in " + self.config) from error
        append_import_root(script.dir)
        return config, script

    def _configure(self, argv):
        if not os.path.isfile(self.config):
            raise Refused(
                "no_config", "%s does not exist in %s" % (self.config, os.getcwd()),
                "name the file: migrations.config in .devenv.yaml",
            )
        from alembic.config import CommandLine, Config

        line = CommandLine(prog="alembic")
        options = line.parser.parse_args(["-c", self.config, "-n", self.section] + self._x_arguments() + list(argv))
        if hasattr(line, "_inis_from_config"):
            toml, ini = line._inis_from_config(options)
            return Config(file_=ini, toml_file=toml, ini_section=options.name, cmd_opts=options)
        if os.path.basename(self.config) == "pyproject.toml":
            raise Refused("no_config", "this Alembic does not read pyproject.toml", "use Alembic 1.16 or newer")
        return Config(file_=self.config, ini_section=options.name, cmd_opts=options)

    def _x_arguments(self):
        return [word for x in self.x for word in ("-x", x)]


def check_versions():
    """Raises Refused if Alembic or SQLAlchemy is missing or too old."""
    try:
        import alembic.config  # a bare "alembic" may be the project's own directory
        import sqlalchemy
    except ImportError as error:
        raise Refused(
            "no_tool", "%s has no module %s" % (sys.executable, (error.name or "").partition(".")[0]),
            "name the project's interpreter: migrations.python in .devenv.yaml",
        ) from error
    for module, oldest in ((alembic, OLDEST_ALEMBIC), (sqlalchemy, OLDEST_SQLALCHEMY)):
        if _version(module.__version__) < oldest:
            raise Refused(
                "no_tool", "%s %s is too old" % (module.__name__, module.__version__),
                "use %s %d.%d or newer" % ((module.__name__,) + oldest),
            )
    _always_read_sources()


def version_directories(script):
    """Returns the absolute paths of the directories that contain revision files."""
    return [os.path.abspath(str(path)) for path in script._version_locations]


def hook_names(config, script):
    """Returns the names of the project's post-write hooks."""
    hooks = getattr(script, "hooks", None)
    if hooks is not None:
        return [str(hook.get("_hook_name", "")) for hook in hooks]
    names = (getattr(script, "hook_config", None) or {}).get("hooks", "")
    return [name for name in re.split(r", *|(?: +)", names) if name]


def without_hooks(script):
    """Removes the post-write hooks from the script directory."""
    for name in ("hooks", "hook_config"):
        if hasattr(script, name):
            setattr(script, name, [] if name == "hooks" else {})


def run_env(session, config, script, visit, **options):
    """Runs env.py once and calls visit(heads, context) where Alembic's command line would do its work."""
    from alembic.runtime.environment import EnvironmentContext

    if not os.path.isfile(str(script.env_py_location)):
        raise Refused("no_env", "%s does not exist" % script.env_py_location, "check script_location in " + session.config)
    finished = []

    def work(heads, context):
        for step in visit(heads, context) or []:
            yield step
        finished.append(True)

    try:
        with application.running(config, script.env_py_location):
            with EnvironmentContext(config, script, fn=work, as_sql=False, **options):
                script.run_env()
    except SystemExit as error:
        if not finished:
            raise _swallowed(session) or error
        if error.code not in (None, 0):
            raise
    if not finished:
        if _swallowed(session):
            raise _swallowed(session)
        raise Refused(
            "tool", "%s ended without running migrations" % script.env_py_location,
            "it must call context.run_migrations()",
        )


def _swallowed(session):
    """Returns the exception that ended a revision, None if none did. An env.py may catch it, and end as if all were well."""
    return session.recorder and session.recorder.raised


def _script_directory(config):
    from alembic.script import ScriptDirectory

    if not _has_section(config):
        raise Refused("no_config", "%s has no [%s] section" % (config.config_file_name, config.config_ini_section))
    script = ScriptDirectory.from_config(config)
    if not os.path.isdir(str(script.dir)):
        raise Refused("no_scripts", "script_location %s does not exist" % script.dir)
    return script


def _has_section(config):
    if getattr(config, "toml_alembic_config", None):
        return True
    return config.file_config.has_section(config.config_ini_section)


def _is_about_scripts(text):
    return "script_location" in text or "Path doesn't exist" in text


def _version(text):
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def _always_read_sources():
    """Loads env.py and revisions from source: cached bytecode is keyed by size and second, and files change faster."""
    from importlib.machinery import SourceFileLoader
    from importlib.util import module_from_spec, spec_from_file_location

    from alembic.util import pyfiles

    class UncachedLoader(SourceFileLoader):
        def get_code(self, fullname):
            path = self.get_filename(fullname)
            return self.source_to_code(self.get_data(path), path)

    def load_module_py(module_id, path):
        loader = UncachedLoader(module_id, str(path)) if str(path).endswith(".py") else None
        spec = spec_from_file_location(module_id, str(path), loader=loader)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    with contextlib.suppress(AttributeError):
        if pyfiles.load_module_py:
            pyfiles.load_module_py = load_module_py
