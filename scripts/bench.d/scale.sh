# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # scripts/bench sets and reads them
#
# What scripts/bench --scale does: the same runs on larger and larger projects. It is sourced, never run.

# sizes: the projects, each as the settings of bench.d/enlarge.
sizes=(
	"tables=1 revisions=1 rows=10"
	"tables=10 revisions=10 rows=10" "tables=100 revisions=100 rows=100" "tables=1000 revisions=1000 rows=1000"
	"tables=1 revisions=10 rows=10" "tables=1 revisions=100 rows=10" "tables=1 revisions=1000 rows=10"
	"tables=10 revisions=10 rows=10000" "tables=10 revisions=10 rows=1000000"
	"tables=1 revisions=1 rows=10 files=100" "tables=1 revisions=1 rows=10 files=100000"
	"tables=1 revisions=1 rows=10 context=500"
	"tables=1 revisions=1 rows=10 imports=20"
)

# peak PID: prints the most memory that a process has had, in megabytes, once it has ended.
peak() {
	local kilobytes=0 now
	while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null) && [[ -n $now ]]; do
		kilobytes=$now
		sleep 0.05
	done
	echo $((kilobytes / 1024))
}

# sized NAME COMMAND…: runs devenv once in the project; its document goes to $scratch/NAME.json, and its time and memory
# to the variables ms and megabytes.
sized() {
	local name=$1 started status=0 running
	shift
	started=$(date +%s%N)
	(cd "$scratch/sample" && exec "$root/bin/devenv" --format json "$@") >"$scratch/$name.json" 2>"$scratch/progress" </dev/null &
	running=$!
	megabytes=$(peak "$running")
	wait "$running" || status=$?
	ms=$((($(date +%s%N) - started) / 1000000))
	((status == 0)) || { tail -n 20 "$scratch/progress" "$scratch/$name.json" >&2 && die "devenv $1 exited with status $status."; }
}

# took DOCUMENT STEP: prints the milliseconds of a step.
took() {
	tr -d ' \n' <"$1" | grep -oE "\"name\":\"$2\",\"start_ms\":[0-9]+,\"ms\":[0-9]+" | sed 's/.*://;q'
}

seconds() { awk -v ms="$1" 'BEGIN { printf "%.1f s", ms / 1000 }'; }

# scale SIZES…: prints a table with a row for each size.
scale() {
	local size first memory
	echo "| project | first run | test-migration | its verdict on the data | the clone | devenv's memory |"
	echo "|---|---|---|---|---|---|"
	for size; do
		say "$size"
		read -ra enlarged <<<"$size"
		unpack "$scratch/sample" && let_pass
		sized first new-migration "$message"
		first=$ms memory=$megabytes
		sized tested test-migration
		printf '| %s | %s | %s | %s | %s | %s MB |\n' "$size" "$(seconds "$first")" "$(seconds "$ms")" \
			"$(seconds "$(verdict "$scratch/tested.json" "$data_checks")")" "$(seconds "$(took "$scratch/tested.json" database)")" \
			"$((memory > megabytes ? memory : megabytes))"
		forget_bases
		forget_builds
	done
}
