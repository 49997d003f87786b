"""Renames: a drop and an add become one operation, and keys, indexes and sequences are renamed with it."""

import copy

from devenv_driver.dependents import dependent_renames, rename_lines, without_ids, without_recreated
from devenv_driver.columns import changes
from devenv_driver.lines import operation_classes
from devenv_driver.operations import leaves


def apply_renames(up, down, renames, describer, catalog):
    """Returns both directions with the renames found in them, first in the upgrade and last in the downgrade."""
    found = [one for one in (_Rename.of(r, up, down, describer) for r in renames) if one is not None]
    if not found:
        return up, down
    gone = {id(op) for one in found for op in one.replaced}
    up, down = ([_with_new_names(op, found) for op in without_ids(operations, gone)] for operations in (up, down))
    renamed = [dependent for one in found for dependent in dependent_renames(one, catalog)]
    up, more = without_recreated(up, catalog)
    down, _ = without_recreated(down, catalog)
    forward, backward = rename_lines(renamed + more, describer.dialect)
    lines = operation_classes().Lines
    up = [one.forward for one in found] + [lines(forward)] * bool(forward) + [c for one in found for c in one.changes] + up
    down = down + [c for one in found for c in one.changes_backward] + [lines(backward)] * bool(backward)
    down += [one.backward for one in reversed(found)]
    return up, down


class _Rename:
    """One rename: the operations that it replaces, their replacements, and the old and new names."""

    def __init__(self, one, replaced):
        self.kind, self.schema, self.old, self.new = one["kind"], one["schema"], one["from"], one["to"]
        self.table = one["to"] if one["kind"] == "table" else one["table"]
        self.replaced = replaced
        self.created = None

    @classmethod
    def of(cls, one, up, down, describer):
        """Returns the rename, or None if the upgrade or the downgrade lacks its drop or its add."""
        table = one["kind"] == "table"
        prefix = "table:%s." % one["schema"] if table else "column:%s.%s." % (one["schema"], one["table"])
        drop, add = ("drop_table", "create_table") if table else ("drop_column", "add_column")
        halves = [_find(up, describer, drop, prefix + one["from"]), _find(up, describer, add, prefix + one["to"])]
        halves += [_find(down, describer, drop, prefix + one["to"]), _find(down, describer, add, prefix + one["from"])]
        if None in halves:
            return None
        made = cls(one, halves)
        (made.of_table if table else made.of_column)(halves[0], halves[1], describer)
        return made

    def of_column(self, drop, add, describer):
        old, new, table, schema = drop.to_column(), add.column, add.table_name, add.schema
        rename = operation_classes().RenameColumn
        self.forward = rename(table, self.old, schema=schema, modify_name=self.new)
        self.backward = rename(table, self.new, schema=schema, modify_name=self.old)
        self.changes = changes(table, schema, self.new, old, new, describer)
        self.changes_backward = changes(table, schema, self.new, new, old, describer)

    def of_table(self, drop, create, describer):
        from alembic.operations import ops

        schema, self.created = create.schema, create.to_table()
        old, new = ({c.name: c for c in op.to_table().columns} for op in (drop, create))
        self.forward = ops.RenameTableOp(self.old, self.new, schema=schema)
        self.backward = ops.RenameTableOp(self.new, self.old, schema=schema)
        self.changes = self._columns(schema, old, new, create, drop, describer)
        self.changes_backward = list(reversed(self._columns(schema, new, old, drop, create, describer)))

    def _columns(self, schema, old, new, adds, drops, describer):
        from alembic.operations import ops

        result = []
        for name, column in new.items():
            if name in old:
                result += changes(self.new, schema, name, old[name], column, describer)
            else:
                result.append(ops.AddColumnOp(self.new, _bare(adds, column), schema=schema))
        for name, column in old.items():
            if name not in new:
                result.append(ops.DropColumnOp.from_column_and_tablename(schema, self.new, _bare(drops, column)))
        return result


def _bare(op, column):
    """Returns the column as the operation that creates the table has it, so that it does not belong to a Table."""
    made = getattr(op, "_reverse", op)  # for a drop, the operation that creates the table
    return next((c for c in getattr(made, "columns", []) if getattr(c, "name", None) == column.name), column)


def _find(operations, describer, kind, name):
    for op in leaves(operations):
        for entry in describer.entries(op):
            if entry["kind"] == kind and entry["object"] == name:
                return op
    return None


def _with_new_names(op, found):
    """Returns a copy of an operation that uses the new names: it runs after the renames, or before they are undone."""
    copied = copy.copy(op)
    if hasattr(op, "ops"):
        copied.ops = [_with_new_names(one, found) for one in op.ops]
    for one in found:
        _use_new_name(copied, one)
    if getattr(op, "_reverse", None) is not None:
        copied._reverse = _with_new_names(op._reverse, found)
    return copied


def _use_new_name(op, one):
    schema = getattr(op, "schema", None) or getattr(op, "kw", {}).get("source_schema")
    for table, columns in (("table_name", "columns"), ("source_table", "local_cols"), ("referent_table", "remote_cols")):
        name = getattr(op, table, None)
        if name is None or type(op).__name__ == "CreateTableOp" or (schema and schema != one.schema):
            continue
        if one.kind == "table" and name == one.old:
            setattr(op, table, one.new)
        if one.kind == "column" and name == one.table and getattr(op, columns, None):
            setattr(op, columns, [_column(column, one) for column in getattr(op, columns)])


def _column(column, one):
    return one.new if getattr(column, "name", column) == one.old else column
