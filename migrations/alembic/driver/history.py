"""Reads revision files one by one, so that a broken file does not hide others. Needs neither a database nor env.py."""

import ast
import io
import os
import re
import tokenize

from devenv_driver.project import version_directories

LONGEST_ID = 32
NAMES = ("revision", "down_revision", "branch_labels", "depends_on")


def history(session, arguments, answer):
    """Answers with all revisions, parents first, and with the problems of the files and the graph."""
    _, script = session.load("history")
    revisions, problems = [], []
    for path in _files(script):
        _read_file(script, path, revisions, problems)
    graph = Graph(revisions)
    problems += graph.problems()
    answer.update(revisions=graph.sorted(), problems=problems)


def _files(script):
    seen = set()
    for directory in version_directories(script):
        for root, directories, names in os.walk(directory):
            directories[:] = sorted(d for d in directories if d != "__pycache__")
            for name in sorted(names):
                path = os.path.join(root, name)
                if name.endswith(".py") and not name.startswith((".#", "__init__")):
                    if os.path.realpath(path) not in seen:
                        seen.add(os.path.realpath(path))
                        yield path
            if not getattr(script, "recursive_version_locations", False):
                break


def _read_file(script, path, revisions, problems):
    try:
        with open(path, "rb") as stream:
            source = stream.read()
        tree = ast.parse(source, path)
        values = _values(tree, path)
    except SyntaxError as error:
        problems.append(_problem("broken", path, "%s: %s" % (os.path.basename(path), error.msg), line=error.lineno or 0))
        return
    except Exception as error:
        text = "%s: %s: %s" % (os.path.basename(path), type(error).__name__, error)
        problems.append(_problem("import", path, text))
        return
    legacy = re.match(r"([a-f0-9]+)\.py$", os.path.basename(path))
    identity = values.get("revision") or (legacy and legacy.group(1))
    if not identity:
        problems.append(_problem("broken", path, "%s has no revision identifier" % os.path.basename(path)))
        return
    revisions.append({
        "id": str(identity), "path": path,
        "down": _as_list(values.get("down_revision")), "dependencies": _as_list(values.get("depends_on")),
        "labels": _as_list(values.get("branch_labels")),
        "message": _first_line(ast.get_docstring(tree)), "comments": _comments(source),
    })


def _values(tree, path):
    """Returns the module's revision variables; if one of them is computed, imports the module to read them."""
    values = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name) and target.id in NAMES and node.value is not None:
                try:
                    values[target.id] = ast.literal_eval(node.value)
                except ValueError:
                    return _imported_values(path)
    return values


def _imported_values(path):
    from alembic.util import load_python_file

    module = load_python_file(os.path.dirname(path), os.path.basename(path))
    return {name: getattr(module, name) for name in NAMES if hasattr(module, name)}


def _as_list(value):
    if value is None:
        return []
    return [str(value)] if isinstance(value, str) else [str(one) for one in value]


def _first_line(text):
    lines = (text or "").strip().splitlines()
    return lines[0] if lines else ""


def _comments(source):
    """Returns the comments addressed to devenv, with their line numbers."""
    tokens = tokenize.tokenize(io.BytesIO(source).readline)
    comments = (t for t in tokens if t.type == tokenize.COMMENT)
    return [{"line": t.start[0], "text": t.string} for t in comments if re.match(r"#+\s*devenv:", t.string)]


def _problem(kind, path, message, line=0, revision=""):
    return {"kind": kind, "file": path, "line": line, "revision": revision, "message": message}


class Graph:
    """The graph of the revisions, even if it is broken."""

    def __init__(self, revisions):
        self.revisions = revisions
        self.by_id, self.labels, self.duplicates = {}, {}, []
        for revision in revisions:
            for label in revision["labels"]:
                self.labels[label] = revision
            if self.by_id.setdefault(revision["id"], revision) is not revision:
                self.duplicates.append(revision)
        self._mark()

    def _mark(self):
        parents = {down for revision in self.revisions for down in revision["down"]}
        for revision in self.revisions:
            revision["head"] = revision["id"] not in parents
            revision["root"] = not revision["down"]

    def problems(self):
        """Yields duplicate ids, ids that are too long, missing parents and cycles."""
        for r in self.duplicates:
            other = os.path.basename(self.by_id[r["id"]]["path"])
            yield self._about(r, "duplicate", "revision id %s is also that of %s" % (r["id"], other))
        for r in self.revisions:
            if len(r["id"]) > LONGEST_ID:
                text = "revision id %s has %d characters, the version table holds %d"
                yield self._about(r, "long_id", text % (r["id"], len(r["id"]), LONGEST_ID))
            for down in r["down"]:
                if down not in self.by_id:
                    yield self._about(r, "parent", "its parent %s does not exist" % down)
            for needed in r["dependencies"]:
                if not self._exists(needed):
                    yield self._about(r, "parent", "it depends on %s, which does not exist" % needed)
        on_cycle = self._looped()
        looped = [r for r in self.revisions if r["id"] in on_cycle]
        if looped:
            names = " and ".join(r["id"] for r in looped)
            yield self._about(looped[0], "cycle", "the parents of %s form a cycle" % names)

    def sorted(self):
        """Returns the revisions, parents first; those on or after a cycle come last, in the order of their files."""
        waiting, children, ready = {}, {}, []
        files = sorted(self.revisions, key=lambda r: r["path"])
        for number, revision in enumerate(files):
            parents = {down for down in revision["down"] if down in self.by_id}
            waiting[number] = len(parents)
            for down in parents:
                children.setdefault(down, []).append(number)
            if not parents:
                ready.append(number)
        order = []
        for number in ready:
            order.append(files[number])
            if self.by_id[files[number]["id"]] is not files[number]:
                continue
            for child in children.get(files[number]["id"], []):
                waiting[child] -= 1
                if waiting[child] == 0:
                    ready.append(child)
        return order + [files[n] for n in range(len(files)) if waiting[n] > 0]

    def _exists(self, name):
        name = name.rpartition("@")[0] or name
        return name in self.labels or any(identity.startswith(name) for identity in self.by_id)

    def _looped(self):
        """Returns the ids on cycles: those left after repeatedly removing revisions without parents or children."""
        edges = {(down, r["id"]) for r in self.revisions for down in r["down"] if down in self.by_id}
        while True:
            sources, targets = {a for a, _ in edges}, {b for _, b in edges}
            kept = {(a, b) for a, b in edges if a in targets and b in sources}
            if kept == edges:
                return sources & targets
            edges = kept

    def _about(self, revision, kind, message):
        return _problem(kind, revision["path"], "%s: %s" % (revision["id"], message), revision=revision["id"])
