"""Constraints and sequences whose names derive from a table's or a column's name and must be renamed with it."""

import copy

from devenv_driver.names import SUFFIXES, free_name
from devenv_driver.operations import leaves
from devenv_driver.sql import execute, named


def dependent_renames(rename, catalog):
    """Returns the constraints and sequences to rename with a table or column: (kind, schema, table, old, new)."""
    renamed = []
    before = rename.old if rename.kind == "table" else rename.table
    for kind, name, columns in catalog.dependents.get((rename.schema, before), ()):
        if rename.kind == "table":
            new = _name_in_models(rename.created, kind, columns) or _with_new_name(name, rename.old, rename.new)
        else:
            new = _renamed_sequence(rename, name, columns) if kind == "sequence" else ""
        if new and new != name and len(new.encode()) <= 63:
            renamed.append((kind, rename.schema, rename.table, name, new))
    return renamed


def _with_new_name(name, old, new):
    """Returns a name with the table's old name replaced by the new one, or "" if the name does not contain it."""
    words, parts = ("_%s_" % name), ("_%s_" % old)
    return words.replace(parts, "_%s_" % new, 1)[1:-1] if parts in words else ""


def _renamed_sequence(rename, name, columns):
    default = "%s_%s_seq"
    if columns == [rename.old] and name == default % (rename.table, rename.old):
        return default % (rename.table, rename.new)
    return ""


def _name_in_models(table, kind, columns):
    """Returns the name that the models give the constraint on these columns, or "" if they give none."""
    kinds = {"primary": "PrimaryKeyConstraint", "unique": "UniqueConstraint", "foreign": "ForeignKeyConstraint"}
    for constraint in table.constraints:
        if type(constraint).__name__ == kinds.get(kind) and [c.name for c in constraint.columns] == columns:
            return str(constraint.name) if constraint.name else ""
    return ""


def without_recreated(operations, catalog):
    """Returns the operations without those that drop and recreate the same object, and renames to replace them."""
    drops, gone, renamed = {}, set(), []
    for op in leaves(operations):
        if type(op).__name__ in ("DropIndexOp", "DropConstraintOp"):
            drops.setdefault(_signature(getattr(op, "_reverse", None)), op)
    for op in leaves(operations):
        drop = drops.pop(_signature(op), None) if _signature(op) else None
        if drop is not None:
            gone |= {id(op), id(drop)}
            renamed += _renamed_object(drop, op, catalog)
    return without_ids(operations, gone), renamed


def _renamed_object(drop, create, catalog):
    kind, schema, table, columns = _signature(create)[:4]
    old = getattr(drop, "index_name", None) or getattr(drop, "constraint_name", None)
    new = getattr(create, "index_name", None) or getattr(create, "constraint_name", None)
    schema = schema or catalog.default_schema
    if old and not new:
        new = free_name(table, "_".join(columns), SUFFIXES[kind], lambda name: name != old and (schema, name) in catalog.names)
    if not old or not new or str(old) == str(new):
        return []
    return [("index" if kind == "CreateIndexOp" else "constraint", schema, table, str(old), str(new))]


def _signature(op):
    """Returns what identifies the object that an operation creates, apart from its name; None for other operations."""
    kind = type(op).__name__
    if kind == "CreateIndexOp":
        return kind, op.schema, op.table_name, tuple(str(getattr(c, "name", c)) for c in op.columns), bool(op.unique), _options(op.kw)
    if kind == "CreateUniqueConstraintOp":
        return kind, op.schema, op.table_name, tuple(map(str, op.columns)), _options(op.kw)
    if kind == "CreateForeignKeyOp":
        columns = tuple(map(str, op.local_cols)), op.referent_table, tuple(map(str, op.remote_cols))
        return (kind, op.kw.get("source_schema"), op.source_table) + columns + (_options(op.kw),)
    return None


def _options(kw):
    """Returns the options that have an effect, as one string."""
    return repr(sorted((k, str(v)) for k, v in kw.items() if v not in (None, False, [], {}) and k != "info"))


def without_ids(operations, gone):
    """Returns the operations without those whose id() is in gone, and without containers that this would empty."""
    result = []
    for op in operations:
        if hasattr(op, "ops"):
            inner = copy.copy(op)
            inner.ops = without_ids(op.ops, gone)
            result += [inner] if inner.ops else []
        elif id(op) not in gone:
            result.append(op)
    return result


def rename_lines(renamed, dialect):
    """Returns the lines of code that assign the new names, and those that restore the old ones."""
    forward = [_line(*one, dialect=dialect) for one in renamed]
    backward = [_line(kind, schema, table, new, old, dialect) for kind, schema, table, old, new in reversed(renamed)]
    return forward, backward


def _line(kind, schema, table, old, new, dialect):
    schema = None if schema == dialect.default_schema_name else schema
    quote = dialect.identifier_preparer.quote
    if kind in ("index", "sequence"):
        return execute("ALTER %s %s RENAME TO %s" % (kind.upper(), named(dialect, schema, old), quote(new)))
    return execute("ALTER TABLE %s RENAME CONSTRAINT %s TO %s" % (named(dialect, schema, table), quote(old), quote(new)))
