# Finds the Python interpreter that runs `alembic` in this container and executes it with the driver. $1 is this script,
# $2 the driver's first code, which begins with interpreter.py: it executes the script again if it cannot import Alembic.
# $DEVENV_PYTHON is the interpreter named in the configuration, if any. $DEVENV_TRIED are those that cannot,
# $DEVENV_BROKEN is the first of them that has Alembic, and $DEVENV_RAISED what its import raised.
self=$1 code=$2
run() { exec "$1" -u -c "$code" "$self" "$code"; }
# A first look spares an interpreter that does not start at all, after which exec would end the shell.
try() {
    [ -n "$1" ] && [ -x "$1" ] && "$1" -V >/dev/null 2>&1 || return 0
    case $DEVENV_TRIED in *":$1:"*) return 0 ;; esac
    export DEVENV_TRYING="$1"
    run "$1"
}

[ -z "$DEVENV_PYTHON" ] || run "$DEVENV_PYTHON"
if script=$(command -v alembic 2>/dev/null); then
    read -r first <"$script" || true
    case $first in
    '#!/usr/bin/env '*) python=$(command -v "${first#'#!/usr/bin/env '}" || true) ;;
    '#!'*sh) python=$(sed -n "2s/^'''exec' *\"\{0,1\}\([^\" ]*\).*/\1/p" "$script") ;;
    '#!'*) python=${first#'#!'} python=${python%% *} ;;
    *) python= ;;
    esac
    try "$python"
fi
for python in "$UV_PROJECT_ENVIRONMENT/bin/python" "$VIRTUAL_ENV/bin/python" "$PWD/.venv/bin/python" /app/.venv/bin/python /venv/bin/python /opt/venv/bin/python \
    "$(poetry env info --executable 2>/dev/null)" "$(pipenv --py 2>/dev/null)" \
    "$(command -v python3 2>/dev/null)" "$(command -v python 2>/dev/null)"; do
    try "$python"
done
# The likely one is an interpreter that has Alembic.
if [ -n "$DEVENV_BROKEN" ]; then
    printf '%s\nimporting alembic fails with %s\n' "$DEVENV_RAISED" "$DEVENV_BROKEN" >&2
    exit 127
fi
echo "no Python interpreter with alembic found in this container" >&2
exit 127
