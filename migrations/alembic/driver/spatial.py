"""Types that create their own index, such as GeoAlchemy2's.

Autogenerate writes that index as a separate operation as well, so that the migration would fail.
"""

import copy

from devenv_driver.operations import leaves


def without_own_indexes(operations):
    """Returns the operations with the types' own index turned off where one of the operations creates it."""
    indexed = {key for op in leaves(operations) if type(op).__name__ == "CreateIndexOp" for key in _columns(op)}
    return [_without_own_index(op, indexed) for op in operations]


def _columns(op):
    """Yields schema, table and column of an index on a single column."""
    if len(op.columns) == 1:
        yield op.schema, op.table_name, getattr(op.columns[0], "name", op.columns[0])


def _without_own_index(op, indexed):
    copied = copy.copy(op)
    if hasattr(op, "ops"):
        copied.ops = [_without_own_index(one, indexed) for one in op.ops]
    elif type(op).__name__ == "CreateTableOp":
        copied.columns = [_column(item, op, indexed) for item in op.columns]
    elif type(op).__name__ == "AddColumnOp":
        copied.column = _column(op.column, op, indexed)
    return copied


def _column(item, op, indexed):
    if getattr(getattr(item, "type", None), "spatial_index", False) is not True or (op.schema, op.table_name, item.name) not in indexed:
        return item
    copied = copy.copy(item)
    copied.type = copy.copy(item.type)
    copied.type.spatial_index = False
    return copied
