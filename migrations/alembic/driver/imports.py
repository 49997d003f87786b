"""Finds names that a generated file uses but does not define, and adds imports for them."""

import ast
import builtins
import importlib
import sys

from devenv_driver.failures import Refused

KNOWN = {
    "postgresql": "from sqlalchemy.dialects import postgresql", "sa": "import sqlalchemy as sa",
    "sqlalchemy": "import sqlalchemy", "op": "from alembic import op", "sqlmodel": "import sqlmodel",
}


def add_imports(source, path):
    """Returns the source with its missing imports added; raises Refused if it is invalid or a name has no import."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise Refused(
            "broken_file", "the generated file is not valid Python: %s" % error.msg,
            "a default or type in the models has no Python text; give env.py a render_item for it",
            file=path, line=error.lineno or 0,
        ) from error
    missing = sorted({_import_for(chain, line, path) for chain, line in _undefined(tree)})
    if not missing:
        return source
    lines = source.splitlines(keepends=True)
    after = max([node.end_lineno for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))] or [_header(tree)])
    return "".join(lines[:after] + [line + "\n" for line in missing] + lines[after:])


def _header(tree):
    first = tree.body[0] if tree.body else None
    return first.end_lineno if isinstance(first, ast.Expr) else 0


def _undefined(tree):
    """Yields the dotted names whose first part is not defined in the file, with their line numbers."""
    defined = set(dir(builtins)) | {"__file__", "__name__", "__doc__"}
    for node in ast.walk(tree):
        defined.update(_defines(node))
    seen = set()
    for node in ast.walk(tree):
        chain = _chain(node)
        if chain and chain[0] not in defined and id(node) not in seen:
            seen.update(id(part) for part in ast.walk(node))
            yield chain, node.lineno


def _defines(node):
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
        return {node.name}
    if isinstance(node, ast.arg):
        return {node.arg}
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return {node.id}
    if isinstance(node, ast.ExceptHandler) and node.name:
        return {node.name}
    return set()


def _chain(node):
    """Returns the parts of a dotted name, or None for other nodes."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return [node.id] + parts[::-1]
    return None


def _import_for(chain, line, path):
    if chain[0] in KNOWN:
        return KNOWN[chain[0]]
    module = ""
    for length in range(1, len(chain) + 1):
        name = ".".join(chain[:length])
        try:
            importlib.import_module(name)
        except Exception:
            break
        module = name
    if not module:
        module = _module_of_type(chain)
        if module:
            return module
        raise Refused(
            "broken_file", "the generated file uses %s, which nothing imports" % ".".join(chain),
            "import it in script.py.mako, or give env.py a render_item that adds the import", file=path, line=line,
        )
    return "import " + module


def _module_of_type(chain):
    """Returns the import for a type whose module env.py's user_module_prefix shortens to its last part or omits."""
    from sqlalchemy.types import TypeEngine

    short, name = (chain[0], chain[1]) if len(chain) > 1 else ("", chain[0])
    found = set()
    for path, module in list(sys.modules.items()):
        kind = getattr(module, "__dict__", {}).get(name)
        if isinstance(kind, type) and issubclass(kind, TypeEngine) and kind.__module__ == path:
            package, _, last = path.rpartition(".")
            if not short:
                found.add("from %s import %s" % (path, name))
            elif last == short and package:
                found.add("from %s import %s" % (package, short))
    return found.pop() if len(found) == 1 else ""
