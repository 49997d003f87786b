# shellcheck shell=bash
# What the engines beside this machine's have in common: each has a network of its own, and copies of the stand-ins. It
# is sourced, after lib.sh and engine, never run.
# shellcheck disable=SC2034,SC2154 # engine's functions read and set them

engines=/run/devenv-engines

# place NAME: sets the names of everything that belongs to that engine. A socket's path must be short, and an engine's
# data does not belong in a cache.
place() {
	network=devenv-$1
	run=$engines/$1
	data=/var/lib/devenv-engines/$1
	socket=$run/docker.sock
	log=$run/dockerd.log
}

# need_beside: ensures that there is what these engines need.
need_beside() {
	((EUID == 0)) || die "An engine beside this machine's needs root." "Run: sudo scripts/${0##*/}"
	need docker docker.io
	has runc || apt_install runc
	has slirp4netns || apt_install iproute2 iptables slirp4netns
}

# start_network: creates a network namespace with this machine's connection, without changing any rule of this
# machine's firewall.
start_network() {
	[[ -e /run/netns/$network ]] || ip netns add "$network"
	setsid slirp4netns --configure --mtu=65520 --disable-host-loopback \
		--netns-type=path "/run/netns/$network" tap0 >"$run/slirp4netns.log" 2>&1 </dev/null &
	echo $! >"$run/slirp4netns.pid"
}

# start_beside WHAT [FEATURES]: starts the first dockerd of PATH, with these features. The name server is slirp4netns's,
# which asks this machine's, wherever that is.
start_beside() {
	say "engine: start $1"
	mkdir -p "$run" "$data"
	mount_cgroups
	echo "{\"features\": {${2:-}}, \"dns\": [\"10.0.2.3\"]}" >"$run/daemon.json"
	start_network
	# Engines re-execute themselves and start short programs in Go for each container, which need not collect garbage:
	# without that, the tests take 7 % less processor time.
	GOGC=off GOMEMLIMIT=400MiB setsid nsenter --net="/run/netns/$network" dockerd --config-file "$run/daemon.json" \
		--host "unix://$socket" --pidfile "$run/dockerd.pid" --exec-root "$run/exec" --data-root "$data/engine" >"$log" 2>&1 </dev/null &
	engine=$!
	comes_up && kill -0 "$(<"$run/slirp4netns.pid")" && return
	tail -n 15 "$log" "$run/slirp4netns.log" >&2
	die "$1 was started but does not answer: $why" "Its logs are in $run."
}

# ours: sets DOCKER_HOST to that engine from here on.
ours() {
	unset DOCKER_CONTEXT
	export DOCKER_HOST=unix://$socket
}

# copy_images IMAGE…: copies those that this machine's engine has and that one lacks.
copy_images() {
	local missing=() image
	for image in "$@"; do
		(ours && docker image inspect "$image" >/dev/null 2>&1) || missing+=("$image")
	done
	((${#missing[@]} > 0)) || return 0
	say "engine: copy ${missing[*]}"
	docker save "${missing[@]}" | (ours && quietly load docker load)
}

# enter COMMAND…: replaces this process by the command, which has that engine, its network and a cache of its own.
enter() {
	ours
	exec nsenter --net="/run/netns/$network" env DEVENV_CACHE="$data/cache" "$@"
}

# stop_beside: stops that engine and removes its data.
stop_beside() {
	local name pid mounted
	for name in dockerd slirp4netns; do
		pid=$(cat "$run/$name.pid" 2>/dev/null) || continue
		[[ $(cat "/proc/$pid/comm" 2>/dev/null) == "$name" ]] || continue
		kill "$pid" 2>/dev/null || continue
		while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
	done
	[[ ! -e /run/netns/$network ]] || ip netns delete "$network"
	# The engine leaves its own network mounted if a container has used it.
	mapfile -t mounted < <(findmnt --noheadings --list --output TARGET | grep -F "$run/")
	for name in "${mounted[@]}"; do umount --lazy "$name" || true; done # one of them may have gone with another
	if mountpoint -q "$data"; then umount --lazy "$data"; fi
	rm -rf -- "$run" "$data"
}
