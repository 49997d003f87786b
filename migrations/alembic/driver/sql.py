"""Lines of Python for statements that Alembic has no operation for."""

WIDTH = 100


def execute(statement):
    """Returns the line of code that runs a statement."""
    return "op.execute(%s)" % quoted(statement)


def quoted(text):
    """Returns a Python string literal for SQL, with the colons escaped if SQLAlchemy would see a parameter.

    It uses double quotes if nothing needs to be escaped.
    """
    from sqlalchemy import text as clause

    if clause(text)._bindparams:
        text = text.replace(":", "\\:")
    if "\\" not in text and '"' not in text and text.isprintable():
        return '"%s"' % text
    return repr(text)


def literal(value):
    """Returns an SQL string literal."""
    return "'%s'" % str(value).replace("'", "''")


def named(dialect, schema, name):
    """Returns an object's quoted SQL name, with its schema if it has one."""
    quote = dialect.identifier_preparer.quote
    return "%s.%s" % (quote(str(schema)), quote(str(name))) if schema else quote(str(name))


def create_enum(dialect, schema, name, labels):
    """Returns the line of code that creates an enum type, split into several if it would be too long."""
    head, words = "CREATE TYPE %s AS ENUM (" % named(dialect, schema, name), [literal(label) for label in labels]
    one = execute(head + ", ".join(words) + ")")
    if len(one) <= WIDTH:
        return [one]
    parts, line = [head], ""
    for word in [w + ", " for w in words[:-1]] + words[-1:]:
        if line and len(line + word) > WIDTH - 12:
            parts.append(line)
            line = ""
        line += word
    return ["op.execute("] + ["    " + quoted(part) for part in parts + [line + ")"]] + [")"]


def drop_enum(dialect, schema, name):
    """Returns the line of code that drops a type."""
    return execute("DROP TYPE " + named(dialect, schema, name))
