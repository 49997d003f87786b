"""What the database contains beyond what Alembic reflects, read when autogenerate compares."""

import contextlib

from devenv_driver.partitions import PARTITIONS

ENUMS = """
SELECT n.nspname, t.typname, pg_catalog.pg_type_is_visible(t.oid), e.enumlabel
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
WHERE t.typtype = 'e' ORDER BY 1, 2, e.enumsortorder
"""
# What uses an enum type: columns, and functions, views, domains and composite types, which have no column name.
USERS = """
SELECT n.nspname, t.typname, cn.nspname, c.relname, a.attname
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_type t ON d.refobjid IN (t.oid, t.typarray) AND t.typtype = 'e'
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::regclass AND c.oid = d.objid AND c.relkind IN ('r', 'p')
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
WHERE d.refclassid = 'pg_catalog.pg_type'::regclass AND d.deptype = 'n'
  AND d.classid::regclass::text IN ('pg_class', 'pg_proc', 'pg_rewrite', 'pg_type', 'pg_cast', 'pg_operator')
"""
SCHEMAS = "SELECT nspname, '' FROM pg_catalog.pg_namespace"
NAMES = """
SELECT n.nspname, c.conname FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
UNION SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
"""
DEPENDENTS = """
SELECT n.nspname, c.relname, CASE k.contype WHEN 'p' THEN 'primary' WHEN 'u' THEN 'unique' WHEN 'f' THEN 'foreign' ELSE 'check' END, k.conname,
  (SELECT string_agg(a.attname, chr(10) ORDER BY u.ord) FROM unnest(k.conkey) WITH ORDINALITY u(number, ord)
   JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x')
UNION ALL SELECT n.nspname, c.relname, 'sequence', s.relname, a.attname
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_catalog.pg_class c ON c.oid = d.refobjid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
ORDER BY 1, 2, 3 DESC, 4
"""
# How ALTER COLUMN converts one type to another: implicitly, by an explicit cast, or not at all. A target type that does
# not exist is a new enum type.
CAST = """
SELECT CASE
  WHEN s.oid = d.oid OR k.castcontext IN ('i', 'a') OR d.typcategory = 'S' THEN 'implicit'
  WHEN k.castcontext = 'e' OR s.typcategory = 'S' THEN 'explicit' ELSE 'none' END
FROM (SELECT %s AS source, %s AS target) w
JOIN pg_catalog.pg_type st ON st.oid = w.source
LEFT JOIN pg_catalog.pg_type dt ON dt.oid = w.target
JOIN pg_catalog.pg_type s ON s.oid = CASE WHEN st.typcategory = 'A' AND dt.typcategory = 'A' THEN st.typelem ELSE coalesce(nullif(st.typbasetype, 0), st.oid) END
LEFT JOIN pg_catalog.pg_type d ON d.oid = CASE WHEN st.typcategory = 'A' AND dt.typcategory = 'A' THEN dt.typelem ELSE coalesce(nullif(dt.typbasetype, 0), dt.oid) END
LEFT JOIN pg_catalog.pg_cast k ON k.castsource = s.oid AND k.casttarget = d.oid
"""


class Catalog:
    """Enum types with their labels and users, schemas, names in use, and more. Empty unless this is Postgres."""

    def __init__(self, connection):
        self.labels, self.visible, self.users = {}, {}, {}
        self.schemas, self.names, self.casts, self.dependents, self.partitions = set(), set(), {}, {}, []
        self.known = connection is not None and connection.dialect.name == "postgresql"
        self.default_schema = getattr(getattr(connection, "dialect", None), "default_schema_name", None) or "public"
        if not self.known:
            return
        for schema, name, visible, label in _rows(connection, ENUMS):
            self.labels.setdefault((schema, name), []).extend([label] if label is not None else [])
            if visible:
                self.visible[name] = schema
        for schema, name, *user in _rows(connection, USERS):
            self.users.setdefault((schema, name), set()).add(tuple(user))
        self.schemas = {row[0] for row in _rows(connection, SCHEMAS)}
        self.names = {tuple(row) for row in _rows(connection, NAMES)}
        self.partitions = _rows(connection, PARTITIONS)
        for schema, table, kind, name, columns in _rows(connection, DEPENDENTS):
            self.dependents.setdefault((schema, table), []).append((kind, name, (columns or "").split("\n")))

    def key(self, enum):
        """Returns the schema and name under which the database finds an enum type."""
        name = str(enum.name)
        return str(enum.schema or self.visible.get(name) or self.default_schema), name

    def cast(self, connection, source, target):
        """Records how Postgres converts one SQL type to another; does nothing if Postgres cannot tell."""
        if self.known and (source, target) not in self.casts:
            with contextlib.suppress(Exception), connection.begin_nested():  # the text may not name a type
                rows = _rows(connection, CAST % (_type_named(source), _type_named(target)))
                self.casts[source, target] = rows[0][0] if rows else "implicit"


def _type_named(text):
    return "pg_catalog.to_regtype('%s')::oid" % text.replace("'", "''").replace(":", "\\:")


def _rows(connection, sql):
    from sqlalchemy import text

    return [tuple(row) for row in connection.execute(text(sql))]
