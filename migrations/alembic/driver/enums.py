"""Postgres enum types, which autogenerate ignores: adding a column does not create its type, dropping one leaves it."""

import copy
import re
import sys

from devenv_driver.operations import leaves
from devenv_driver.sql import create_enum, drop_enum


def managed_by_project(operations=()):
    """Returns whether an extension of the project manages enum types."""
    if "alembic_postgresql_enum" in sys.modules:
        return True
    return any(re.search("enum", type(op).__name__, re.IGNORECASE) and not _is_ours(op) for op in leaves(operations))


def native_enum(type_, dialect):
    """Returns the native enum type of a column, also inside arrays and decorators; None for other types."""
    from sqlalchemy import ARRAY, Enum

    type_ = unwrapped(type_, dialect)
    if isinstance(type_, ARRAY):
        return native_enum(type_.item_type, dialect)
    native = isinstance(type_, Enum) and getattr(type_, "native_enum", True) and type_.name
    return type_ if native else None


def unwrapped(type_, dialect):
    """Returns the database type behind a decorator or variant, and other types unchanged."""
    from sqlalchemy import ARRAY, Enum

    if isinstance(type_, (ARRAY, Enum)) and not getattr(type_, "_variant_mapping", None):
        return type_
    try:
        return type_._unwrapped_dialect_impl(dialect)
    except Exception:
        return type_


class Enums:
    """The enum types that a revision's upgrade creates."""

    def __init__(self, describer, catalog):
        self.describer = describer
        self.catalog = catalog
        self.new = {}

    def prepare(self, operations):
        """Returns the operations with all enum types marked as existing, and collects the types to create first."""
        return [self._prepared(op) for op in operations]

    def lines(self):
        """Returns the lines of code that create the new types, and those that drop them again."""
        dialect = self.describer.dialect
        create = [line for t in self.new.values() for line in create_enum(dialect, t.schema, t.name, t.enums)]
        return create, [drop_enum(dialect, t.schema, t.name) for t in reversed(self.new.values())]

    def _prepared(self, op):
        copied = copy.copy(op)
        if hasattr(op, "ops"):
            copied.ops = self.prepare(op.ops)
        elif hasattr(op, "columns") and type(op).__name__ == "CreateTableOp":
            copied.columns = [self._column(item) for item in op.columns]
        elif hasattr(op, "column") and type(op).__name__ == "AddColumnOp":
            copied.column = self._column(op.column)
        elif getattr(op, "modify_type", None) is not None:
            copied.modify_type = self._type(op.modify_type)
        return copied

    def _column(self, item):
        if getattr(item, "type", None) is None or not hasattr(item, "nullable"):
            return item
        existing = self._type(item.type)
        if existing is item.type:
            return item
        copied = copy.copy(item)
        copied.type = existing
        return copied

    def _type(self, type_):
        from sqlalchemy import ARRAY

        enum = native_enum(type_, self.describer.dialect)
        if enum is None:
            return type_
        plain = unwrapped(type_, self.describer.dialect)
        if isinstance(plain, ARRAY):
            from sqlalchemy.dialects import postgresql

            return postgresql.ARRAY(self._type(plain.item_type), dimensions=plain.dimensions)
        if self.catalog.key(enum) not in self.catalog.labels:
            self.new.setdefault(self.catalog.key(enum), enum)
        return _existing_enum()(*enum.enums, name=str(enum.name), schema=enum.schema, create_type=False)


def _is_ours(op):
    return type(op).__module__.startswith("devenv_driver")


def _existing_enum():
    """Returns an ENUM class that renders create_type=False, which older versions of SQLAlchemy omit."""
    from sqlalchemy.dialects import postgresql

    def __repr__(self):
        words = [repr(str(value)) for value in self.enums] + ["name=%r" % str(self.name)]
        if self.schema:
            words.append("schema=%r" % str(self.schema))
        return "ENUM(%s, create_type=False)" % ", ".join(words)

    # Alembic recognizes the dialect's types by their module.
    return type("ENUM", (postgresql.ENUM,), {"__repr__": __repr__, "__module__": postgresql.ENUM.__module__})
