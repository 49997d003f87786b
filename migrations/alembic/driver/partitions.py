"""Partitions that the models do not describe: autogenerate would drop them although the models have their table."""

# Each partition with all of its ancestors.
PARTITIONS = """
WITH RECURSIVE above AS (
  SELECT i.inhrelid AS part, i.inhparent AS parent
  FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid WHERE c.relispartition
  UNION SELECT a.part, i.inhparent FROM above a JOIN pg_catalog.pg_inherits i ON i.inhrelid = a.parent
)
SELECT n.nspname, c.relname, pn.nspname, p.relname
FROM above a
JOIN pg_catalog.pg_class c ON c.oid = a.part JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class p ON p.oid = a.parent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
WHERE c.relkind IN ('r', 'p')
"""


def ignore(autogen, upgrade_ops, catalog):
    """Removes the operations on partitions that the models do not describe, if they describe the partitioned table."""
    described = {(table.schema or catalog.default_schema, table.name) for table in autogen.sorted_tables}
    parts = {(schema, name) for schema, name, *parent in catalog.partitions if tuple(parent) in described}
    parts -= described

    def stays(op):
        return (getattr(op, "schema", None) or catalog.default_schema, getattr(op, "table_name", None)) not in parts

    upgrade_ops.ops[:] = [op for op in upgrade_ops.ops if stays(op)]
