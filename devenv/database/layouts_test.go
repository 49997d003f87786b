package database

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
)

// layout is one way to keep a server's data: a major version, below target, in a host directory that belongs to
// owner, or in a volume if there is no owner.
type layout struct {
	major             int
	target, directory string
	owner             int
	port              uint32
	change            func(*types.ServiceConfig)
}

// layouts returns the official images' layouts and common variations.
func layouts() map[string]layout {
	const data = "/var/lib/postgresql/data"
	setting := func(pairs ...string) func(*types.ServiceConfig) {
		return func(svc *types.ServiceConfig) {
			for i := 0; i < len(pairs); i += 2 {
				svc.Environment[pairs[i]] = &pairs[i+1]
			}
		}
	}
	as := func(user string, change func(*types.ServiceConfig)) func(*types.ServiceConfig) {
		return func(svc *types.ServiceConfig) { svc.User = user; change(svc) }
	}
	return map[string]layout{
		"a directory of user 70": {13, data, data, 70, 5432, as("70:70", setting())},
		"PGDATA below a directory, and PGPORT": {
			14, data, data + "/pgdata", 999, 6000,
			setting("PGDATA", data+"/pgdata", "PGPORT", "6000"),
		},
		"PGDATA below a directory of user 1001": {
			15, data, data + "/pgdata", 1001, 5432,
			as("1001:1001", setting("PGDATA", data+"/pgdata")),
		},
		"the command names the directory and a port": {16, "/db", "/db/main", 0, 5440, func(svc *types.ServiceConfig) {
			setting("PGDATA", "/db/main")(svc)
			svc.Command = types.ShellCommand{"postgres", "-D", "/db/main", "-c", "port=5440"}
		}},
		"the default directory of 18": {18, "/var/lib/postgresql", "/var/lib/postgresql/18/docker", 0, 5432, setting()},
	}
}

func TestDataOfEachLayoutIsKeptAndRestored(t *testing.T) {
	for name, l := range layouts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newUserServer(t, l)
			s.start()
			s.psql("CREATE TABLE mine AS SELECT 42 AS answer")
			owner := s.owner()
			s.stop()
			store, err := StoreOf("postgres", s.inspect())
			if err != nil || store.Directory != l.directory || store.Mount.Target != l.target {
				t.Fatalf("the data is found in %+v, want %s in %s: %v", store, l.directory, l.target, err)
			}
			kept := s.keep(store)
			s.putFile(l.directory, "since", "")
			s.lockedOut(store)
			from := Source{Image: kept.ID}
			look, err := store.Contents(t.Context(), s.engine, from, nil)
			if major := fmt.Sprint(l.major); err != nil || look.Major != major || look.Source != major {
				t.Fatalf("the store contains %+v: %v", look, err)
			}
			swap := Swap{ID: "7", From: from, Keep: "before"}
			if err := store.Prepare(t.Context(), s.engine, swap, true, nil); err != nil {
				t.Fatal(err)
			}
			still, err := store.ServerFiles(t.Context(), s.engine, s.id)
			if err != nil || still.Control == "" || still.Lock != "" {
				t.Fatalf("a stopped server has %+v: %v", still, err)
			}
			s.start() // somebody starts it meanwhile
			if swapped, err := store.Swap(t.Context(), s.engine, swap, still, nil); swapped || err != nil {
				t.Fatalf("it was swapped under a running server: %v %v", swapped, err)
			}
			s.stop()
			if still, err = store.ServerFiles(t.Context(), s.engine, s.id); err != nil {
				t.Fatal(err)
			}
			if swapped, err := store.Swap(t.Context(), s.engine, swap, still, nil); !swapped || err != nil {
				t.Fatalf("it was not swapped: %v %v", swapped, err)
			}
			if swapped, err := store.Settle(t.Context(), s.engine, swap.ID, nil); !swapped || err != nil {
				t.Fatalf("settled: %v %v", swapped, err)
			}
			s.start()
			if left := s.psql("SELECT name FROM pg_ls_dir('.') AS name WHERE name = 'since'"); left != "" {
				t.Errorf("after the swap there is still %s", left)
			}
			if there, err := store.HasKept(t.Context(), s.engine, "before"); !there || err != nil {
				t.Errorf("what was there is kept: %v %v", there, err)
			}
			if answer, now := s.psql("SELECT answer FROM mine"), s.owner(); answer != "42" || now != owner {
				t.Errorf("it answers %q and belongs to %s, want 42 and %s", answer, now, owner)
			}
		})
	}
}

// userServer is the container of a database service in a user's own stack.
type userServer struct {
	*testing.T
	engine *engine.Engine
	id     string
	layout layout
}

func newUserServer(t *testing.T, l layout) userServer {
	t.Helper()
	image := fmt.Sprintf("postgres:%d", l.major)
	enginetest.Images(t, image)
	s := userServer{T: t, engine: enginetest.Require(t), layout: l}
	source := fmt.Sprintf("devenv-test-%d-%d", os.Getpid(), l.major)
	if l.owner != 0 {
		source = t.TempDir()
		if err := os.Chown(source, l.owner, l.owner); err != nil {
			t.Fatal(err)
		}
	}
	made, err := NewCloner(s.engine).create(t.Context(), requestOf(service(func(svc *types.ServiceConfig) {
		svc.Image, svc.Command = image, nil
		svc.Environment["POSTGRES_INITDB_ARGS"] = ptr("--no-sync")
		svc.Volumes = []types.ServiceVolumeConfig{{Source: source, Target: l.target}}
		svc.Ports = []types.ServicePortConfig{{Target: l.port}}
		l.change(svc)
	})))
	if err != nil {
		t.Fatal(err)
	}
	s.id = made.GetContainerID()
	t.Cleanup(func() {
		if err := s.engine.Remove(context.Background(), s.id); err != nil {
			t.Error(err)
		}
		if l.owner != 0 {
			return
		}
		if err := s.engine.RemoveVolume(context.Background(), source); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s userServer) inspect() engine.Container {
	s.Helper()
	c, err := s.engine.Inspect(s.Context(), s.id)
	if err != nil {
		s.Fatal(err)
	}
	return c
}

// start starts the server and waits until it answers.
func (s userServer) start() {
	s.Helper()
	if err := s.engine.Start(s.Context(), s.id); err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithTimeoutCause(s.Context(), 2*time.Minute, fmt.Errorf("it does not come up"))
	defer cancel()
	watching, stop := watched(ctx, s.engine, s.id)
	defer stop()
	settings := Settings{Service: "postgres", User: "postgres", Password: testPassword, Database: "postgres", Port: int(s.layout.port)}
	if err := awaitQuery(watching, published(s.inspect().Ports, settings.Port), settings, nil); err != nil {
		lines, _ := s.engine.Tail(s.Context(), s.id, logLines)
		s.Fatalf("%v\n%s", err, strings.Join(lines, "\n"))
	}
}

func (s userServer) stop() {
	s.Helper()
	if err := s.engine.Stop(s.Context(), s.id, time.Minute); err != nil {
		s.Fatal(err)
	}
}

// run runs a command in the server's container and returns its output.
func (s userServer) run(words ...string) string {
	s.Helper()
	var out bytes.Buffer
	code, err := s.engine.Exec(s.Context(), s.id, engine.ExecOptions{Cmd: words, Stdout: &out, Stderr: &out})
	if err != nil || code != 0 {
		s.Fatalf("%q: %d %v\n%s", words, code, err, &out)
	}
	return strings.TrimSpace(out.String())
}

func (s userServer) psql(query string) string {
	s.Helper()
	return s.run("psql", "-XAtqU", "postgres", "-p", fmt.Sprint(s.layout.port), "-c", query)
}

// owner returns the data directory's owner and mode.
func (s userServer) owner() string {
	s.Helper()
	return s.run("stat", "-c", "%u:%g %a", s.layout.directory)
}

// keep saves the data as a snapshot.
func (s userServer) keep(store Store) Snapshot {
	s.Helper()
	saving, err := store.Save(s.Context(), s.engine, "", nil)
	if err != nil {
		s.Fatal(err)
	}
	kept, err := saving.Commit(s.Context(), SnapshotMeta{
		Name: fmt.Sprint(s.layout.major), Repository: fmt.Sprintf("layouts%d", os.Getpid()),
		Created: time.Now(),
	})
	if closeErr := saving.Close(s.Context()); err != nil || closeErr != nil {
		s.Fatal(err, closeErr)
	}
	s.Cleanup(func() {
		if err := s.engine.RemoveImage(context.Background(), kept.Ref, true); err != nil {
			s.Error(err)
		}
	})
	return kept
}

// lockedOut expects that no server starts while an exchange holds the lock, and that settling the exchange releases
// it.
func (s userServer) lockedOut(store Store) {
	s.Helper()
	s.putFile(s.layout.directory, "postmaster.pid", "devenv exchange 7 of the data")
	if err := s.engine.Start(s.Context(), s.id); err != nil {
		s.Fatal(err)
	}
	code, err := s.engine.Wait(s.Context(), s.id)
	lines, tailErr := s.engine.Tail(s.Context(), s.id, 20) // the engine may order the server's lines before the entrypoint's
	if said := strings.Join(lines, " "); err != nil || tailErr != nil || code == 0 || !strings.Contains(said, "devenv exchange 7") {
		s.Errorf("a server that finds the lock exits with %d, %v, and prints %q", code, errors.Join(err, tailErr), said)
	}
	if swapped, err := store.Settle(s.Context(), s.engine, "7", nil); swapped || err != nil {
		s.Errorf("settled: %v %v", swapped, err)
	}
}

// putFile puts a file into a directory of the container.
func (s userServer) putFile(dir, name, content string) {
	s.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Name: path.Base(name), Mode: 0o644, Size: int64(len(content))}); err != nil {
		s.Fatal(err)
	}
	if _, err := w.Write([]byte(content)); err != nil {
		s.Fatal(err)
	}
	if err := w.Close(); err != nil {
		s.Fatal(err)
	}
	if err := s.engine.CopyTo(s.Context(), s.id, dir, &archive); err != nil {
		s.Fatal(err)
	}
}
