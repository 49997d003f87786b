# Finds the Python interpreter that runs `alembic` in this container and executes it with the given arguments.
# $DEVENV_PYTHON is the interpreter named in the configuration, if any.
broken=
# An interpreter that has alembic, but cannot import it, is the likely one if no other is found.
try() {
    [ -n "$1" ] && [ -x "$1" ] || return 1
    said=$("$1" -c 'import alembic' 2>&1 >/dev/null) && return 0
    [ $? -le 128 ] || said="$1 was killed while it imported alembic"
    case $said in
    '' | *"No module named 'alembic'"*) ;;
    *) [ -n "$broken" ] || broken=$1 raised=$said ;;
    esac
    return 1
}
run() { python=$1; shift; exec "$python" "$@"; }

[ -z "$DEVENV_PYTHON" ] || run "$DEVENV_PYTHON" "$@"
if script=$(command -v alembic 2>/dev/null); then
    read -r first <"$script" || true
    case $first in
    '#!/usr/bin/env '*) python=$(command -v "${first#'#!/usr/bin/env '}" || true) ;;
    '#!'*sh) python=$(sed -n "2s/^'''exec' *\"\{0,1\}\([^\" ]*\).*/\1/p" "$script") ;;
    '#!'*) python=${first#'#!'} python=${python%% *} ;;
    *) python= ;;
    esac
    ! try "$python" || run "$python" "$@"
fi
for python in "$UV_PROJECT_ENVIRONMENT/bin/python" "$VIRTUAL_ENV/bin/python" "$PWD/.venv/bin/python" /app/.venv/bin/python /venv/bin/python /opt/venv/bin/python \
    "$(poetry env info --executable 2>/dev/null)" "$(pipenv --py 2>/dev/null)" \
    "$(command -v python3 2>/dev/null)" "$(command -v python 2>/dev/null)"; do
    ! try "$python" || run "$python" "$@"
done
if [ -n "$broken" ]; then
    printf '%s\nimporting alembic fails with %s\n' "$raised" "$broken" >&2
    exit 127
fi
echo "no Python interpreter with alembic found in this container" >&2
exit 127
