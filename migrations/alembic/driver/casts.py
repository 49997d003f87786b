"""Type changes that Postgres makes only with a USING clause."""

import copy
import re

from devenv_driver.enums import native_enum
from devenv_driver.lines import operation_classes


def with_using(operations, describer, catalog):
    """Returns the operations with a USING clause on each type change that needs one."""
    result = []
    for op in operations:
        if hasattr(op, "ops"):
            inner = copy.copy(op)
            inner.ops = with_using(op.ops, describer, catalog)
            result.append(inner)
        else:
            result += _with_using(op, describer, catalog)
    return result


def _with_using(op, describer, catalog):
    if getattr(op, "modify_type", None) is None or op.existing_type is None:
        return [op]
    source, target = describer.type_text(op.existing_type), describer.type_text(op.modify_type)
    how, back = (catalog.casts.get(pair, "implicit") for pair in ((source, target), (target, source)))
    if how == back == "implicit" and native_enum(op.existing_type, describer.dialect) is None:
        return [op]
    recast = copy.copy(op)
    recast.__class__ = operation_classes().Recast
    if how == "none":
        recast.comment = "# PostgreSQL has no cast from %s to %s: give the conversion as postgresql_using." % (_words(source), _words(target))
    elif how == "explicit":
        quote = describer.dialect.identifier_preparer.quote
        recast.comment = "# PostgreSQL does not convert %s to %s by itself." % (_words(source), _words(target))
        recast.using = "%s::%s" % (quote(op.column_name), _words(target))
    return _without_default(op, recast) if how == "explicit" else [_with_default(op, recast)]


def _without_default(op, recast):
    """Returns operations that drop the default before the type changes and set it again, because USING ignores it."""
    from alembic.operations import ops

    if not op.existing_server_default:
        return [recast]
    bare = ops.AlterColumnOp(
        op.table_name, op.column_name, schema=op.schema, modify_server_default=None,
        existing_type=op.existing_type, existing_nullable=op.existing_nullable,
    )
    return [bare, _with_default(op, recast)]


def _with_default(op, recast):
    """Returns the operation with the column's default set again.

    Postgres would otherwise keep the converted default, whose text differs and which would prevent an enum from being
    dropped.
    """
    from sqlalchemy import DefaultClause, text

    if op.existing_server_default and op.modify_server_default is False:
        words = str(getattr(op.existing_server_default, "arg", op.existing_server_default))
        recast.modify_server_default = DefaultClause(text(re.sub(r"::[\w .\"()\[\]]+$", "", words)))
    return recast


def _words(type_text):
    """Returns a type as Postgres writes it in messages: keywords in lower case, names unchanged."""
    return type_text.lower() if type_text.upper() == type_text else type_text
