# Works on the data directory of a server that does not run; prepare alone may run beside a server. The first argument:
#
#   look DATA [SOURCE]            say what is there, as name=value lines
#   prepare DATA SOURCE [durable] copy SOURCE into DATA/.devenv-swap/new; durable: without the settings of a scratch server
#   swap DATA                     take the prepared copy for the data; called again, it goes on where it was cut off
#   settle DATA                   end a swap that was cut off: complete it if it had begun, else remove the copy
#   save DATA TO                  copy the data to TO
#
# A swap moves PG_VERSION out first and in last: without it no server starts in a directory that is not empty.
set -eu

# each DIR COMMAND…: runs the command with every entry of a directory, hidden ones too.
each() {
	dir=$1
	shift
	for entry in "$dir"/* "$dir"/.[!.]* "$dir"/..?*; do
		if [ -e "$entry" ] || [ -L "$entry" ]; then "$@" "$entry"; fi
	done
}

version() { [ ! -f "$1/PG_VERSION" ] || cat "$1/PG_VERSION"; }

# count names the first entry that counts.
count() { ours "$1" || [ -n "$seen" ] || { seen=yes && echo "entry=$1"; }; }

# ours: what a data directory may hold that is no server's.
ours() { [ "$1" = "$work" ] || [ "$1" = "$data/lost+found" ]; }

look() {
	[ ! -L "$1" ] || echo "link=yes"
	echo "version=$(version "$1")"
	work=$1/.devenv-swap data=$1 seen=
	each "$1" count
	[ ! -L "$1/pg_wal" ] || echo "wal=link"
	[ ! -d "$1/pg_tblspc" ] || [ -z "$(ls -A "$1/pg_tblspc")" ] || echo "tablespaces=yes"
	[ ! -d "$1" ] || echo "kilobytes=$(du -sk "$1" | cut -f 1)"
	[ -z "${2:-}" ] || echo "source=$(version "$2")"
}

prepare() {
	work=$1/.devenv-swap
	rm -rf "$work"
	mkdir -p "$work/new" "$work/old"
	cp -a "$2/." "$work/new/"
	rm -rf "$work/new/postmaster.pid" "$work/new/.devenv-swap"
	auto=$work/new/postgresql.auto.conf
	if [ "${3:-}" = durable ] && [ -f "$auto" ]; then
		grep -v -E '^(fsync|full_page_writes|synchronous_commit) = ' "$auto" >"$work/auto" || true
		cat "$work/auto" >"$auto"
		rm "$work/auto"
	fi
	sync
}

out() { ours "$1" || mv "$1" "$work/old/"; }
in_() { [ "$1" = "$work/new/PG_VERSION" ] || mv "$1" "$data/"; }

swap() {
	data=$1 work=$1/.devenv-swap
	[ -f "$work/new/PG_VERSION" ] || [ -e "$work/begun" ] || { echo "no copy is prepared" >&2; exit 1; }
	touch "$work/begun"
	sync
	if [ ! -e "$work/emptied" ]; then
		[ ! -e "$data/PG_VERSION" ] || mv "$data/PG_VERSION" "$work/old/"
		sync
		each "$data" out
		sync
		touch "$work/emptied"
		sync
	fi
	each "$work/new" in_
	if [ -e "$work/new/PG_VERSION" ]; then
		chown "$(stat -c %u:%g "$work/new")" "$data"
		chmod "$(stat -c %a "$work/new")" "$data"
		sync
		mv "$work/new/PG_VERSION" "$data/"
		sync
	fi
	touch "$work/done"
	rm -f "$work/begun"
	sync
	remove
}

# remove takes done away last: it tells that what is left is only to be removed.
remove() {
	rm -rf "$work/new" "$work/old" "$work/emptied"
	rm -rf "$work"
	echo swapped
}

settle() {
	work=$1/.devenv-swap
	if [ -e "$work/begun" ]; then
		swap "$1"
	elif [ -e "$work/done" ]; then
		remove
	elif [ -e "$work" ]; then
		rm -rf "$work"
		echo reverted
	fi
}

save() {
	mkdir -p "$2"
	cp -a "$1/." "$2/"
	rm -rf "$2/postmaster.pid" "$2/.devenv-swap"
	sync
}

"$@"
