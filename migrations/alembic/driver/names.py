"""Names the constraints that the models leave unnamed, because a downgrade cannot drop a constraint without a name."""

import copy

from devenv_driver.operations import leaves

LONGEST = 63
SUFFIXES = {"CreateForeignKeyOp": "fkey", "CreateUniqueConstraintOp": "key"}


def with_names(up, down, catalog):
    """Returns both directions with the name that Postgres would choose for each unnamed constraint."""
    chosen = {}
    # A constraint that the upgrade drops first frees its name.
    dropped = {str(op.constraint_name) for op in leaves(up) if type(op).__name__ == "DropConstraintOp"}
    return tuple([_with_name(op, catalog, chosen, dropped) for op in operations] for operations in (up, down))


def _with_name(op, catalog, chosen, dropped):
    if hasattr(op, "ops"):
        inner = copy.copy(op)
        inner.ops = [_with_name(one, catalog, chosen, dropped) for one in op.ops]
        return inner
    created = _created(op, catalog.default_schema)
    if created is None or getattr(op, "constraint_name", "") is not None:
        return op
    kind, schema, table, columns = created
    copied = copy.copy(op)
    if created not in chosen:
        def taken(name):
            return (schema, name) in catalog.names and name not in dropped or name in chosen.values()

        chosen[created] = free_name(table, "_".join(columns), SUFFIXES[kind], taken)
    copied.constraint_name = chosen[created]
    return copied


def _created(op, default_schema):
    """Returns kind, schema, table and columns of the constraint that an operation creates or drops, else None."""
    made = op
    if type(op).__name__ == "DropConstraintOp":
        made = getattr(op, "_reverse", None)
    if type(made).__name__ not in SUFFIXES:
        return None
    foreign = hasattr(made, "source_table")
    schema = made.kw.get("source_schema") if foreign else made.schema
    columns = made.local_cols if foreign else made.columns
    return type(made).__name__, schema or default_schema, made.source_table if foreign else made.table_name, tuple(map(str, columns))


def free_name(table, columns, suffix, taken):
    """Returns the name that Postgres would choose: it shortens the longer part first and adds a number if necessary."""
    number = 0
    while True:
        ending = "_" + suffix + (str(number) if number else "")
        first, second = table, columns
        while len((first + "_" + second + ending).encode()) > LONGEST:
            first, second = (first[:-1], second) if len(first) > len(second) else (first, second[:-1])
        name = first + "_" + second + ending
        if not taken(name):
            return name
        number += 1
