"""Writes the captured result of an autogenerate, without what is excluded, using the project's own template."""

import contextlib
import copy
import os
import re

from devenv_driver import edit
from devenv_driver.failures import Refused
from devenv_driver.imports import add_imports
from devenv_driver.lines import fill_placeholders, indented, operation_classes
from devenv_driver.mend import mend
from devenv_driver.project import hook_names, version_directories, without_hooks
from devenv_driver.renames import apply_renames


def write_revision(session, arguments, answer):
    """Writes a revision file and imports it; writes nothing if no operation is left."""
    revise = arguments["revise"]
    config, script = session.load("revision", "--message=" + revise["message"])
    _refuse_unwritable(script)
    answer.update(nothing=True, revision="", parents=[], path="", content="", operations=[])
    answer["post_write_hooks"] = hook_names(config, script)
    if revise.get("empty"):
        body = _Body({"config": config}, revise)
    else:
        body = _generated_body(session, revise, arguments.get("exclude") or [])
        if body is None:
            return
        answer["operations"] = body.entries
    _write(script, revise, body, answer)
    answer["nothing"] = False


def _refuse_unwritable(script):
    """Refuses if no revision can be written, before anything is changed: the command can be repeated."""
    nearest = []
    for directory in version_directories(script):
        while not os.path.exists(directory):
            directory = os.path.dirname(directory) or os.curdir
        if os.access(directory, os.W_OK | os.X_OK):
            return
        nearest.append(os.path.abspath(directory))
    if nearest:
        raise Refused(
            "unwritable", "write the revision: the service's user may not write to %s" % nearest[0],
            "make that directory writable for it", file=nearest[0],
        )


class _Body:
    """The template's arguments, and the options that a hook of the project may have set."""

    def __init__(self, template, revise, directives=None, entries=()):
        self.template = template
        self.directives = directives
        self.entries = list(entries)
        if directives is None:
            self.template["upgrades"] = indented(revise.get("append_upgrade")).lstrip()
            self.template["downgrades"] = indented(revise.get("append_downgrade")).lstrip()

    def chosen(self, name):
        return getattr(self.directives, name, None) if self.directives is not None else None


def _generated_body(session, revise, exclude):
    """Returns the body with the remaining operations, or None if there are none."""
    generated = session.generated
    if generated is None:
        raise Refused("tool", "there is no autogenerate to write", "run autogenerate first")
    if generated.script is None and not revise.get("append_upgrade"):
        return None
    describer, revisions = generated.describer, generated.revisions
    excluded = [generated.entries[number] for number in exclude]
    script = _edited(generated, revise, excluded)
    entries = describer.all(script.upgrade_ops_list)
    if not entries and not revise.get("append_upgrade"):
        return None
    mend(script, describer, generated.catalogs)
    _append(script, revise)
    return _Body(_rendered(revisions, script, revise), revise, script, entries)


def _edited(generated, revise, excluded):
    """Returns a copy of the captured script without the noise and with the renames applied."""
    describer, renames = generated.describer, revise.get("renames") or []
    script = copy.copy(generated.script)
    ups, downs = edit.dropped_keys(excluded, describer, generated.upgrades())
    upgrades = [_container(c, edit.without(c.ops, ups, describer)) for c in script.upgrade_ops_list]
    downgrades = [_container(c, edit.without(c.ops, downs, describer, back=True)) for c in script.downgrade_ops_list]
    script._upgrade_ops, script._downgrade_ops = upgrades, downgrades
    for up, down, catalog in zip(upgrades, downgrades, generated.catalogs):
        up.ops, down.ops = apply_renames(up.ops, down.ops, renames, describer, catalog)
    return script


def _append(script, revise):
    lines = operation_classes().Lines
    if revise.get("append_upgrade"):
        script._upgrade_ops[0].ops.append(lines(revise["append_upgrade"]))
    if revise.get("append_downgrade"):
        script._downgrade_ops[0].ops.append(lines(revise["append_downgrade"]))


def _container(container, operations):
    copied = copy.copy(container)
    copied.ops = operations
    return copied


def _rendered(revisions, script, revise):
    """Returns the template's arguments as Alembic renders them, with the placeholders replaced by the lines."""
    from alembic.autogenerate import render

    autogen = revisions._last_autogen_context
    autogen.imports = set(script.imports or ())
    autogen.opts["devenv_lines"] = []
    template = dict(revisions.template_args)
    render._render_python_into_templatevars(autogen, script, template)
    for up, down in zip(script._upgrade_ops, script._downgrade_ops):
        for name in (up.upgrade_token, down.downgrade_token):
            template[name] = fill_placeholders(template[name], autogen.opts["devenv_lines"])
    return template


def _write(script, revise, body, answer):
    without_hooks(script)
    identity = revise.get("rev_id") or body.chosen("rev_id") or _new_identity()
    written = _Paths(script)
    try:
        for directory in written.directories:  # git keeps no empty one, and old versions of Alembic do not make it
            os.makedirs(directory, exist_ok=True)
        made = script.generate_revision(
            identity, _in_docstring(revise["message"]), refresh=True, splice=True,
            head=_head(script, revise, body), version_path=revise.get("version_path") or body.chosen("version_path"),
            branch_labels=body.chosen("branch_label"), depends_on=body.chosen("depends_on"), **body.template
        )
        path = str(made.path)
        answer.update(_finish(script, path, identity))
    except SyntaxError as error:
        written.remove_new()
        raise Refused(
            "broken_file", "the generated file is not valid Python: %s" % error.msg,
            "a default or type in the models has no Python text; give env.py a render_item for it",
            file=error.filename or "", line=error.lineno or 0,
        ) from error
    except OSError as error:
        written.remove_new()
        raise Refused("unwritable", "write the revision: %s" % error, "make the versions directory writable") from error
    except BaseException:
        written.remove_new()
        raise


def _finish(script, path, identity):
    """Adds the file's missing imports and loads it again; returns its part of the answer."""
    encoding = script.output_encoding or "utf-8"
    with open(path, encoding=encoding, newline="") as stream:
        source = stream.read()
    completed = add_imports(source, path)
    if completed != source:
        with open(path, "w", encoding=encoding, newline="") as stream:
            stream.write(completed)
    from alembic.util import load_python_file

    module = load_python_file(os.path.dirname(path), os.path.basename(path))
    if str(module.revision) != identity:
        raise Refused("broken_file", "the written file says revision %s instead of %s" % (module.revision, identity), file=path)
    down = module.down_revision
    parents = [] if down is None else [down] if isinstance(down, str) else list(down)
    return {"revision": identity, "parents": parents, "path": path, "content": completed}


class _Paths:
    """The files in the version directories before a write, so that a failed write can remove the new ones."""

    def __init__(self, script):
        self.directories = version_directories(script)
        self.before = set(self._all())

    def remove_new(self):
        for path in set(self._all()) - self.before:
            with contextlib.suppress(OSError):
                os.remove(path)

    def _all(self):
        for directory in self.directories:
            for root, _, names in os.walk(directory):
                yield from (os.path.join(root, name) for name in names if name.endswith(".py"))


def _head(script, revise, body):
    parents = revise.get("parents")
    if parents is None:
        return body.chosen("head") or "head"
    if not parents:
        return "base"
    return parents[0] if len(parents) == 1 else tuple(parents)


def _new_identity():
    from alembic.util import rev_id

    return rev_id()


def _in_docstring(message):
    """Returns the message, escaped so that it reads back unchanged from a docstring."""
    return re.sub(r'"(?="|$)', r'\"', message.replace("\\", "\\\\"))
