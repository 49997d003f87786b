"""Autogenerate's operations as data, with one entry for each object and facet."""

import copy

REVERSE = {
    "create_table": "drop_table", "add_column": "drop_column",
    "create_index": "drop_index", "create_constraint": "drop_constraint",
}
REVERSE.update({value: key for key, value in list(REVERSE.items())})
# The facets of an AlterColumnOp, each with its attribute and the value that means "unchanged".
FACETS = (
    ("type", "modify_type", None), ("nullable", "modify_nullable", None),
    ("server_default", "modify_server_default", False), ("comment", "modify_comment", False),
    ("name", "modify_name", None),
)


def leaves(operations):
    """Yields the operations inside the containers, in order."""
    for op in operations:
        if hasattr(op, "ops"):
            yield from leaves(op.ops)
        else:
            yield op


def key(entry):
    """Returns what identifies an entry's kind, object and facet, regardless of its definition."""
    if entry["kind"] in ("other", "execute"):
        return entry["kind"], entry["rendered"], ""
    return entry["kind"], entry["object"], entry["facet"]


def reverse_key(entry):
    """Returns the key of the entry that undoes this one."""
    kind, name, facet = key(entry)
    return REVERSE.get(kind, kind), name, facet


def without_facets(op, facets, back=False):
    """Returns a copy of an AlterColumnOp that does not change these facets, or of an EnumValues without these values.

    In a downgrade (back), the value that the operation would have set is the existing one, since nothing changed it.
    """
    if hasattr(op, "without"):
        return op.without(facets)
    copied = copy.copy(op)
    for facet, attribute, unchanged in FACETS:
        if facet in facets:
            if back and facet != "name":
                setattr(copied, attribute.replace("modify_", "existing_"), getattr(op, attribute))
            setattr(copied, attribute, unchanged)
    if "autoincrement" in facets:
        copied.kw = {k: v for k, v in op.kw.items() if k != "autoincrement"}
    return copied


def facets_of(op):
    """Returns the names of the facets that an AlterColumnOp changes."""
    changed = [facet for facet, attribute, unchanged in FACETS if getattr(op, attribute) is not unchanged]
    return changed + (["autoincrement"] if op.kw.get("autoincrement") is not None else [])


class Describer:
    """Turns operations into entries, using an autogenerate context's dialect and rendering."""

    def __init__(self, autogen):
        self.autogen = autogen
        self.dialect = autogen.dialect
        self.default_schema = getattr(self.dialect, "default_schema_name", None) or "public"

    def all(self, operations):
        """Returns the entries of all operations, in order."""
        return [entry for op in leaves(operations) for entry in self.entries(op)]

    def entries(self, op):
        """Returns the entries of one operation."""
        describe = getattr(self, "_" + type(op).__name__, None)
        if describe is not None:
            return describe(op)
        if hasattr(op, "constraint_type") or hasattr(op, "to_constraint"):
            return self._create_constraint(op)
        name = getattr(op, "table_name", None) or type(op).__name__
        return [self._entry(op, "other", "other:" + str(name), definition=self.rendered(op))]

    def rendered(self, op):
        """Returns the operation's Python code."""
        from alembic.autogenerate.render import render_op

        try:
            return "\n".join(line for line in render_op(self.autogen, op) if line)
        except Exception as error:
            return "%r  # cannot be rendered: %s" % (op, error)

    def type_text(self, type_):
        """Returns a type in SQL."""
        try:
            return type_.compile(dialect=self.dialect)
        except Exception:
            return repr(type_)

    def _entry(self, op, kind, target, **more):
        entry = {"kind": kind, "object": target, "facet": "", "definition": "", "schema": "", "table": "", "name": ""}
        entry.update(more)
        if "rendered" not in entry:
            entry["rendered"] = self.rendered(op)
        return entry

    def _on_table(self, op, kind, **more):
        schema = op.schema or self.default_schema
        name = "table:%s.%s" % (schema, op.table_name)
        return self._entry(op, kind, name, schema=schema, table=str(op.table_name), **more)

    def _columns(self, op):
        try:
            columns = op.to_table().columns
        except Exception:
            return []
        return [{"name": c.name, "type": self.type_text(c.type), "nullable": bool(c.nullable)} for c in columns]

    def _CreateTableOp(self, op):
        return [self._on_table(op, "create_table", columns=self._columns(op))]

    def _DropTableOp(self, op):
        return [self._on_table(op, "drop_table", columns=self._columns(op))]

    def _CreateTableCommentOp(self, op):
        return [self._on_table(op, "table_comment", facet="comment", definition=str(op.comment or ""))]

    def _DropTableCommentOp(self, op):
        return [self._on_table(op, "table_comment", facet="comment")]

    def _RenameTableOp(self, op):
        return [self._on_table(op, "other", facet="name", definition=str(op.new_table_name))]

    def _Lines(self, op):
        return []

    def _EnumValues(self, op):
        from devenv_driver.labels import advice, statements
        from devenv_driver.sql import execute

        schema, name = op.type_key
        found = [("add_enum_value", label, execute(text)) for label, text in zip(op.missing, statements(op, self.dialect))]
        found += [("drop_enum_value", label, advice(op, self.dialect)[0]) for label in op.extra]
        return [
            self._entry(op, kind, "type:%s.%s" % op.type_key, facet=label, schema=schema, name=name, rendered=text)
            for kind, label, text in found
        ]

    def _on_column(self, op, kind, name, **more):
        schema = op.schema or self.default_schema
        text = "column:%s.%s.%s" % (schema, op.table_name, name)
        return self._entry(op, kind, text, schema=schema, table=str(op.table_name), name=str(name), **more)

    def _AddColumnOp(self, op):
        return [self._on_column(op, "add_column", op.column.name, type=self.type_text(op.column.type))]

    def _DropColumnOp(self, op):
        try:
            text = self.type_text(op.to_column().type)
        except Exception:
            text = ""
        return [self._on_column(op, "drop_column", op.column_name, type=text)]

    def _AlterColumnOp(self, op):
        changed, entries = facets_of(op), []
        for facet in changed:
            alone = without_facets(op, [f for f in changed if f != facet])
            entries.append(self._on_column(
                op, "alter_column", op.column_name, facet=facet,
                definition=self._facet(op, facet), rendered=self.rendered(alone),
            ))
        return entries or [self._on_column(op, "alter_column", op.column_name, facet="other", definition=self.rendered(op))]

    _RenameColumn = _AlterColumnOp

    def _facet(self, op, facet):
        if facet == "type":
            return self.type_text(op.modify_type)
        if facet == "nullable":
            return "NULL" if op.modify_nullable else "NOT NULL"
        if facet == "server_default":
            return self._default(op.modify_server_default)
        if facet == "autoincrement":
            return str(op.kw["autoincrement"])
        return str(op.modify_comment if facet == "comment" else op.modify_name)

    def _default(self, default):
        from alembic.autogenerate import render

        if default is None:
            return ""
        try:
            return str(render._render_server_default(default, self.autogen))
        except Exception:
            return repr(default)

    def _CreateIndexOp(self, op):
        return [self._index(op, "create_index")]

    def _DropIndexOp(self, op):
        return [self._index(op, "drop_index")]

    def _index(self, op, kind):
        from sqlalchemy.schema import CreateIndex

        schema = op.schema or self.default_schema
        definition = self._ddl(lambda: CreateIndex(op.to_index()))
        name = op.index_name or "%s(%s)" % (op.table_name, definition)
        more = {"schema": schema, "table": str(op.table_name or ""), "name": str(op.index_name or "")}
        return self._entry(op, kind, "index:%s.%s" % (schema, name), definition=definition, **more)

    def _DropConstraintOp(self, op):
        return [self._constraint(op, "drop_constraint")]

    def _create_constraint(self, op):
        return [self._constraint(op, "create_constraint")]

    def _constraint(self, op, kind):
        from sqlalchemy.schema import AddConstraint

        table = getattr(op, "table_name", None) or getattr(op, "source_table", "")
        schema = getattr(op, "schema", None) or getattr(op, "kw", {}).get("source_schema") or self.default_schema
        definition = self._ddl(lambda: AddConstraint(op.to_constraint()))
        name = op.constraint_name or definition
        text = "constraint:%s.%s.%s" % (schema, table, name)
        more = {"schema": schema, "table": str(table), "name": str(op.constraint_name or "")}
        return self._entry(op, kind, text, definition=definition, **more)

    def _ddl(self, make):
        try:
            return " ".join(str(make().compile(dialect=self.dialect)).split())
        except Exception:
            return ""

    def _ExecuteSQLOp(self, op):
        return [self._entry(op, "execute", "", definition=str(op.sqltext))]
