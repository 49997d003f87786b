#!/usr/bin/env bash
# The entrypoint of the Postgres stand-in. It takes the environment, the
# arguments and the init directory as the official image documents them, so that
# a project cannot tell the two apart; the code is its own.
set -euo pipefail
# shellcheck source=init-functions.sh
. /usr/local/bin/init-functions.sh

# Options alone are options of the server.
if [[ ${1:-postgres} == -* ]]; then set -- postgres "$@"; fi
if (($# == 0)); then set -- postgres; fi

# Another program, or a server that only prints something, needs no database.
if [[ $1 != postgres ]] || prints_only "$@"; then exec "$@"; fi

from_file POSTGRES_PASSWORD
from_file POSTGRES_USER postgres
from_file POSTGRES_DB "$POSTGRES_USER"
from_file POSTGRES_INITDB_ARGS
: "${POSTGRES_HOST_AUTH_METHOD:=}"

own_directories
if ((EUID == 0)); then exec gosu postgres "$0" "$@"; fi

if [[ -s $PGDATA/PG_VERSION ]]; then
	printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
else
	demand_password
	# A directory that can't be read must fail before the data exists.
	ls /docker-entrypoint-initdb.d/ >/dev/null
	create_cluster
	allow_hosts "$@"
	temporary_server start "$@"
	create_database
	run_init_files /docker-entrypoint-initdb.d/*
	temporary_server stop
	unset PGPASSWORD
	printf '\nPostgreSQL init process complete; ready for start up.\n\n'
fi
exec "$@"
