"""Compares the values of existing enum types, which autogenerate does not, as part of its own comparison."""

from devenv_driver import partitions
from devenv_driver.catalog import Catalog
from devenv_driver.enums import managed_by_project, native_enum
from devenv_driver.lines import operation_classes
from devenv_driver.sql import execute, literal, named

CATALOGS = "devenv_catalogs"


def register():
    """Makes every autogenerate read the catalog and compare enum values before the project's hooks see the result."""
    from alembic.autogenerate import comparators

    if not getattr(comparators, "_devenv_registered", False):
        comparators.dispatch_for("schema")(_compare)
        comparators.dispatch_for("schema", **_after_tables())(_ignore_partitions)
        comparators._devenv_registered = True
        _tolerate_incomparable_defaults()


def _after_tables():
    """Returns the options to run after the comparison of tables; before Alembic 1.18, registering last is enough."""
    try:
        from alembic.util import DispatchPriority
    except ImportError:
        return {}
    return {"priority": DispatchPriority.LAST}


def _ignore_partitions(autogen, upgrade_ops, schemas):
    partitions.ignore(autogen, upgrade_ops, autogen.opts[CATALOGS][-1])


def _tolerate_incomparable_defaults():
    """Treats a default that the database cannot compare, such as a value that its enum does not have, as changed."""
    from alembic.ddl.postgresql import PostgresqlImpl
    from sqlalchemy.exc import DataError, ProgrammingError

    compare = PostgresqlImpl.compare_server_default

    def compare_server_default(self, *args, **kwargs):
        try:
            with self.connection.begin_nested():
                return compare(self, *args, **kwargs)
        except (DataError, ProgrammingError):
            return True

    PostgresqlImpl.compare_server_default = compare_server_default


def _compare(autogen, upgrade_ops, schemas):
    catalog = Catalog(autogen.connection)
    catalog.models = _models_types(autogen, catalog)
    # An autocommit block cannot leave a transaction that env.py began.
    catalog.transaction_is_env = bool(getattr(autogen.migration_context, "_in_external_transaction", False))
    autogen.opts.setdefault(CATALOGS, []).append(catalog)
    if managed_by_project() or not catalog.known:
        return None
    found = [_difference(catalog, key, enums) for key, enums in catalog.models.items() if key in catalog.labels]
    upgrade_ops.ops[:0] = [op for op in found if op is not None]
    return None


def _models_types(autogen, catalog):
    """Returns the models' enum types by key, each with its enums in the tables that are compared."""
    found = {}
    for table in autogen.sorted_tables:
        compared = autogen.run_object_filters(table, table.name, "table", False, None)
        for column in table.columns:
            enum = native_enum(column.type, autogen.dialect)
            if enum is None:
                continue
            enums = found.setdefault(catalog.key(enum), [])
            if compared and autogen.run_object_filters(column, column.name, "column", False, None):
                enums.append(enum)
    return found


def _difference(catalog, key, enums):
    existing = catalog.labels[key]
    wanted = list(dict.fromkeys(str(label) for enum in enums for label in enum.enums))
    missing = [label for label in wanted if label not in existing]
    extra = [label for label in existing if label not in wanted] if enums else []
    if not missing and not extra:
        return None
    return operation_classes().EnumValues(key, enums[0].schema, existing, wanted, missing, extra)


def is_values(op):
    """Returns whether an operation changes the values of an enum type."""
    return type(op).__name__ == "EnumValues"


def _positions(op):
    """Returns each missing label with the BEFORE or AFTER clause that puts it in the right position."""
    order, positions = list(op.existing), {}
    wanted = [label for label in op.wanted if label in op.existing or label in op.missing]
    for number, label in enumerate(wanted):
        if label not in op.missing:
            continue
        before = wanted[number - 1] if number else None
        if before is None:
            clause, at = (" BEFORE " + literal(order[0]) if order else ""), 0
        else:
            at = order.index(before) + 1
            clause = " AFTER " + literal(before) if at < len(order) else ""
        order.insert(at, label)
        positions[label] = clause
    return positions


def statements(op, dialect):
    """Returns the statements that add the missing values."""
    name, positions = named(dialect, op.type_schema, op.type_key[1]), _positions(op)
    # IF NOT EXISTS because the value stays when the migration fails later or is downgraded.
    return ["ALTER TYPE %s ADD VALUE IF NOT EXISTS %s%s" % (name, literal(label), positions[label]) for label in op.missing]


def upgrade_lines(found, dialect, transaction_is_env):
    """Returns the lines that add new values, and comments for types where a value may have been renamed or removed."""
    plain = [line for op in found if not op.extra for line in map(execute, statements(op, dialect))]
    lines = []
    if plain and transaction_is_env:
        lines = ["# A new enum value can be used only after the transaction that adds it, which here is env.py's."] + plain
    elif plain:
        lines = ["# A new enum value can be used only after the transaction that adds it."]
        lines += ["with op.get_context().autocommit_block():"] + ["    " + line for line in plain]
    return lines + [line for op in found if op.extra for line in advice(op, dialect)]


def downgrade_lines(found):
    """Returns the comment that lists the values that a downgrade leaves, as a list of lines."""
    added = [(label, op.type_key[1]) for op in found if not op.extra for label in op.missing]
    if not added:
        return []
    text = ", ".join("%r of %s" % one for one in added)
    return ["# PostgreSQL cannot drop an enum value: %s %s." % (text, "stays" if len(added) == 1 else "stay")]


def advice(op, dialect):
    """Returns the comment about values that the models no longer have: only the author knows what to do with them."""
    name = op.type_key[1]
    lines = ["# The models no longer have %s of the enum %s." % (", ".join(map(repr, op.extra)), name)]
    if op.missing:
        lines[0] = "# The enum %s has %s, the models have %s instead." % (
            name, ", ".join(map(repr, op.extra)), ", ".join(map(repr, op.missing)))
    if len(op.missing) == 1 and len(op.extra) == 1:
        statement = "ALTER TYPE %s RENAME VALUE %s TO %s" % (
            named(dialect, op.type_schema, name), literal(op.extra[0]), literal(op.missing[0]))
        return lines + ["# If that is a rename: " + execute(statement), "# Otherwise add the one, and see to the rows that hold the other."]
    return lines + ["# PostgreSQL cannot drop a value: see to the rows that hold it, then rename it or make the type anew."]
