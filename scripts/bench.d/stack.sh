# shellcheck shell=bash
# The sample's stack, as one runs it by hand with Compose: $1 is the sample's directory, $2 the Compose command. It is
# sourced, never run.

cd "$1" || exit
read -ra compose <<<"$2"

# The server gets its own name, not the project's: nobody's stack is touched.
export COMPOSE_PROJECT_NAME=devenv-bench COMPOSE_PROGRESS=plain
port=8888
log=$(mktemp)
trap 'rm -f "$log"' EXIT

quiet() {
	"$@" >"$log" 2>&1 </dev/null || { cat "$log" >&2 && echo "failed: $*" >&2 && exit 1; }
}

# In a separate process: a connection that is reset during a write ends the writer.
serves() (
	exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
	printf 'GET /health HTTP/1.0\r\n\r\n' >&3
	read -r -t 2 _ status _ <&3
	[[ $status == 200 ]]
)

# backend: runs the backend in the foreground until it serves or exits, then presses Ctrl+C. $outcome tells which it
# was.
backend() {
	local pid
	set -m # its own process group, or it would ignore the signal
	"${compose[@]}" up --build --no-deps backend >"$log" 2>&1 </dev/null &
	pid=$!
	set +m
	outcome="the backend exited"
	while kill -0 "$pid" 2>/dev/null; do
		if serves; then
			outcome="the backend serves"
			break
		fi
		sleep 0.05
	done
	kill -INT "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
}

# database: starts an empty one, and waits until it answers.
database() {
	quiet "${compose[@]}" up -d --no-deps postgres
	until "${compose[@]}" exec -T postgres psql -h 127.0.0.1 -U postgres -c 'SELECT 1' >/dev/null 2>&1; do sleep 0.05; done
}

# seed: lets the backend migrate and seed it.
seed() {
	backend
	[[ $outcome == "the backend serves" ]] || { cat "$log" >&2 && exit 1; }
}
