"""Postgres enum types, which autogenerate forgets: an added column never creates its type, a dropped table leaves it."""

import copy
import re
import sys

from devenv_driver.operations import leaves


class Enums:
    """The enum types that one revision's upgrade brings in."""

    def __init__(self, describer, existing):
        self.describer = describer
        self.existing = existing
        self.new = {}

    def handled_by_project(self, operations):
        """Says that the project's own extension creates and drops enum types."""
        if "alembic_postgresql_enum" in sys.modules or self.describer.dialect.name != "postgresql":
            return True
        return any(re.search("enum", type(op).__name__, re.IGNORECASE) for op in leaves(operations))

    def prepare(self, operations):
        """Returns the operations with every enum in them marked as existing, and notes the types to create first."""
        return [self._prepared(op) for op in operations]

    def lines(self):
        """Returns the lines that create the new types, and those that drop them again."""
        create = ["%s.create(op.get_bind(), checkfirst=True)" % _text(t) for t in self.new.values()]
        drop = ["%s.drop(op.get_bind(), checkfirst=True)" % _text(t, values=False) for t in self.new.values()]
        return create, list(reversed(drop))

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
        from sqlalchemy import ARRAY, Enum

        if isinstance(type_, ARRAY) and isinstance(type_.item_type, Enum):
            item = self._type(type_.item_type)
            if item is type_.item_type:
                return type_
            copied = copy.copy(type_)
            copied.item_type = item
            return copied
        if not isinstance(type_, Enum) or not getattr(type_, "native_enum", True) or not type_.name:
            return type_
        schema = type_.schema or self.describer.default_schema
        if (schema, str(type_.name)) not in self.existing:
            self.new.setdefault((schema, str(type_.name)), type_)
        return _existing_enum()(*type_.enums, name=str(type_.name), schema=type_.schema, create_type=False)


def _existing_enum():
    """Returns an ENUM whose rendering says that its type exists, which older SQLAlchemy leaves out."""
    from sqlalchemy.dialects import postgresql

    def __repr__(self):
        return _text(self, ", create_type=False", prefix="")

    # Alembic tells the dialect's types by their module.
    return type("ENUM", (postgresql.ENUM,), {"__repr__": __repr__, "__module__": postgresql.ENUM.__module__})


def _text(type_, suffix="", values=True, prefix="postgresql."):
    words = ["%r" % str(value) for value in type_.enums] if values else []
    words.append("name=%r" % str(type_.name))
    if type_.schema:
        words.append("schema=%r" % str(type_.schema))
    return "%sENUM(%s%s)" % (prefix, ", ".join(words), suffix)
