# shellcheck shell=bash
# The steps of the entrypoint. docker_process_sql keeps the name that init
# scripts of real projects call.

prints_only() {
	local argument
	for argument; do
		case $argument in
		-'?' | --help | --describe-config | -V | --version) return 0 ;;
		esac
	done
	return 1
}

# from_file NAME [DEFAULT]: exports NAME from itself, from the file that
# NAME_FILE names, or from the default. Both at once is a mistake.
from_file() {
	local name=$1 file_name=$1_FILE value=${2:-}
	if [[ -n ${!name:-} && -n ${!file_name:-} ]]; then
		echo "error: both $name and $file_name are set (but are exclusive)" >&2
		exit 1
	fi
	if [[ -n ${!name:-} ]]; then
		value=${!name}
	elif [[ -n ${!file_name:-} ]]; then
		value=$(<"${!file_name}")
	fi
	export "$name=$value"
	unset "$file_name"
}

own_directories() {
	mkdir -p "$PGDATA"
	chmod 00700 "$PGDATA" || true
	mkdir -p /var/run/postgresql || true
	chmod 03775 /var/run/postgresql || true
	if [[ -n ${POSTGRES_INITDB_WALDIR:-} ]]; then
		mkdir -p "$POSTGRES_INITDB_WALDIR"
		chmod 700 "$POSTGRES_INITDB_WALDIR" || true
	fi
	((EUID == 0)) || return 0
	find "$PGDATA" /var/run/postgresql ${POSTGRES_INITDB_WALDIR:+"$POSTGRES_INITDB_WALDIR"} \
		! -user postgres -exec chown postgres {} +
}

demand_password() {
	if [[ -z $POSTGRES_PASSWORD && $POSTGRES_HOST_AUTH_METHOD != trust ]]; then
		cat >&2 <<-'TEXT'
			Error: Database is uninitialized and superuser password is not specified.
			       Set POSTGRES_PASSWORD to a non-empty value for the superuser,
			       or POSTGRES_HOST_AUTH_METHOD=trust to let everybody in without one.
		TEXT
		exit 1
	fi
	if [[ $POSTGRES_HOST_AUTH_METHOD == trust ]]; then
		echo "WARNING: POSTGRES_HOST_AUTH_METHOD=trust: anyone may connect without a password." >&2
	fi
}

# create_cluster runs initdb. It refuses a user id that no account has, so one
# is made up for it where that is so.
create_cluster() {
	local options=() account
	if ! getent passwd "$EUID" >/dev/null; then
		account=$(mktemp -d)
		echo "postgres:x:$EUID:$(id -g):PostgreSQL:$PGDATA:/bin/false" >"$account/passwd"
		echo "postgres:x:$(id -g):" >"$account/group"
		local -x NSS_WRAPPER_PASSWD=$account/passwd NSS_WRAPPER_GROUP=$account/group
		local -x LD_PRELOAD=libnss_wrapper.so
	fi
	[[ -z ${POSTGRES_INITDB_WALDIR:-} ]] || options+=(--waldir "$POSTGRES_INITDB_WALDIR")
	# The arguments are one string of words, quoted as in a shell.
	eval "options+=(${POSTGRES_INITDB_ARGS:-})"
	initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
		-D "$PGDATA" ${options[@]+"${options[@]}"}
	[[ -z ${account:-} ]] || rm -r "$account"
	# A server that is not Debian's has its socket elsewhere, and initdb insists.
	if [[ $(postgres -C unix_socket_directories) != /var/run/postgresql ]]; then
		echo "unix_socket_directories = '/var/run/postgresql'" >>"$PGDATA/postgresql.conf"
	fi
}

allow_hosts() {
	local method=$POSTGRES_HOST_AUTH_METHOD
	[[ -n $method ]] || method=$("$@" -C password_encryption)
	printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

# temporary_server start|stop: the server that runs the init files. It listens
# on its socket only: whoever waits for the port waits for the finished database.
temporary_server() {
	local action=$1 options
	export PGPASSWORD=${PGPASSWORD:-$POSTGRES_PASSWORD}
	if [[ $action == stop ]]; then
		PGUSER=${PGUSER:-postgres} pg_ctl -D "$PGDATA" -m fast -w stop
		return
	fi
	shift 2
	printf -v options '%q ' "$@" -c listen_addresses= -p "${PGPORT:-5432}"
	NOTIFY_SOCKET='' PGUSER=${PGUSER:-$POSTGRES_USER} pg_ctl -D "$PGDATA" -o "$options" -w start
}

docker_process_sql() {
	local command=(psql -v ON_ERROR_STOP=1 --no-psqlrc --no-password --username "$POSTGRES_USER")
	[[ -z ${POSTGRES_DB:-} ]] || command+=(--dbname "$POSTGRES_DB")
	PGHOST='' PGHOSTADDR='' "${command[@]}" "$@"
}

create_database() {
	local name=$POSTGRES_DB POSTGRES_DB=postgres there
	there=$(docker_process_sql --set name="$name" --tuples-only \
		<<<"SELECT 1 FROM pg_database WHERE datname = :'name';")
	[[ -z $there ]] || return 0
	docker_process_sql --set name="$name" <<<'CREATE DATABASE :"name";'
}

run_init_files() {
	local file
	echo
	for file; do
		case $file in
		*.sh)
			if [[ -x $file ]]; then
				echo "$0: running $file"
				"$file"
			else
				echo "$0: sourcing $file"
				# shellcheck source=/dev/null
				. "$file"
			fi
			;;
		*.sql) echo "$0: running $file" && docker_process_sql -f "$file" ;;
		*.sql.gz) echo "$0: running $file" && gunzip -c "$file" | docker_process_sql ;;
		*.sql.xz) echo "$0: running $file" && xzcat "$file" | docker_process_sql ;;
		*.sql.zst) echo "$0: running $file" && zstd -dc "$file" | docker_process_sql ;;
		*) echo "$0: ignoring $file" ;;
		esac
		echo
	done
}
