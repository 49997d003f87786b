package devenv_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/compose/readiness"
	"devenv/devenv"
	"devenv/devenv/report"
	"devenv/devenv/sample"
	"devenv/devenv/userdata/userdatatest"
)

// Where the sample keeps its data, and a volume to use instead.
const (
	bindMount   = "./data/postgres/pgdata:/var/lib/postgresql/data"
	volumeMount = "pgdata:/var/lib/postgresql/data"
)

// ownStack is the sample as a separate Compose project, as its user has it.
type ownStack struct{ checkout }

// newOwnStack unpacks the sample under a name that no other test has, on ports that nobody else uses.
func newOwnStack(t *testing.T) ownStack {
	t.Helper()
	c := newSample(t)
	dir := filepath.Join(filepath.Dir(c.dir), fmt.Sprintf("own%d", time.Now().UnixNano()%1e9))
	if err := os.Rename(c.dir, dir); err != nil {
		t.Fatal(err)
	}
	c.dir = dir
	c.replace(composeFile, `"6545:5432"`, `"127.0.0.1::5432"`)
	c.replace(composeFile, `"8888:8080"`, `"127.0.0.1::8080"`)
	t.Cleanup(func() {
		ctx := context.Background()
		snapshots, err := devenv.ListSnapshots(ctx, devenv.SnapshotOptions{Options: devenv.Options{Dir: dir}})
		for _, item := range snapshots.Items {
			if image := item.(devenv.SnapshotItem).Image; image != "" {
				err = errors.Join(err, c.engine.RemoveImage(ctx, image, true))
			}
		}
		_, sweepErr := c.engine.Sweep(ctx, "com.docker.compose.project="+filepath.Base(dir))
		built := c.engine.RemoveImage(ctx, filepath.Base(dir)+"-backend", true) // the name that Compose gives it
		if err := errors.Join(err, sweepErr, built); err != nil {
			t.Error(err)
		}
	})
	return ownStack{c}
}

// inVolume moves the sample's data into a named volume.
func (s ownStack) inVolume() ownStack {
	s.replace(composeFile, bindMount, volumeMount)
	s.write(composeFile, s.read(composeFile)+"\nvolumes:\n  pgdata:\n")
	return s
}

// reset resets the user's own database, without asking.
func (s ownStack) reset(to devenv.ResetTo) devenv.ResetItem {
	s.Helper()
	list, err := devenv.Reset(s.Context(), devenv.ResetOptions{Options: s.options(), To: to, Yes: true})
	if err != nil {
		s.Fatalf("%v\n%s\n%s", err, report.HintOf(err), strings.Join(report.OutputOf(err), "\n"))
	}
	return list.Items[0].(devenv.ResetItem)
}

func (s ownStack) options() devenv.Options {
	return devenv.Options{Dir: s.dir, Listener: logged{s.T}}
}

// container returns the container of a service of the stack.
func (s ownStack) container(service string) engine.Container {
	s.Helper()
	found, err := s.engine.Containers(s.Context(), "com.docker.compose.project="+filepath.Base(s.dir),
		"com.docker.compose.service="+service)
	if err != nil || len(found) != 1 {
		s.Fatalf("containers of %s: %v %v", service, found, err)
	}
	c, err := s.engine.Inspect(s.Context(), found[0].ID)
	if err != nil {
		s.Fatal(err)
	}
	return c
}

// start starts the user's own database and waits for it.
func (s ownStack) start() {
	s.Helper()
	client, err := compose.Connect(s.Context(), compose.ConnectOptions{})
	if err != nil {
		s.Fatal(err)
	}
	defer client.Close() //nolint:errcheck // the test ends
	id := s.container("postgres").ID
	if err := s.engine.Start(s.Context(), id); err != nil {
		s.Fatal(err)
	}
	if _, err := readiness.Wait(s.Context(), client.Engine(), id, readiness.Wanted{Timeout: time.Minute}); err != nil {
		s.Fatal(err, report.OutputOf(err))
	}
}

// sql runs a query in the user's own database and returns what psql prints.
func (s ownStack) sql(query string) string {
	s.Helper()
	var out bytes.Buffer
	code, err := s.engine.Exec(s.Context(), s.container("postgres").ID, engine.ExecOptions{
		Cmd: []string{"psql", "-XAt", "-U", "postgres", "-c", query}, Stdout: &out, Stderr: &out,
	})
	if err != nil || code != 0 {
		s.Fatalf("%s: %d %v\n%s", query, code, err, out.String())
	}
	return strings.TrimSpace(out.String())
}

// mark leaves a mark in the user's own database that only the user's data has; marked reports whether it is there.
func (s ownStack) mark() {
	s.Helper()
	s.sql("CREATE TABLE mine AS SELECT 42 AS answer; CREATE ROLE somebody")
}

func (s ownStack) marked() bool {
	s.Helper()
	return s.sql("SELECT to_regclass('mine') IS NOT NULL AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'somebody')") == "t"
}

// on18 gives the stack, and its base, the image that keeps its data elsewhere, in a volume it declares.
func (s ownStack) on18() ownStack {
	s.replace(composeFile, "image: postgres:17", "image: postgres:18")
	s.replace(composeFile, volumeMount, "pgdata:/var/lib/postgresql")
	if _, err := devenv.Reset(s.Context(), devenv.ResetOptions{
		Options: s.options(), To: devenv.ResetToBase,
		Yes: true,
	}); err == nil || !strings.Contains(err.Error(), "runs Postgres 18") {
		s.Errorf("data of the base's 17 for a server of the branch's 18: %v", err)
	}
	if _, err := s.engine.Sweep(s.Context(), "com.docker.compose.project="+filepath.Base(s.dir)); err != nil {
		s.Fatal(err)
	}
	changed := s.read(composeFile)
	s.git("checkout", "-qf", sample.BaseBranch)
	s.write(composeFile, changed)
	s.git("commit", "-qam", "Go to Postgres 18")
	return s
}

// TestUndoBringsBackWhatResetReplaced goes through a newcomer's day, on a Postgres 18 volume and on a directory of the
// host.
func TestUndoBringsBackWhatResetReplaced(t *testing.T) {
	t.Parallel()
	for name, stack := range map[string]func(*testing.T) ownStack{
		"volume":    func(t *testing.T) ownStack { return newOwnStack(t).inVolume().on18() },
		"directory": newOwnStack,
	} {
		t.Run(name, func(t *testing.T) {
			s := stack(t)
			if first := s.reset(devenv.ResetToBase); first.Snapshot != "" {
				t.Errorf("there was no data, but %s was kept", first.Snapshot)
			}
			s.start()
			if rows := s.sql("SELECT count(*) FROM items"); rows == "0" {
				t.Error("the base's data is missing")
			}
			if fsync := s.sql("SHOW fsync"); fsync != "on" {
				t.Errorf("fsync is %s in the user's own database", fsync)
			}
			head := s.sql("SELECT version_num FROM alembic_version")
			s.mark()
			if name == "directory" {
				s.keepsDataThatItMayNotReplace()
			}
			kept := s.resetsWithoutMigrations()
			if s.marked() || kept == "" {
				t.Errorf("the data was not replaced, or nothing was kept: %q", kept)
			}
			if now := s.sql("SELECT version_num FROM alembic_version"); now != head {
				t.Errorf("a branch without migrations of its own is at %s, want %s", now, head)
			}
			if _, err := devenv.Undo(t.Context(), devenv.UndoOptions{
				Options: s.options(),
				Force:   true,
			}); report.KindOf(err) != report.KindUsage || s.marked() {
				t.Errorf("with nobody to ask, undo went ahead: %v", err)
			}
			if _, err := devenv.Undo(t.Context(), devenv.UndoOptions{Options: s.options(), Yes: true}); err != nil {
				t.Fatal(err)
			}
			if !s.marked() {
				t.Error("undo did not restore the data")
			}
			s.up("backend")
			empty := s.reset(devenv.ResetToEmpty)
			if state := s.state("backend"); state == "running" || !slices.Equal(empty.Stopped, []string{"backend"}) {
				t.Errorf("the backend, which fills the database, is %s after a reset to empty: %+v", state, empty)
			}
			if tables := s.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"); tables != "0" {
				t.Errorf("empty has %s tables", tables)
			}
			s.nothingLeft()
		})
	}
}

// TestResetRefusesWhatIsNotItsOwn checks that nothing is touched.
func TestResetRefusesWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	s := newOwnStack(t)
	outside := t.TempDir()
	write := func(path, content string) {
		if err := os.WriteFile(filepath.Join(outside, path), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(what string, words ...string) {
		t.Helper()
		list, err := devenv.Reset(t.Context(), devenv.ResetOptions{Options: s.options(), To: devenv.ResetToBase, Yes: true})
		for _, word := range words {
			if err == nil || !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v %v, want an error that says %q", what, list.Items, err, word)
			}
		}
		if _, err := s.engine.Sweep(t.Context(), "com.docker.compose.project="+filepath.Base(s.dir)); err != nil {
			t.Fatal(err)
		}
	}
	original := s.read(composeFile)
	s.replace(composeFile, "./data/postgres/pgdata:", outside+":")
	refused("a path outside the project", outside, "is outside the project")
	s.write(composeFile, original)
	if err := errors.Join(os.MkdirAll(filepath.Join(s.dir, "data/postgres"), 0o755),
		os.Symlink(outside, filepath.Join(s.dir, "data/postgres/pgdata"))); err != nil {
		t.Fatal(err)
	}
	refused("a symbolic link out of the project", outside, "is outside the project")
	if err := errors.Join(os.Remove(filepath.Join(s.dir, "data/postgres/pgdata")),
		os.Mkdir(filepath.Join(s.dir, "data/postgres/pgdata"), 0o755)); err != nil {
		t.Fatal(err)
	}
	s.write("data/postgres/pgdata/PG_VERSION", "12\n")
	refused("another major version", "Postgres 12", "Postgres 17")
	if kept := s.read("data/postgres/pgdata/PG_VERSION"); kept != "12\n" {
		t.Errorf("it changed the data: %q", kept)
	}
	host := filepath.Join(s.dir, "data/postgres/pgdata")
	server := userdatatest.StartServer(t, host).Process.Pid
	s.write("data/postgres/pgdata/postmaster.pid", fmt.Sprintf("%d\n%s\n", server, host))
	refused("a server of this machine", fmt.Sprintf("process %d", server))
	s.remove("data/postgres/pgdata/postmaster.pid")
	s.remove("data/postgres/pgdata/PG_VERSION")
	s.write("data/postgres/pgdata/thesis.txt", "years of work")
	refused("a directory that holds something else", "thesis.txt")
	write("still", "here")
	if _, err := devenv.Reset(t.Context(), devenv.ResetOptions{Options: s.options()}); report.KindOf(err) != report.KindUsage ||
		!strings.Contains(report.HintOf(err), "--yes") {
		t.Errorf("with nobody to ask: %v", err)
	}
}
