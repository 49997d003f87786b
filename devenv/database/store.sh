# Works on the data directory of a stopped server; only look, prepare and forget may run beside a server. The first
# argument is the command:
#
#   look DATA [SOURCE]            describe the data, as name=value lines
#   prepare DATA ID SOURCE [durable]
#                                 copy SOURCE into DATA/.devenv/new-ID; durable: without the settings of a scratch server
#   swap DATA ID SOURCE KEEP CONTROL LOCK
#                                 use DATA/.devenv/SOURCE as the data, and keep the old data as DATA/.devenv/kept/KEEP
#   settle DATA ID                finish an interrupted swap: complete it if it had begun, else remove the copy
#   save DATA TO                  copy the data to TO
#   forget DATA KEEP…             remove what earlier swaps kept
#
# A swap only renames, and copies nothing. It moves PG_VERSION out first and in last: without it no server starts in a
# directory that is not empty. It holds the lock file that a server would take, so that none starts before settle
# releases it. CONTROL and LOCK are the SHA-256 of the control file and of the lock file when they were last read, ""
# for none: if they differ now, a server runs or has run since, and nothing is changed. swap and settle print one line
# with their result: swapped, reverted, busy=lock or busy=control.
set -eu

# each DIR COMMAND…: runs the command with every entry of a directory, hidden ones too.
each() {
	dir=$1
	shift
	for entry in "$dir"/* "$dir"/.[!.]* "$dir"/..?*; do
		if [ -e "$entry" ] || [ -L "$entry" ]; then "$@" "$entry"; fi
	done
}

# at DIR sets the paths that the functions below use.
at() {
	data=$1 work=$1/.devenv lock=$1/postmaster.pid
}

version() { [ ! -f "$1/PG_VERSION" ] || cat "$1/PG_VERSION"; }
hash_of() { [ ! -f "$1" ] || sha256sum <"$1" | cut -d ' ' -f 1; }
kilobytes() { if [ -d "$1" ]; then du -sk "$1" | cut -f 1; else echo 0; fi; }

# flush writes the data's file system to disk; not every sync can flush a single file system.
flush() { sync -f "$data" 2>/dev/null || sync; }

# count prints the first entry that counts.
count() { ours "$1" || [ -n "$seen" ] || { seen=yes && echo "entry=$1"; }; }

# ours tests whether an entry of a data directory is not the server's.
ours() { [ "$1" = "$work" ] || [ "$1" = "$data/lost+found" ]; }

kept() { [ ! -f "$1/PG_VERSION" ] || echo "kept=${1##*/}"; }

look() {
	at "$1"
	[ ! -L "$data" ] || echo "link=yes"
	echo "version=$(version "$data")"
	seen=
	each "$data" count
	[ ! -L "$data/pg_wal" ] || echo "wal=link"
	[ ! -d "$data/pg_tblspc" ] || [ -z "$(ls -A "$data/pg_tblspc")" ] || echo "tablespaces=yes"
	[ ! -d "$data" ] || echo "kilobytes=$(($(kilobytes "$data") - $(kilobytes "$work")))"
	each "$work/kept" kept
	[ -z "${2:-}" ] || echo "source=$(version "$2")"
}

# private creates a directory with the owner and mode of another one.
private() {
	mkdir -p "$1"
	chown "$(stat -c %u:%g "$2")" "$1"
	chmod "$(stat -c %a "$2")" "$1"
}

prepare() {
	at "$1"
	mkdir -p "$data"
	private "$work" "$data"
	new=$work/new-$2
	rm -rf "$new"
	cp -a "$3" "$new"
	rm -rf "$new/postmaster.pid" "$new/.devenv"
	auto=$new/postgresql.auto.conf
	if [ "${4:-}" = durable ] && [ -f "$auto" ]; then
		grep -v -E '^(fsync|full_page_writes|synchronous_commit) = ' "$auto" >"$work/auto" || true
		cat "$work/auto" >"$auto"
		rm "$work/auto"
	fi
	flush
}

# take ID LEFT takes the lock as a server would: a server that starts now finds no process in it, shows the text and
# exits. A lock file that is known to be left over is moved away first.
take() {
	if [ -n "$2" ] && [ "$(hash_of "$lock")" = "$2" ]; then mv "$lock" "$work/left.pid"; fi
	(set -C && echo "devenv exchange $1 of the data in this directory; if it was cut off: devenv doctor --fix" >"$lock") 2>/dev/null
}

# untake releases the lock; a left-over lock file is restored if its data stays.
untake() { if [ -f "$work/left.pid" ]; then mv "$work/left.pid" "$lock"; else rm -f "$lock"; fi; }

# known ID CONTROL tests whether the lock is still this exchange's, and the control file unchanged. Some images remove
# any lock file when they start.
known() { locked "$1" && [ "$(hash_of "$data/global/pg_control")" = "$2" ]; }

swap() {
	at "$1"
	[ -f "$work/$3/PG_VERSION" ] || { echo "no data is prepared" >&2; exit 1; }
	[ "$(hash_of "$data/global/pg_control")" = "$5" ] || { echo "busy=control"; return; }
	take "$2" "$6" || { rm -f "$work/left.pid"; echo "busy=lock"; return; }
	[ ! -e "$work/kept/$4" ] || { untake; echo "$4 is kept already" >&2; exit 1; }
	rm -f "$work/emptied"
	echo "$2 $3 $4" >"$work/begin"
	flush
	# Check again, now that no server can start: one may have started in between.
	known "$2" "$5" || { rm "$work/begin"; giveback "$2"; return; }
	mv "$work/begin" "$work/begun"
	aside
	known "$2" "$5" || { back; giveback "$2"; return; }
	rm -f "$work/left.pid"
	complete
	echo swapped
}

# giveback abandons a swap that a server interfered with. That server's lock stays.
giveback() {
	if locked "$1"; then untake; else rm -f "$work/left.pid"; fi
	echo "busy=lock"
}

# aside moves PG_VERSION out; back restores it.
aside() {
	read -r id source keep <"$work/begun"
	new=$work/$source old=$work/kept/$keep
	mkdir -p "$work/kept"
	private "$work/kept" "$data"
	private "$old" "$data"
	[ ! -e "$data/PG_VERSION" ] || mv "$data/PG_VERSION" "$old/"
	flush
}

back() {
	[ ! -e "$old/PG_VERSION" ] || mv "$old/PG_VERSION" "$data/"
	rmdir "$old"
	rm "$work/begun"
	flush
}

out() { ours "$1" || [ "$1" = "$lock" ] || mv "$1" "$old/"; }
in_() { [ "$1" = "$new/PG_VERSION" ] || mv "$1" "$data/"; }

# complete performs the swap that has begun; called again, it resumes where it was interrupted.
complete() {
	read -r id source keep <"$work/begun"
	new=$work/$source old=$work/kept/$keep
	if [ ! -e "$work/emptied" ]; then
		[ -e "$new/PG_VERSION" ] || { echo "the new data is gone" >&2; exit 1; }
		aside
		each "$data" out
		touch "$work/emptied"
		flush
	fi
	[ -e "$new/PG_VERSION" ] || [ -e "$data/PG_VERSION" ] || { echo "the new data is gone" >&2; exit 1; }
	if [ -e "$new/PG_VERSION" ]; then
		each "$new" in_
		chown "$(stat -c %u:%g "$new")" "$data" "$work"
		chmod "$(stat -c %a "$new")" "$data"
		flush
		mv "$new/PG_VERSION" "$data/"
	fi
	flush
	echo "$id" >"$work/done"
	[ ! -d "$new" ] || rmdir "$new"
	[ -e "$old/PG_VERSION" ] || [ ! -d "$old" ] || rmdir "$old" # there was no data
	rm -f "$work/begun"
	flush
}

# ended removes the traces of a swap, the lock last, except the id of the completed one.
ended() {
	rm -f "$work/emptied"
	if locked "$1"; then rm -f "$lock"; fi
	echo swapped
}

settle() {
	at "$1"
	if grep -q "^$2 " "$work/begun" 2>/dev/null; then
		complete
		ended "$2"
	elif [ "$(cat "$work/done" 2>/dev/null)" = "$2" ]; then
		ended "$2"
	else
		if locked "$2"; then untake; fi
		rm -rf "$work/new-$2" "$work/begin" "$work/left.pid"
		rmdir "$work" 2>/dev/null || true
		echo reverted
	fi
}

# locked ID tests whether the lock is this exchange's.
locked() { grep -q "^devenv exchange $1 " "$lock" 2>/dev/null; }

forget() {
	at "$1"
	shift
	for keep in "$@"; do rm -rf "$work/kept/$keep"; done
}

save() {
	at "$1"
	target=$2
	mkdir -p "$target"
	each "$data" copied
	chown "$(stat -c %u:%g "$data")" "$target"
	chmod "$(stat -c %a "$data")" "$target"
	flush
}

copied() { ours "$1" || [ "$1" = "$lock" ] || cp -a "$1" "$target/"; }

"$@"
