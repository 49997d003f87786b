package database

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// cluster creates a directory that looks like a server's data, with a word in every file.
func cluster(t *testing.T, dir, word string, files ...string) {
	t.Helper()
	for _, name := range append(files, "PG_VERSION", "base/1", "global/pg_control", ".hidden", "with space") {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(word), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// words lists the files below a directory with their content, "base/1=old".
func words(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		found = append(found, rel+"="+string(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

// store runs the script on this machine and returns its output. killAt is the number of the program before which the
// shell is killed; 0 means never.
func store(t *testing.T, killAt int, args ...string) (killed bool, said string) {
	t.Helper()
	return disturbed(t, killAt, "kill -9 $PPID; exit 1", args...)
}

// disturbed is like store, but does something else at that program.
func disturbed(t *testing.T, killAt int, what string, args ...string) (killed bool, said string) {
	t.Helper()
	wrappers, counter := t.TempDir(), filepath.Join(t.TempDir(), "count")
	if err := os.WriteFile(counter, []byte("0"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mv", "touch", "sync", "rm", "chown", "chmod", "mkdir", "rmdir"} {
		real, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		script := "#!/bin/sh\nread -r n <" + counter + "\necho $((n + 1)) >" + counter +
			"\nif [ $((n + 1)) = " + strconv.Itoa(killAt) + " ]; then " + what + "; fi\nexec " + real + ` "$@"` + "\n"
		if err := os.WriteFile(filepath.Join(wrappers, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("sh", append([]string{"-c", storeScript, "devenv"}, args...)...)
	command.Env = append(os.Environ(), "PATH="+wrappers+":"+os.Getenv("PATH"))
	out, err := command.CombinedOutput()
	if err != nil && killAt == 0 {
		t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return command.ProcessState.ExitCode() == -1, strings.TrimSpace(string(out))
}

// swapWords returns the arguments that swap in the copy prepared as 7, for data that cluster created.
func swapWords(data, word, lock string) []string {
	return []string{"swap", data, "7", "new-7", "before", hashed(word), hashed(lock)}
}

// found returns the words in a directory, without devenv's own, and those that it keeps as "before".
func found(t *testing.T, data string) (there, kept []string) {
	t.Helper()
	for _, w := range words(t, data) {
		if rest, ok := strings.CutPrefix(w, ".devenv/kept/before/"); ok {
			kept = append(kept, rest)
		} else if !strings.HasPrefix(w, ".devenv/") {
			there = append(there, w)
		}
	}
	return there, kept
}

func TestInterruptedSwapIsNeverMixedAndIsCompleted(t *testing.T) {
	t.Parallel()
	source, before := t.TempDir(), t.TempDir()
	cluster(t, source, "new", "pg_wal/new")
	cluster(t, before, "old", "pg_wal/old")
	newWords, oldWords := words(t, source), words(t, before)
	cut := 0
	for at := 1; ; at++ {
		data := t.TempDir()
		cluster(t, data, "old", "pg_wal/old")
		store(t, 0, "prepare", data, "7", source)
		killed, _ := store(t, at, swapWords(data, "old", "")...)
		if killed {
			cut++
			notMixed(t, at, data)
		}
		if _, did := store(t, 0, "settle", data, "7"); did != swapped && (did != reverted || !killed) {
			t.Errorf("cut off before program %d, it prints %q", at, did)
		}
		there, kept := found(t, data)
		switch {
		case slices.Equal(there, newWords) && slices.Equal(kept, oldWords):
		case killed && slices.Equal(there, oldWords) && len(kept) == 0:
		default:
			t.Errorf("cut off before program %d and settled, it contains %q and keeps %q", at, there, kept)
		}
		if !killed {
			break
		}
	}
	if cut < 20 {
		t.Errorf("it was cut off in %d places only", cut)
	}
}

// notMixed expects that a server would find either the old or the new data, unless something keeps it from starting.
func notMixed(t *testing.T, at int, data string) {
	t.Helper()
	_, version := os.Stat(filepath.Join(data, "PG_VERSION"))
	_, lock := os.Stat(filepath.Join(data, "postmaster.pid"))
	if version != nil || lock == nil {
		return
	}
	var held []string
	there, _ := found(t, data)
	for _, w := range there {
		if _, word, _ := strings.Cut(w, "="); !slices.Contains(held, word) {
			held = append(held, word)
		}
	}
	if len(held) != 1 {
		t.Errorf("cut off before program %d, a server would start on %q", at, words(t, data))
	}
}

// TestDataUsedByAServerIsNotSwapped also expects every file to be unchanged.
func TestDataUsedByAServerIsNotSwapped(t *testing.T) {
	t.Parallel()
	source := t.TempDir()
	cluster(t, source, "new")
	for name, c := range map[string]struct{ lock, known, control, want string }{
		"a server holds the lock":             {"1\n/data\n", "", "old", busyLock},
		"another server took the lock since":  {"1\n/data\n9", "1\n/data\n8", "old", busyLock},
		"a server ran since, and has ended":   {"", "", "older", busyControl},
		"a server was killed before the look": {"1\n/data\n", "1\n/data\n", "old", swapped},
		"no server ran":                       {"", "", "old", swapped},
	} {
		data := t.TempDir()
		cluster(t, data, "old")
		if c.lock != "" {
			if err := os.WriteFile(filepath.Join(data, "postmaster.pid"), []byte(c.lock), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		before, _ := found(t, data)
		store(t, 0, "prepare", data, "7", source)
		_, did := store(t, 0, swapWords(data, c.control, c.known)...)
		there, _ := found(t, data)
		if did != c.want || slices.Equal(there, before) != (did != swapped) {
			t.Errorf("%s: it prints %q, want %q, and leaves %q", name, did, c.want, there)
		}
		if _, did = store(t, 0, "settle", data, "7"); (did == swapped) != (c.want == swapped) {
			t.Errorf("%s: settled, it prints %q", name, did)
		}
	}
}

// TestServerThatStealsTheLockKeepsItsData starts a server that removes any lock file it finds, as some images do,
// before each program of a swap.
func TestServerThatStealsTheLockKeepsItsData(t *testing.T) {
	t.Parallel()
	source := t.TempDir()
	cluster(t, source, "new")
	kept := 0
	for at := 1; at < 25; at++ {
		data := t.TempDir()
		cluster(t, data, "old")
		store(t, 0, "prepare", data, "7", source)
		lock := filepath.Join(data, "postmaster.pid")
		_, did := disturbed(t, at, "[ ! -f "+data+"/PG_VERSION ] || echo 1 >"+lock, swapWords(data, "old", "")...)
		there, _ := found(t, data)
		if did == swapped {
			if !slices.Contains(there, "PG_VERSION=new") {
				t.Errorf("at program %d it prints %q and contains %q", at, did, there)
			}
			continue
		}
		kept++
		if !slices.Contains(there, "PG_VERSION=old") || !slices.Contains(there, "base/1=old") ||
			!slices.Contains(there, "postmaster.pid=1\n") {
			t.Errorf("at program %d it prints %q and contains %q", at, did, there)
		}
	}
	if kept < 3 {
		t.Errorf("the server kept its data %d times", kept)
	}
}

func TestDataKeptByASwapCanBeRestored(t *testing.T) {
	t.Parallel()
	data, source := t.TempDir(), t.TempDir()
	cluster(t, data, "old")
	cluster(t, source, "new")
	store(t, 0, "prepare", data, "7", source)
	store(t, 0, swapWords(data, "old", "")...)
	if lock, err := os.ReadFile(filepath.Join(data, "postmaster.pid")); err != nil ||
		!strings.HasPrefix(string(lock), "devenv exchange 7 ") {
		t.Errorf("a server could start before the swap is settled: the lock holds %q, %v", lock, err)
	}
	store(t, 0, "settle", data, "7")
	store(t, 0, "swap", data, "8", "kept/before", "after", hashed("new"), "")
	store(t, 0, "settle", data, "8")
	there, kept := found(t, data)
	if want := "PG_VERSION=old"; !slices.Contains(there, want) || len(kept) > 0 {
		t.Errorf("it contains %q and still keeps %q", there, kept)
	}
	if _, seen := store(t, 0, "look", data); !strings.Contains(seen, "kept=after") || strings.Contains(seen, "kept=before") {
		t.Errorf("the look shows %q", seen)
	}
	store(t, 0, "forget", data, "after", "never")
	if _, seen := store(t, 0, "look", data); strings.Contains(seen, "kept=") {
		t.Errorf("after that was removed the look shows %q", seen)
	}
}

func TestUnusedCopyLeavesTheDataUnchanged(t *testing.T) {
	t.Parallel()
	data, source := t.TempDir(), t.TempDir()
	cluster(t, data, "old")
	cluster(t, source, "new")
	before := words(t, data)
	store(t, 0, "prepare", data, "7", source)
	store(t, 0, "settle", data, "7")
	if after := words(t, data); !slices.Equal(after, before) {
		t.Errorf("it contains %q, want %q", after, before)
	}
}

func TestDurableCopyDropsOnlyScratchSettings(t *testing.T) {
	t.Parallel()
	data, source := t.TempDir(), t.TempDir()
	cluster(t, source, "new")
	auto := "# by ALTER SYSTEM\nfsync = 'off'\nwork_mem = '8MB'\nfull_page_writes = 'off'\nsynchronous_commit = 'off'\n"
	if err := os.WriteFile(filepath.Join(source, "postgresql.auto.conf"), []byte(auto), 0o600); err != nil {
		t.Fatal(err)
	}
	store(t, 0, "prepare", data, "7", source, "durable")
	store(t, 0, "swap", data, "7", "new-7", "before", "", "")
	got, err := os.ReadFile(filepath.Join(data, "postgresql.auto.conf"))
	if want := "# by ALTER SYSTEM\nwork_mem = '8MB'\n"; err != nil || string(got) != want {
		t.Errorf("%q %v, want %q", got, err, want)
	}
}

func TestStoreIsWhereTheServerKeepsData(t *testing.T) {
	t.Parallel()
	volume := func(name, target string) engine.Mount {
		return engine.Mount{Type: "volume", Name: name, Source: "/var/lib/docker/volumes/" + name + "/_data", Target: target}
	}
	bind := engine.Mount{Type: "bind", Source: "/src/app/data", Target: "/var/lib/postgresql"}
	for name, c := range map[string]struct {
		container engine.Container
		place     string
		directory string
		refused   string
	}{
		"the official image up to 17": {
			engine.Container{
				Env:    []string{"PGDATA=/var/lib/postgresql/data"},
				Mounts: []engine.Mount{volume("pg", "/var/lib/postgresql/data")},
			},
			"volume pg", "/var/lib/postgresql/data", "",
		},
		"the official image from 18": {
			engine.Container{Env: []string{"PGDATA=/var/lib/postgresql/18/docker"}, Mounts: []engine.Mount{bind}},
			"directory /src/app/data/18/docker", "/var/lib/postgresql/18/docker", "",
		},
		"the command's -D": {
			engine.Container{
				Cmd: []string{"postgres", "-D", "/db"}, Env: []string{"PGDATA=/other"},
				Mounts: []engine.Mount{volume("pg", "/db")},
			},
			"volume pg", "/db", "",
		},
		"the nearest mount": {
			engine.Container{Env: []string{"PGDATA=/a/b/c"}, Mounts: []engine.Mount{volume("far", "/a"), volume("near", "/a/b")}},
			"volume near", "/a/b/c", "",
		},
		"a write-ahead log of its own": {
			engine.Container{Env: []string{"PGDATA=/db"}, Mounts: []engine.Mount{volume("pg", "/db"), volume("wal", "/db/pg_wal")}},
			"", "", "/db/pg_wal",
		},
		"the container's own layer": {engine.Container{Env: []string{"PGDATA=/db"}}, "", "", "neither in a volume"},
	} {
		s, err := StoreOf("postgres", c.container)
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), c.refused) || report.KindOf(err) != report.KindUsage {
				t.Errorf("%s: %v, want a refusal that names %q", name, err, c.refused)
			}
			continue
		}
		if err != nil || s.String() != c.place || s.Directory != c.directory {
			t.Errorf("%s: %q %q %v, want %q %q", name, s.String(), s.Directory, err, c.place, c.directory)
		}
	}
}

func TestUnknownScriptOutputIsAnError(t *testing.T) {
	for said, want := range map[string]bool{swapped: true, reverted: false} {
		if done, err := outcome(said, nil, reverted); done != want || err != nil {
			t.Errorf("%q: %v, %v", said, done, err)
		}
	}
	for _, said := range []string{"", "swapped\nsh: sync: not found", busyLock} {
		if done, err := outcome(said, nil, reverted); done || err == nil {
			t.Errorf("%q: %v, %v", said, done, err)
		}
	}
	if done, err := outcome(swapped, errors.New("its container stays"), reverted); !done || err == nil {
		t.Errorf("a script that finished before something failed: %v, %v", done, err)
	}
}
