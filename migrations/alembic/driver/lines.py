"""Operations that Alembic cannot render by itself: raw lines of Python, and renames."""

import contextlib
import functools
import re
import types

PLACE = "# devenv lines %d"


@functools.lru_cache(maxsize=None)
def own_operations():
    """Returns our operation classes: Lines(lines), which no printer touches, and RenameColumn, an AlterColumnOp."""
    from alembic.autogenerate import renderers
    from alembic.operations.ops import AlterColumnOp, MigrateOperation, RenameTableOp

    class Lines(MigrateOperation):
        def __init__(self, lines):
            self.lines = lines

    class RenameColumn(AlterColumnOp):
        pass

    renderers.dispatch_for(Lines)(_render_lines)
    renderers.dispatch_for(RenameColumn)(_render_rename_column)
    with contextlib.suppress(ValueError):  # an Alembic that renders it by itself
        renderers.dispatch_for(RenameTableOp)(_render_rename_table)
    return types.SimpleNamespace(Lines=Lines, RenameColumn=RenameColumn)


def _render_lines(autogen, op):
    places = autogen.opts.setdefault("devenv_lines", [])
    places.append(op.lines)
    return [PLACE % (len(places) - 1)]


def _render_rename_column(autogen, op):
    if autogen._has_batch:
        return ["batch_op.alter_column(%r, new_column_name=%r)" % (str(op.column_name), str(op.modify_name))]
    words = (_prefix(autogen), str(op.table_name), str(op.column_name), str(op.modify_name), _schema(op))
    return ["%salter_column(%r, %r, new_column_name=%r%s)" % words]


def _render_rename_table(autogen, op):
    return ["%srename_table(%r, %r%s)" % (_prefix(autogen), str(op.table_name), str(op.new_table_name), _schema(op))]


def _prefix(autogen):
    return autogen.opts.get("alembic_module_prefix") or ""


def _schema(op):
    return ", schema=%r" % str(op.schema) if op.schema else ""


def put_lines(text, places):
    """Returns a rendered body with the lines in their places."""
    for number, lines in enumerate(places):
        place = PLACE % number
        text = re.sub(r"(?m)^[ \t]+" + re.escape(place) + "$", lambda _, body=indented(lines): body, text)
        text = re.sub(r"(?m)^" + re.escape(place) + "$", lambda _, body=indented(lines).lstrip(): body, text)
    return text


def indented(lines):
    """Returns the lines as part of a function's body."""
    return "\n".join("    " + line if line.strip() else "" for line in lines or [])
