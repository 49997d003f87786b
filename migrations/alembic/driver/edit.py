"""Edits to a generated revision: noise taken out, renames put in. Nothing here changes the captured operations."""

import copy

from devenv_driver.lines import own_operations
from devenv_driver.operations import facets_of, key, leaves, reverse_key, without_facets


def without(operations, dropped, describer, back=False):
    """Returns the operations less the entries whose keys are dropped; back says that they are a downgrade's."""
    kept = []
    for op in operations:
        if hasattr(op, "ops"):
            inner = copy.copy(op)
            inner.ops = without(op.ops, dropped, describer, back)
            kept += [inner] if inner.ops else []
            continue
        keys = [key(entry) for entry in describer.entries(op)]
        if not any(k in dropped for k in keys):
            kept.append(op)
        elif not all(k in dropped for k in keys):
            kept.append(without_facets(op, [k[2] for k in keys if k in dropped], back))
    return kept


def dropped_keys(entries, describer, operations):
    """Returns the keys to drop from the upgrade, and those to drop from the downgrade."""
    upgrade = {key(entry) for entry in entries}
    downgrade = {reverse_key(entry) for entry in entries}
    for op in leaves(operations):
        # A custom operation is matched by its text, and so is its own reverse.
        if hasattr(op, "reverse") and any(k[0] == "other" and k in upgrade for k in map(key, describer.entries(op))):
            downgrade.update(key(entry) for entry in describer.entries(op.reverse()))
    return upgrade, downgrade


def rename(operations, renames, describer):
    """Returns the operations with each rename's drop and add replaced, in the order that both directions need."""
    for one in renames:
        operations = _rename_column(operations, one, describer) if one["kind"] == "column" else _rename_table(operations, one, describer)
    return operations


def reversed_renames(renames):
    """Returns the renames that take these back."""
    return [dict(r, **{"from": r["to"], "to": r["from"], "table": r["to"] if r["kind"] == "table" else r["table"]}) for r in renames]


def _rename_column(operations, one, describer):
    prefix = "column:%s.%s." % (one["schema"], one["table"])
    drop = _find(operations, describer, "drop_column", prefix + one["from"])
    add = _find(operations, describer, "add_column", prefix + one["to"])
    if drop is None or add is None:
        return operations
    old, new = _column(drop), add.column
    moved = own_operations().RenameColumn(
        add.table_name, one["from"], schema=add.schema, modify_name=one["to"],
        existing_type=old.type, existing_nullable=old.nullable,
    )
    return _replace(operations, {id(drop): [], id(add): [moved] + _column_changes(add.table_name, add.schema, old, new, describer)})


def _rename_table(operations, one, describer):
    from alembic.operations import ops

    prefix = "table:%s." % one["schema"]
    drop = _find(operations, describer, "drop_table", prefix + one["from"])
    create = _find(operations, describer, "create_table", prefix + one["to"])
    if drop is None or create is None:
        return operations
    old = {c.name: c for c in drop.to_table().columns}
    new = {c.name: c for c in create.to_table().columns}
    own_operations()
    changes = [ops.RenameTableOp(one["from"], one["to"], schema=create.schema)]
    for name, column in new.items():
        if name not in old:
            bare = [c for c in create.columns if getattr(c, "name", None) == name]
            changes.append(ops.AddColumnOp(one["to"], bare[0] if bare else column, schema=create.schema))
        else:
            changes += _column_changes(one["to"], create.schema, old[name], column, describer)
    for name, column in old.items():
        if name not in new:
            changes.append(ops.DropColumnOp.from_column_and_tablename(create.schema, one["to"], column))
    return _replace(operations, {id(drop): [], id(create): changes})


def _column_changes(table, schema, old, new, describer):
    """Returns the operation that makes a renamed column what the models say, if anything else differs."""
    from alembic.operations import ops

    change = ops.AlterColumnOp(table, new.name, schema=schema, existing_type=old.type, existing_nullable=old.nullable)
    if describer.type_text(old.type) != describer.type_text(new.type):
        change.modify_type = new.type
    if bool(old.nullable) != bool(new.nullable):
        change.modify_nullable = bool(new.nullable)
    was, becomes = _default(old, describer), _default(new, describer)
    if was != becomes and not (was.startswith("sa.text") and "nextval(" in was):
        change.modify_server_default = new.server_default
    if (old.comment or None) != (new.comment or None):
        change.modify_comment, change.existing_comment = new.comment, old.comment
    return [change] if facets_of(change) else []


def _default(column, describer):
    if column.server_default is None:
        return ""
    return describer._default(column.server_default).replace("::" + describer.type_text(column.type).lower(), "")


def _column(drop):
    return drop.to_column()


def _find(operations, describer, kind, name):
    for op in leaves(operations):
        for entry in describer.entries(op):
            if entry["kind"] == kind and entry["object"] == name:
                return op
    return None


def _replace(operations, replacements):
    """Returns the operations with some replaced by lists of others, containers copied."""
    result = []
    for op in operations:
        if id(op) in replacements:
            result += replacements[id(op)]
        elif hasattr(op, "ops"):
            inner = copy.copy(op)
            inner.ops = _replace(op.ops, replacements)
            result += [inner] if inner.ops else []
        else:
            result.append(op)
    return result
