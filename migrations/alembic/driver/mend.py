"""Adds what autogenerate omits to a copy of its operations: schemas, enum types and values, casts, names."""

from devenv_driver import casts, labels, names
from devenv_driver.enums import Enums, managed_by_project, native_enum
from devenv_driver.lines import operation_classes
from devenv_driver.operations import leaves
from devenv_driver.spatial import without_own_indexes
from devenv_driver.sql import create_enum, drop_enum, execute, named


def mend(script, describer, catalogs):
    """Completes a script's upgrade and downgrade, one database at a time."""
    for up, down, catalog in zip(script._upgrade_ops, script._downgrade_ops, catalogs):
        if catalog.known:
            _mend(up, down, describer, catalog)


def _mend(up, down, describer, catalog):
    first, last, back_first, back_last = [], [], [], []
    found = _remove(up, labels.is_values)
    _remove(down, labels.is_values)
    created = _schemas(up, describer, catalog)
    if not managed_by_project(up.ops):
        _enum_types(up, down, describer, catalog, (first, last, back_first, back_last))
    up.ops, down.ops = without_own_indexes(up.ops), without_own_indexes(down.ops)
    up.ops, down.ops = names.with_names(up.ops, down.ops, catalog)
    up.ops, down.ops = (casts.with_using(ops, describer, catalog) for ops in (up.ops, down.ops))
    quote = describer.dialect
    first[:0] = [execute("CREATE SCHEMA " + named(quote, None, one)) for one in created]
    back_last += [execute("DROP SCHEMA " + named(quote, None, one)) for one in reversed(created)]
    _surround(up, labels.upgrade_lines(found, describer.dialect, catalog.transaction_is_env) + first, last)
    _surround(down, back_first, back_last + labels.downgrade_lines(found))


def _surround(container, first, last):
    lines = operation_classes().Lines
    container.ops = [lines(first)] * bool(first) + container.ops + [lines(last)] * bool(last)


def _remove(container, wanted):
    taken = [op for op in container.ops if wanted(op)]
    container.ops = [op for op in container.ops if not wanted(op)]
    return taken


def _schemas(up, describer, catalog):
    """Returns the schemas that new tables and types need and the database does not have."""
    used = []
    for op in leaves(up.ops):
        types = [c.type for c in getattr(op, "columns", []) if hasattr(c, "type")]
        types += [op.column.type] if hasattr(op, "column") else []
        enums = [native_enum(t, describer.dialect) for t in types]
        used += [op.schema] if type(op).__name__ == "CreateTableOp" and op.schema else []
        used += [enum.schema for enum in enums if enum is not None and enum.schema]
    return [one for one in dict.fromkeys(map(str, used)) if one not in catalog.schemas]


def _enum_types(up, down, describer, catalog, places):
    """Adds lines that create new enum types before they are used and drop those that are no longer used."""
    first, last, back_first, back_last = places
    enums = Enums(describer, catalog)
    up.ops = enums.prepare(up.ops)
    create, drop = enums.lines()
    first += create
    back_last += drop
    down.ops = Enums(describer, catalog).prepare(down.ops)
    for key in _unused(up.ops, describer, catalog):
        schema = key[0] if catalog.visible.get(key[1]) != key[0] else None
        last.append(drop_enum(describer.dialect, schema, key[1]))
        back_first += create_enum(describer.dialect, schema, key[1], catalog.labels[key])


def _unused(operations, describer, catalog):
    """Yields the types whose last users these operations remove."""
    tables, columns = set(), set()
    for op in leaves(operations):
        kind, schema = type(op).__name__, getattr(op, "schema", None) or catalog.default_schema
        if kind == "DropTableOp":
            tables.add((schema, op.table_name))
        elif kind == "DropColumnOp" or getattr(op, "modify_type", None) is not None:
            columns.add((schema, op.table_name, op.column_name))
    for key, users in catalog.users.items():
        if key not in catalog.models and all(user[:2] in tables or user in columns for user in users):
            yield key
