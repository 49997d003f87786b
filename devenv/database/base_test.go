package database

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
	"devenv/devenv/report"
)

func TestCloneHasTheBasesDataWithoutChangingIt(t *testing.T) {
	t.Parallel()
	e := requireEngine(t)
	first := start(t, e, service(nil), nil)
	if err := first.Tune(t.Context()); err != nil {
		t.Fatal(err)
	}
	empty := keep(t, e, first, Meta{Ref: "main", Settings: first.settings})
	first, err := Start(t.Context(), e, first.ID, first.settings)
	if err != nil {
		t.Fatalf("restart the server after a commit: %v", err)
	}
	execute(t, first, "CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users SELECT generate_series(1, 1000)")
	base := keep(t, e, first, Meta{Ref: "main", Commit: "c0ffee", Settings: first.settings})

	svc := service(nil)
	svc.ShmSize = 128 << 20
	began := time.Now()
	one := clone(t, e, CloneOptions{Image: base, Settings: first.settings, Service: &svc})
	t.Logf("a clone was ready in %s", time.Since(began))
	execute(t, one, "DELETE FROM users; CREATE TABLE other ()")
	began = time.Now()
	two := clone(t, e, CloneOptions{Image: base, Settings: first.settings, Service: &svc})
	t.Logf("the next clone was ready in %s", time.Since(began))
	if n := queryText(t, two, "SELECT count(*)::text FROM users"); n != "1000" {
		t.Errorf("the second clone has %s rows, want 1000", n)
	}
	if n := queryText(t, clone(t, e, CloneOptions{Image: empty, Settings: first.settings}),
		"SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"); n != "0" {
		t.Errorf("the empty base has %s tables, want none", n)
	}
	own := first.settings
	own.Database = "of the application" // which creates it when it starts, so the image of the empty database lacks it
	ofApplication := clone(t, e, CloneOptions{Image: empty, Settings: own})
	if name := queryText(t, ofApplication, "SELECT current_database()::text"); name != own.Database {
		t.Errorf("the clone's database is %q", name)
	}
	for setting, want := range map[string]string{
		"fsync": "off", "full_page_writes": "off", "max_parallel_maintenance_workers": "0", "max_connections": "300",
		"data_directory": dataDirectory,
	} {
		if got := queryText(t, two, "SELECT current_setting('"+setting+"')"); got != want {
			t.Errorf("%s is %s in a clone, want %s", setting, got, want)
		}
	}
	container, err := e.Inspect(t.Context(), two.ID)
	if err != nil || slices.ContainsFunc(container.Mounts, func(m engine.Mount) bool { return m.Type == "volume" }) {
		t.Errorf("the clone has volumes: %+v %v", container.Mounts, err)
	}
	lines, err := e.Tail(t.Context(), two.ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	if log := strings.Join(lines, "\n"); strings.Contains(log, "recovery") || strings.Contains(log, "initdb") {
		t.Errorf("the clone recovered or recreated its data:\n%s", log)
	}
	endsWhatComputesForEver(t, two)
	endsWhatWaitsForEver(t, two)
}

func TestABaseContainsNothingOfItsRun(t *testing.T) {
	t.Parallel()
	e := requireEngine(t)
	first := start(t, e, service(nil), nil)
	noise := json.RawMessage(`{"op":"drop_table"}`)
	base := keep(t, e, first, Meta{Ref: "main", Noise: []json.RawMessage{noise}, Settings: first.settings})
	expectNoForeignLabels(t, e, base)
	found, ok, err := Lookup(t.Context(), e, base.Meta.Key)
	if err != nil || !ok || found.ID != base.ID || string(found.Meta.Noise[0]) != string(noise) || found.Meta.Settings.Port != 5432 {
		t.Errorf("looked up %+v, %v, %v", found, ok, err)
	}
	if _, ok, err := Lookup(t.Context(), e, "test-unknown"); ok || err != nil {
		t.Errorf("an unknown key: %v, %v", ok, err)
	}
}

// expectNoForeignLabels fails if an image has a label of its run.
func expectNoForeignLabels(t *testing.T, e *engine.Engine, base Image) {
	t.Helper()
	image, _, err := e.ImageInspect(t.Context(), base.Ref)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range image.Labels {
		if foreignLabel(name) && value != "" && name != labelBase && name != labelKind && !strings.HasPrefix(name, "dev.devenv.standin") {
			t.Errorf("the image has the label %s=%s", name, value)
		}
	}
}

func TestBaseMadeTwiceIsKeptOnce(t *testing.T) {
	t.Parallel()
	e := requireEngine(t)
	server := start(t, e, service(nil), nil)
	execute(t, server, "CREATE TABLE kept AS SELECT generate_series(1, 3)")
	first := keep(t, e, server, Meta{Ref: "main"})
	server, err := Start(t.Context(), e, server.ID, server.settings)
	if err != nil {
		t.Fatal(err)
	}
	second, err := server.CommitBase(t.Context(), first.Ref, first.Meta, copyOptions())
	if err != nil {
		t.Fatal(err)
	}
	if second.ID != first.ID || first.Known || !second.Known {
		t.Errorf("it is %+v, want the first one, %+v", second, first)
	}
	own := committedAfterOriginal(t, e, server, first)
	if own.ID == first.ID || !own.Known {
		t.Errorf("the caller that used the original data gets %+v, not an image of that data", own)
	}
	if found, _, err := e.ImageInspect(t.Context(), first.Ref); found.ID != first.ID || err != nil {
		t.Errorf("%s is %s, want %s: %v", first.Ref, found.ID, first.ID, err)
	}
}

// committedAfterOriginal commits a server's data once more under a base's name, after a clone has used the original
// data.
func committedAfterOriginal(t *testing.T, e *engine.Engine, server *Server, base Image) Image {
	t.Helper()
	copied, err := server.Copy(t.Context(), base.Meta, copyOptions())
	if err != nil {
		t.Fatal(err)
	}
	original, ok := copied.Original()
	if _, again := copied.Original(); !ok || again {
		t.Errorf("the original is there for the first caller: %v, for the second: %v", ok, again)
	}
	svc := service(nil)
	begun := clone(t, e, CloneOptions{Image: original, Settings: server.settings, Service: &svc})
	if n := queryText(t, begun, "SELECT count(*)::text FROM kept"); n != "3" {
		t.Errorf("the original has %s rows", n)
	}
	execute(t, begun, "DELETE FROM kept")
	own, err := copied.CommitAlways(t.Context(), base.Ref)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.RemoveImage(context.Background(), own.ID, true); err != nil {
			t.Error(err)
		}
	})
	if n := queryText(t, clone(t, e, CloneOptions{Image: own, Settings: server.settings, Service: &svc}),
		"SELECT count(*)::text FROM kept"); n != "3" {
		t.Errorf("the image has %s rows: what happened in the clone is in it", n)
	}
	return own
}

func TestServicesOfEveryShapeBecomeABase(t *testing.T) {
	cases := map[string]struct {
		edit  func(*types.ServiceConfig)
		files map[string]string
		query string
		want  string
		// elsewhere means that some of its data is outside the data directory.
		elsewhere bool
	}{
		"a user by number": {edit: func(s *types.ServiceConfig) { s.User = "999" }},
		"a user by name":   {edit: func(s *types.ServiceConfig) { s.User = "postgres:postgres" }},
		"read-only": {edit: func(s *types.ServiceConfig) {
			s.ReadOnly = true
			s.Tmpfs = types.StringList{"/tmp", "/run/postgresql"}
		}},
		"another port by the environment": {edit: func(s *types.ServiceConfig) { s.Environment["PGPORT"] = ptr("6000") }},
		"another port by the command":     {edit: func(s *types.ServiceConfig) { s.Command = types.ShellCommand{"-c", "port=6001"} }},
		"a data directory in the command": {edit: func(s *types.ServiceConfig) {
			s.Environment["PGDATA"] = ptr("/srv/data")
			s.Command = types.ShellCommand{"postgres", "-D", "/srv/data"}
		}},
		"a data directory as a setting": {edit: func(s *types.ServiceConfig) {
			s.Command = types.ShellCommand{"-c", "data_directory=/var/lib/postgresql/data"}
		}},
		"a command in a shell": {edit: func(s *types.ServiceConfig) {
			s.Command = types.ShellCommand{"sh", "-c", "docker-entrypoint.sh postgres -c work_mem=5MB; true"}
		}, query: "SELECT current_setting('work_mem')", want: "5MB"},
		"a tmpfs over the data": {edit: func(s *types.ServiceConfig) { s.Tmpfs = types.StringList{"/var/lib/postgresql/data"} }},
		"a directory of its own for the write-ahead log": {edit: func(s *types.ServiceConfig) {
			s.Environment["POSTGRES_INITDB_WALDIR"] = ptr("/var/lib/wal")
		}},
		"a volume of configuration": {
			edit: func(s *types.ServiceConfig) {
				s.Command = types.ShellCommand{"postgres", "-c", "config_file=/etc/conf/postgresql.conf"}
				s.Volumes = []types.ServiceVolumeConfig{{Type: "volume", Source: configVolume(t), Target: "/etc/conf"}}
			},
			files: map[string]string{"/etc/conf/postgresql.conf": "listen_addresses = '*'\nwork_mem = '7MB'\n"},
			query: "SELECT current_setting('work_mem')", want: "7MB",
			elsewhere: true,
		},
		"tablespaces in the container and in a volume": {
			edit: func(s *types.ServiceConfig) {
				s.Entrypoint = types.ShellCommand{"sh", "-c", `mkdir -p /srv/fast && chown -R postgres /srv && exec docker-entrypoint.sh "$@"`, "sh"}
				s.Volumes = []types.ServiceVolumeConfig{{Type: "volume", Source: configVolume(t), Target: "/srv/slow"}}
			},
			files: map[string]string{initScripts + "/01.sql": "CREATE TABLESPACE fast LOCATION '/srv/fast'; " +
				"CREATE TABLESPACE slow LOCATION '/srv/slow'; " +
				"CREATE TABLE a TABLESPACE fast AS SELECT 3 AS n; CREATE TABLE b TABLESPACE slow AS SELECT 4 AS n"},
			query: "SELECT a.n || ' ' || b.n FROM a, b", want: "3 4",
			elsewhere: true,
		},
		"names of its own and an init script": {
			edit: func(s *types.ServiceConfig) {
				s.Environment["POSTGRES_USER"], s.Environment["POSTGRES_DB"] = ptr("some user"), ptr("some-db")
			},
			files: map[string]string{initScripts + "/01.sql": "CREATE TABLE made (n int); INSERT INTO made VALUES (7)", initScripts +
				"/02.sh": `psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "ALTER DATABASE \"some-db\" SET search_path = extra, public"`},
			query: "SELECT n || ' ' || current_setting('search_path') FROM made", want: "7 extra, public",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := requireEngine(t)
			svc := service(c.edit)
			first := start(t, e, svc, func(id string) error {
				return e.CopyTo(context.Background(), id, "/", archiveOf(t, c.files))
			})
			execute(t, first, "CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
			base := keep(t, e, first, Meta{})
			expectNoForeignLabels(t, e, base)
			if base.Meta.Elsewhere != c.elsewhere {
				t.Errorf("it says that data is elsewhere: %t, want %t", base.Meta.Elsewhere, c.elsewhere)
			}
			copied := clone(t, e, CloneOptions{Image: base, Settings: first.settings, Service: &svc})
			if n := queryText(t, copied, "SELECT count(*)::text FROM t"); n != "1" {
				t.Errorf("the clone has %s rows", n)
			}
			if c.elsewhere {
				again, err := first.Copy(t.Context(), Meta{}, copyOptions())
				if err != nil {
					t.Fatal(err)
				}
				if _, whole := again.Original(); whole {
					t.Error("the volume is taken to hold all of the data")
				}
			}
			if c.query == "" {
				return
			}
			if got := queryText(t, copied, c.query); got != c.want {
				t.Errorf("%s: got %q, want %q", c.query, got, c.want)
			}
		})
	}
}

// configVolume creates an empty volume, which the sweep at the end removes.
func configVolume(t *testing.T) string {
	t.Helper()
	name, value := testLabel()
	volume := fmt.Sprintf("devenv-test-%d-%s", os.Getpid(), newName())
	if err := requireEngine(t).CreateVolume(t.Context(), volume, map[string]string{name: value}); err != nil {
		t.Fatal(err)
	}
	return volume
}

// archiveOf returns an archive of files, by their absolute paths.
func archiveOf(t *testing.T, files map[string]string) *bytes.Buffer {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: strings.TrimPrefix(name, "/"), Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Error(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Error(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	return &archive
}

func TestServerThatDoesNotStartSaysWhy(t *testing.T) {
	cases := map[string]struct {
		edit   func(*types.ServiceConfig)
		script string
		reason string
	}{
		"no password": {edit: func(s *types.ServiceConfig) { delete(s.Environment, "POSTGRES_PASSWORD") }, reason: "sets no password"},
		"a missing file": {
			edit:   func(s *types.ServiceConfig) { s.Command = types.ShellCommand{"-c", "hba_file=/nowhere"} },
			reason: "exited with status",
		},
		"a broken init script": {script: "SELECT 1/0", reason: "exited with status"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := requireEngine(t)
			_, err := startService(t.Context(), e, service(c.edit), func(id string) error {
				if c.script == "" {
					return nil
				}
				return e.CopyTo(context.Background(), id, "/", archiveOf(t, map[string]string{initScripts + "/1.sql": c.script}))
			})
			var failure *report.Failure
			if !errors.As(err, &failure) || !strings.Contains(err.Error(), c.reason) || len(failure.Output) == 0 || failure.Hint == "" {
				t.Errorf("got %v, hint %q, output %q; want %q with a hint and the log", err, report.HintOf(err),
					report.OutputOf(err), c.reason)
			}
		})
	}
}

func TestAKilledServerIsNotKept(t *testing.T) {
	t.Parallel()
	e := requireEngine(t)
	first := start(t, e, service(nil), nil)
	if err := e.Kill(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Wait(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	key := fmt.Sprintf("test-killed-%d", os.Getpid())
	if _, err := first.CommitBase(t.Context(), repository+":"+key, Meta{}, copyOptions()); err == nil ||
		!strings.Contains(err.Error(), "cleanly") {
		t.Errorf("got %v, want a refusal", err)
	}
	if _, ok, _ := Lookup(t.Context(), e, key); ok {
		t.Error("it was tagged nevertheless")
	}
}

func TestCloneRejectingThePasswordIsRemoved(t *testing.T) {
	t.Parallel()
	e := requireEngine(t)
	first := start(t, e, service(nil), nil)
	base := keep(t, e, first, Meta{})
	wrong := first.settings
	wrong.Password = "another-secret"
	refused := fmt.Sprintf("devenv-test-refused-%d", os.Getpid())
	_, err := NewCloner(e).Clone(t.Context(), CloneOptions{
		Image: base, Settings: wrong, Name: refused,
		Labels: map[string]string{"dev.devenv.test": refused},
	})
	if err == nil || !strings.Contains(err.Error(), "rejects the user") {
		t.Fatalf("got %v", err)
	}
	if text := err.Error() + report.HintOf(err) + strings.Join(report.OutputOf(err), "\n"); strings.Contains(text, "another-secret") ||
		strings.Contains(text, testPassword) {
		t.Errorf("a password is in the failure: %s", text)
	}
	if left, err := e.Resources(t.Context(), "dev.devenv.test="+refused); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestCloneIsReachableByNameInEachNetwork(t *testing.T) {
	t.Parallel()
	e := requireEngine(t)
	name, value := testLabel()
	var networks []string
	for range 3 {
		network := fmt.Sprintf("devenv-test-%d-%s", os.Getpid(), newName())
		if _, err := e.CreateNetwork(t.Context(), network, map[string]string{name: value}); err != nil {
			t.Fatal(err)
		}
		networks = append(networks, network)
	}
	first := start(t, e, service(nil), nil)
	base := keep(t, e, first, Meta{})
	server := clone(t, e, CloneOptions{Image: base, Settings: first.settings, Networks: []NetworkAlias{
		{Name: networks[0]}, {Name: networks[1], Aliases: []string{"postgres", "db.local"}},
	}})
	asking := clone(t, e, CloneOptions{Image: base, Settings: first.settings, Networks: []NetworkAlias{{Name: networks[1]}}})
	for _, alias := range []string{"postgres", "db.local"} {
		var out bytes.Buffer
		if _, err := e.Exec(t.Context(), asking.ID, engine.ExecOptions{Cmd: []string{"getent", "hosts", alias}, Stdout: &out}); err != nil {
			t.Fatal(err)
		}
		if address := server.Address(networks[1]); address == "" || !strings.HasPrefix(out.String(), address+" ") {
			t.Errorf("%s is %q, want %q", alias, out.String(), address)
		}
	}
	if server.Address(networks[0]) == "" || server.Address(networks[0]) == server.Address(networks[1]) {
		t.Errorf("its address in the first network is %q", server.Address(networks[0]))
	}
	if server.Address(networks[2]) != "" {
		t.Error("it has an address in a network that it has not joined")
	}
	if err := e.ConnectNetwork(t.Context(), networks[2], server.ID, nil); err != nil {
		t.Fatal(err)
	}
	if err := server.RefreshAddresses(t.Context()); err != nil || server.Address(networks[2]) == "" {
		t.Errorf("once it has joined, its address is %q: %v", server.Address(networks[2]), err)
	}
	expectNoLostAddress(t, server, networks[2])
}

// expectNoLostAddress checks that when the engine does not answer, the error is reported and the known addresses
// stay.
func expectNoLostAddress(t *testing.T, server *Server, network string) {
	t.Helper()
	lost := *server
	t.Run("an engine that is gone", func(t *testing.T) { // a subtest, so that its forwarded port closes with it
		e, err := engine.Connect(t.Context(), engine.Endpoint{Host: enginetest.Remote(t)})
		if err != nil {
			t.Fatal(err)
		}
		lost.engine = e
	})
	if err := lost.engine.Close(); err != nil {
		t.Fatal(err)
	}
	if err := lost.RefreshAddresses(t.Context()); err == nil {
		t.Error("the engine did not answer, and no error was returned")
	}
	if lost.Address(network) != server.Address(network) || lost.address != server.address {
		t.Errorf("without the engine its address is %q, want %q", lost.Address(network), server.Address(network))
	}
}
