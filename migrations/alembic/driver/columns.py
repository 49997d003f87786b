"""The differences between a renamed column's old and new definitions."""


def changes(table, schema, name, old, new, describer):
    """Returns the operation that turns the old column into the new one, in a list; empty if only the name differs."""
    from alembic.operations import ops

    from devenv_driver.operations import facets_of

    change = ops.AlterColumnOp(table, name, schema=schema, existing_type=old.type, existing_nullable=old.nullable)
    if describer.type_text(old.type) != describer.type_text(new.type):
        change.modify_type = new.type
    if bool(old.nullable) != bool(new.nullable):
        change.modify_nullable = bool(new.nullable)
    was, becomes = default_text(old, describer), default_text(new, describer)
    if was != becomes and not any(text.startswith("sa.text") and "nextval(" in text for text in (was, becomes)):
        change.modify_server_default = new.server_default
    if (old.comment or None) != (new.comment or None):
        change.modify_comment, change.existing_comment = new.comment, old.comment
    return [change] if facets_of(change) else []


def default_text(column, describer):
    """Returns a column's default as Python code, without the cast to the column's type that Postgres adds."""
    if column.server_default is None:
        return ""
    return describer._default(column.server_default).replace("::" + describer.type_text(column.type).lower(), "")
