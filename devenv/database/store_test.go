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

// cluster makes a directory that looks like a server's data, every file holding a word.
func cluster(t *testing.T, dir, word string, files ...string) {
	t.Helper()
	for _, name := range append(files, "PG_VERSION", "base/1", "global/pg_control", ".hidden", "with space") {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(word), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// words lists the files below a directory with what they hold, "base/1=old".
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

// store runs the script on this machine. killAt is the number of the program before which its shell is killed; 0 is never.
func store(t *testing.T, killAt int, args ...string) (killed bool) {
	t.Helper()
	wrappers, counter := t.TempDir(), filepath.Join(t.TempDir(), "count")
	if err := os.WriteFile(counter, []byte("0"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mv", "touch", "sync", "rm", "chown", "chmod"} {
		real, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		script := "#!/bin/sh\nread -r n <" + counter + "\necho $((n + 1)) >" + counter +
			"\nif [ $((n + 1)) = " + strconv.Itoa(killAt) + " ]; then kill -9 $PPID; exit 1; fi\nexec " + real + ` "$@"` + "\n"
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
	return command.ProcessState.ExitCode() == -1
}

func TestASwapThatIsCutOffAnywhereIsNeverMixedAndIsCompleted(t *testing.T) {
	t.Parallel()
	source, want := t.TempDir(), []string(nil)
	cluster(t, source, "new", "pg_wal/new")
	want = words(t, source)
	cut := 0
	for at := 1; ; at++ {
		data := t.TempDir()
		cluster(t, data, "old", "pg_wal/old")
		store(t, 0, "prepare", data, source)
		killed := store(t, at, "swap", data)
		if killed {
			cut++
			if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err == nil {
				notMixed(t, at, data)
			}
			store(t, 0, "settle", data)
		}
		got := words(t, data)
		if old := strings.Contains(strings.Join(got, " "), "old"); !slices.Equal(got, want) && (!old || slices.Contains(got, "PG_VERSION=new")) {
			t.Errorf("cut off before program %d and settled, it holds %q", at, got)
		}
		if !killed {
			break
		}
	}
	if cut < 15 {
		t.Errorf("it was cut off at %d places only", cut)
	}
}

// notMixed expects what a server would find to be all old or all new.
func notMixed(t *testing.T, at int, data string) {
	t.Helper()
	var held []string
	for _, w := range words(t, data) {
		if name, word, _ := strings.Cut(w, "="); !strings.HasPrefix(name, ".devenv-swap") && !slices.Contains(held, word) {
			held = append(held, word)
		}
	}
	if len(held) != 1 {
		t.Errorf("cut off before program %d, a server would start on %q", at, words(t, data))
	}
}

func TestACopyThatIsNotSwappedLeavesTheDataAsItWas(t *testing.T) {
	t.Parallel()
	data, source := t.TempDir(), t.TempDir()
	cluster(t, data, "old")
	cluster(t, source, "new")
	before := words(t, data)
	store(t, 0, "prepare", data, source)
	store(t, 0, "settle", data)
	if after := words(t, data); !slices.Equal(after, before) {
		t.Errorf("it holds %q, want %q", after, before)
	}
}

func TestADurableCopyLosesTheScratchSettingsOnly(t *testing.T) {
	t.Parallel()
	data, source := t.TempDir(), t.TempDir()
	cluster(t, source, "new")
	auto := "# by ALTER SYSTEM\nfsync = 'off'\nwork_mem = '8MB'\nfull_page_writes = 'off'\nsynchronous_commit = 'off'\n"
	if err := os.WriteFile(filepath.Join(source, "postgresql.auto.conf"), []byte(auto), 0o600); err != nil {
		t.Fatal(err)
	}
	store(t, 0, "prepare", data, source, "durable")
	store(t, 0, "swap", data)
	got, err := os.ReadFile(filepath.Join(data, "postgresql.auto.conf"))
	if want := "# by ALTER SYSTEM\nwork_mem = '8MB'\n"; err != nil || string(got) != want {
		t.Errorf("%q %v, want %q", got, err, want)
	}
}

func TestAStoreIsWhereTheServerKeepsItsData(t *testing.T) {
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
			engine.Container{Env: []string{"PGDATA=/var/lib/postgresql/data"}, Mounts: []engine.Mount{volume("pg", "/var/lib/postgresql/data")}},
			"volume pg", "/var/lib/postgresql/data", "",
		},
		"the official image from 18": {
			engine.Container{Env: []string{"PGDATA=/var/lib/postgresql/18/docker"}, Mounts: []engine.Mount{bind}},
			"directory /src/app/data/18/docker", "/var/lib/postgresql/18/docker", "",
		},
		"the command's -D": {
			engine.Container{Cmd: []string{"postgres", "-D", "/db"}, Env: []string{"PGDATA=/other"}, Mounts: []engine.Mount{volume("pg", "/db")}},
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
		"the container's own layer": {engine.Container{Env: []string{"PGDATA=/db"}}, "", "", "in no volume"},
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
