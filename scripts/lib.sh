# shellcheck shell=bash
# What all scripts here share: messages, the cache and the temporary directory. It is sourced, never run.

# shellcheck disable=SC2034 # read by the scripts
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${DEVENV_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/devenv}/scripts

# say TEXT: prints one line of progress, with the seconds since the outermost script started. On stderr, because
# stdout is for results.
: "${DEVENV_SCRIPT_START:=$(date +%s)}"
export DEVENV_SCRIPT_START
say() {
	printf '%5ss  %s\n' "$(($(date +%s) - DEVENV_SCRIPT_START))" "$*" >&2
}

# die TEXT [LINE…]: prints what was tried and failed, then what to do next, and exits.
die() {
	printf '\n%s\n' "$1" >&2
	shift
	if (($# > 0)); then printf '  %s\n' "$@" >&2; fi
	exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# need COMMAND PACKAGE: exits if COMMAND is missing, naming the package.
need() {
	has "$1" || die "$1 is not installed." "Install it: apt-get install $2, or your system's package of that name."
}

is_debian() {
	[[ -r /etc/os-release ]] && grep -qE '^(ID|ID_LIKE)=.*(debian|ubuntu)' /etc/os-release && has apt-get
}

# quietly NAME COMMAND…: runs the command with its output in a log file of the cache, and prints only the end of it,
# on failure. Long commands show signs of life.
quietly() {
	local log=$cache/$1.log pulse status=0
	shift
	mkdir -p "$cache"
	: >"$log"
	pulse "$log" >/dev/null </dev/null &
	pulse=$!
	"$@" >"$log" 2>&1 || status=$?
	kill "$pulse" 2>/dev/null || true
	wait "$pulse" 2>/dev/null || true
	((status == 0)) || { tail -n 25 "$log" >&2 && die "This failed: $*" "The whole output is in $log."; }
}

# pulse LOG: prints the last line of the log every 15 s, until the script has exited.
pulse() {
	while sleep 15 2>/dev/null && kill -0 $$ 2>/dev/null; do
		say "  … $(tail -n 1 "$1" | tr -d '\r' | cut -c 1-100)"
	done
}

# apt_install PACKAGE…: installs missing packages where that is possible; elsewhere prints what to install and exits.
# Package lists are fetched once for a script and those that it starts.
apt_install() {
	local missing=() name
	for name in "$@"; do
		dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
	done
	((${#missing[@]} > 0)) || return 0
	is_debian || die "This needs ${missing[*]}, and can install packages on Debian and Ubuntu only." \
		"Install them with your system's package manager, then run this again."
	((EUID == 0)) || die "This needs ${missing[*]}, and only root can install packages." \
		"Run: sudo apt-get install --no-install-recommends ${missing[*]}"
	if [[ -z ${DEVENV_APT_UPDATED:-} ]]; then
		say "apt: fetch the package lists"
		quietly apt-update apt-get -o DPkg::Lock::Timeout=300 update </dev/null
		export DEVENV_APT_UPDATED=1
	fi
	say "apt: install ${missing[*]}"
	DEBIAN_FRONTEND=noninteractive quietly apt-install \
		apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${missing[@]}" </dev/null
}

# scratch: creates a temporary directory, in $scratch, that is removed when the script ends.
scratch() {
	declare -g scratch
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/devenv.XXXXXXXX")
	trap 'rm -rf -- "$scratch"' EXIT
}

# need_go: exits if there is no Go that can build this module.
need_go() {
	local wanted
	wanted=$(sed -n 's/^go //p' "$root/go.mod")
	has go || [[ ! -x /usr/local/go/bin/go ]] || PATH=$PATH:/usr/local/go/bin
	has go || die "Go is not installed." "Install Go $wanted or later: https://go.dev/doc/install"
	(cd "$root" && go version >/dev/null) ||
		die "This needs Go $wanted or later, but there is $(cd / && go env GOVERSION)." \
			"Install Go $wanted or later: https://go.dev/doc/install"
}

# go_tool MODULE-PATH VERSION: prints the path of a pinned Go program, which is built into the cache the first time.
go_tool() {
	local name=${1##*/}
	local directory=$cache/bin/$name-$2
	if [[ ! -x $directory/$name ]]; then
		say "$name $2: build"
		GOBIN=$directory quietly "build-$name" go install -v "$1@$2"
	fi
	echo "$directory/$name"
}
