"""Operations that Alembic cannot render by itself: raw lines of Python, and the rename of a table."""

import contextlib
import functools
import re

PLACE = "# devenv lines %d"


@functools.lru_cache(maxsize=None)
def line_operation():
    """Returns an operation class that renders as the lines it is given, whatever Alembic's printer thinks of them."""
    from alembic.autogenerate import renderers
    from alembic.operations.ops import MigrateOperation, RenameTableOp

    class Lines(MigrateOperation):
        def __init__(self, lines):
            self.lines = lines

    @renderers.dispatch_for(Lines)
    def render(autogen, op):
        places = autogen.opts.setdefault("devenv_lines", [])
        places.append(op.lines)
        return [PLACE % (len(places) - 1)]

    with contextlib.suppress(ValueError):  # an Alembic that renders it by itself
        renderers.dispatch_for(RenameTableOp)(_render_rename)
    return Lines


def _render_rename(autogen, op):
    prefix = autogen.opts.get("alembic_module_prefix") or ""
    schema = ", schema=%r" % str(op.schema) if op.schema else ""
    return ["%srename_table(%r, %r%s)" % (prefix, str(op.table_name), str(op.new_table_name), schema)]


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
