package devenv_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"

	"devenv/compose/engine"
	"devenv/devenv"
	"devenv/devenv/report"
)

// up starts services of the user's own stack, or all if none is named.
func (s ownStack) up(services ...string) map[string]devenv.UpItem {
	s.Helper()
	list, err := devenv.Up(s.Context(), devenv.UpOptions{Options: s.options(), Services: services})
	if err != nil {
		s.Fatalf("%v\n%s\n%s", err, report.HintOf(err), strings.Join(report.OutputOf(err), "\n"))
	}
	items := map[string]devenv.UpItem{}
	for _, item := range list.Items {
		items[item.(devenv.UpItem).Service] = item.(devenv.UpItem)
	}
	return items
}

// state returns the state of a service's container, "none" without one.
func (s ownStack) state(service string) string {
	s.Helper()
	found, err := s.engine.Containers(s.Context(), "com.docker.compose.project="+filepath.Base(s.dir),
		"com.docker.compose.service="+service)
	if err != nil {
		s.Fatal(err)
	}
	if len(found) == 0 {
		return "none"
	}
	return found[0].State
}

// TestUpStartsTheStackAndWaits goes on to status and down.
func TestUpStartsTheStackAndWaits(t *testing.T) {
	s := newOwnStack(t).inVolume()
	s.reset(devenv.ResetToBase)
	s.write(".devenv.yaml", "backend: {ready: {log: serving on port}}\n")
	backend := s.up()["backend"]
	if !strings.Contains(backend.Ready, "serving on port") {
		t.Errorf("it is ready by another sign than the configured one: %s", backend.Ready)
	}
	if len(backend.URLs) != 1 || !strings.HasPrefix(backend.URLs[0], "http://127.0.0.1:") {
		t.Fatalf("the backend is at %v", backend.URLs)
	}
	answer, err := http.Get(backend.URLs[0] + "/health")
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("it was not ready: %v %v", answer, err)
	}
	_ = answer.Body.Close()
	s.sql("UPDATE pg_database SET datcollversion = '0' WHERE datname = current_database()")
	var noted strings.Builder
	looking := s.options()
	looking.Listener = noteFunc(func(said string) { noted.WriteString(said + "\n") })
	status, err := devenv.Status(t.Context(), looking)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(noted.String(), "REFRESH COLLATION VERSION") {
		t.Errorf("status does not mention collations of another version:\n%s", &noted)
	}
	s.sql("UPDATE pg_database SET datcollversion = pg_database_collation_actual_version(oid) WHERE datname = current_database()")
	at := slices.IndexFunc(status.Items, func(item any) bool { return item.(devenv.StatusItem).Kind == "database" })
	if at < 0 {
		t.Fatalf("status does not show the database: %+v", status.Items)
	}
	if item := status.Items[at].(devenv.StatusItem); item.OnBranch == nil || !*item.OnBranch ||
		item.Revisions[0] != s.sql("SELECT version_num FROM alembic_version") || item.From == "" {
		t.Errorf("status says of the database: %+v", item)
	}
	s.revisionsElsewhere()
	s.modelsWithoutAMigration()
	var said strings.Builder
	if err := s.engine.Logs(t.Context(), s.container("postgres").ID, engine.LogsOptions{},
		&said); err != nil || strings.Contains(said.String(), "startup packet") {
		t.Errorf("the database was asked for HTTP: %v\n%s", err, said.String())
	}
	s.leaveOldService()
	down, err := devenv.Down(t.Context(), devenv.DownOptions{Options: s.options()})
	if err != nil || len(down.Items) != 2 || strings.Contains(down.Items[0].(devenv.DownItem).Container, "/") {
		t.Fatalf("%v: %+v", err, down.Items)
	}
	if s.state("backend") != "none" || s.state("postgres") != "none" || s.state("old") == "none" {
		t.Error("down left containers, or removed one that is no longer in the Compose file")
	}
	down, err = devenv.Down(t.Context(), devenv.DownOptions{Options: s.options(), Volumes: true, Yes: true})
	if err != nil || len(down.Items) != 0 {
		t.Errorf("--volumes says it removed what a container still uses: %v: %+v", err, down.Items)
	}
	down, err = devenv.Down(t.Context(), devenv.DownOptions{Options: s.options(), RemoveOrphans: true})
	if err != nil || len(down.Items) != 1 || s.state("old") != "none" {
		t.Errorf("--remove-orphans: %v: %+v", err, down.Items)
	}
	s.up("postgres")
	if rows := s.sql("SELECT count(*) FROM items"); rows == "0" {
		t.Error("down removed the data")
	}
	if s.state("backend") != "none" {
		t.Error("a service that was not named was started")
	}
	s.reportsRemovedData()
}

// leaveOldService creates a container of a service that is no longer in the Compose file.
func (s ownStack) leaveOldService() {
	s.Helper()
	project := filepath.Base(s.dir)
	_, err := s.engine.CreateHolder(s.Context(), "postgres:17", project+"_pgdata", "/data", map[string]string{
		"com.docker.compose.project": project, "com.docker.compose.service": "old", "com.docker.compose.oneoff": "False",
		"com.docker.compose.container-number": "1", "com.docker.compose.config-hash": "none",
	})
	if err != nil {
		s.Fatal(err)
	}
}

// reportsRemovedData removes the data of the running database, whose healthcheck does not notice.
func (s ownStack) reportsRemovedData() {
	s.Helper()
	remove := engine.ExecOptions{Cmd: []string{"sh", "-c", "rm -rf /var/lib/postgresql/data/*"}}
	if code, err := s.engine.Exec(s.Context(), s.container("postgres").ID, remove); err != nil || code != 0 {
		s.Fatal(code, err)
	}
	_, err := devenv.Up(s.Context(), devenv.UpOptions{Options: s.options(), Services: []string{"postgres"}})
	if err == nil || !strings.Contains(err.Error(), "has been removed") || !strings.Contains(report.HintOf(err), "devenv reset") {
		s.Errorf("%v\n%s", err, report.HintOf(err))
	}
}

// TestUpStartsNoBackendOnAnUnknownRevision expects a hint to reset, or on a terminal a question that does it.
func TestUpStartsNoBackendOnAnUnknownRevision(t *testing.T) {
	s := newOwnStack(t).inVolume()
	s.reset(devenv.ResetToBase)
	s.up("postgres")
	s.sql("UPDATE alembic_version SET version_num = 'f00dfeed'")
	_, err := devenv.Up(t.Context(), devenv.UpOptions{Options: s.options()})
	if err == nil || !strings.Contains(err.Error(), "f00dfeed") || !strings.Contains(report.HintOf(err), "devenv reset") {
		t.Errorf("%v\n%s", err, report.HintOf(err))
	}
	if state := s.state("backend"); state == "running" || state == "exited" {
		t.Errorf("the backend was started: it is %s", state)
	}
	s.namesWhatIsToStart()
	binary := filepath.Join(t.TempDir(), "devenv")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "devenv/cmd/devenv").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if code, said := s.onTerminal(binary, "n", "up"); code != 1 || !strings.Contains(said,
		"devenv reset") || s.sql("SELECT version_num FROM alembic_version") != "f00dfeed" {
		t.Errorf("after a no it ended with %d:\n%s", code, said)
	}
	code, said := s.onTerminal(binary, "y", "up")
	if code != 0 || s.state("backend") != "running" || s.sql("SELECT version_num FROM alembic_version") == "f00dfeed" {
		t.Errorf("after a yes it ended with %d, the backend is %s:\n%s", code, s.state("backend"), said)
	}
	if kept, err := devenv.ListSnapshots(t.Context(), devenv.SnapshotOptions{Options: s.options()}); err != nil || len(kept.Items) != 1 {
		t.Errorf("kept old data: %+v %v", kept.Items, err)
	}
}

// namesWhatIsToStart starts only a database at a revision that the branch lacks, which nothing is to use, and a service
// that is not there.
func (s ownStack) namesWhatIsToStart() {
	s.Helper()
	var noted strings.Builder
	options := s.options()
	options.Listener = noteFunc(func(said string) { noted.WriteString(said) })
	_, err := devenv.Up(s.Context(), devenv.UpOptions{Options: options, Services: []string{"postgres"}})
	if err != nil || !strings.Contains(noted.String(), "f00dfeed, which is not on this branch") {
		s.Errorf("a database alone does not start: %v\n%s", err, &noted)
	}
	_, err = devenv.Up(s.Context(), devenv.UpOptions{Options: options, Services: []string{"nope"}})
	if err == nil || err.Error() != `there is no service "nope"` || !strings.Contains(report.HintOf(err), "backend, postgres") {
		s.Errorf("a service that is not there: %v\n%s", err, report.HintOf(err))
	}
}

// onTerminal runs devenv on a terminal that cannot redraw, and answers its first question.
func (s ownStack) onTerminal(binary, answer string, args ...string) (code int, said string) {
	s.Helper()
	command := exec.CommandContext(s.Context(), binary, args...)
	command.Dir, command.Env = s.dir, append(os.Environ(), "TERM=dumb", "CI=") // nobody is asked in CI
	control, err := pty.StartWithSize(command, &pty.Winsize{Rows: 24, Cols: 120})
	if err != nil {
		s.Fatal(err)
	}
	defer control.Close() //nolint:errcheck // the program has ended
	asked, part := false, make([]byte, 4096)
	for {
		n, err := control.Read(part)
		said += string(part[:n])
		if !asked && strings.Contains(said, "[y/N]") {
			asked = true
			if _, err := control.WriteString(answer + "\n"); err != nil {
				s.Fatal(err)
			}
		}
		if err != nil {
			break // the terminal's last user has exited
		}
	}
	if err := command.Wait(); err != nil && command.ProcessState == nil || !asked {
		s.Fatalf("asked: %v, %v\n%s", asked, err, said)
	}
	return command.ProcessState.ExitCode(), said
}

// TestUpExplainsWhatKeepsAStackFromStarting covers a service that ends and a port that is taken.
func TestUpExplainsWhatKeepsAStackFromStarting(t *testing.T) {
	s := newOwnStack(t).inVolume()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	s.replace(composeFile, `"127.0.0.1::5432"`, `"127.0.0.1:`+port+`:5432"`)
	_, err = devenv.Up(t.Context(), devenv.UpOptions{Options: s.options()})
	if err == nil || !strings.Contains(err.Error(), "port "+port+" is held by ") || !strings.Contains(err.Error(),
		"process") || s.state("postgres") != "none" {
		t.Errorf("%v; postgres is %s", err, s.state("postgres"))
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	s.startsAfterAnInterruptedUp()
	s.replace(composeFile, "build: ./backend", "build: ./backend\n    command: [sh, -c, 'echo the lamp is out; exit 7']")
	options, steps := s.options(), &details{logged: logged{t}}
	options.Listener = steps
	_, err = devenv.Up(t.Context(), devenv.UpOptions{Options: options})
	if interrupted := steps.saying("interrupted"); err == nil || len(interrupted) > 0 {
		t.Errorf("%v; %q were interrupted, and nobody did that", err, interrupted)
	}
	s.replace(composeFile, "    command: [sh", "    restart: unless-stopped\n    command: [sh")
	_, err = devenv.Up(t.Context(), devenv.UpOptions{Options: s.options()})
	if err == nil || !strings.Contains(err.Error(),
		"exited with status 7 and keeps being restarted") || !slices.Contains(report.OutputOf(err), "the lamp is out") {
		t.Errorf("%v\n%s", err, report.OutputOf(err))
	}
	status, err := devenv.Status(t.Context(), s.options())
	if err != nil || !slices.ContainsFunc(status.Items, func(item any) bool { return item.(devenv.StatusItem).Restarts > 0 }) {
		t.Errorf("status does not show that the backend keeps restarting: %+v, %v", status.Items, err)
	}
}

// startsAfterAnInterruptedUp interrupts up while the engine holds the database's port and does not yet report the
// container as running: it is asking the server for the container's log, which does not answer before the next up waits
// for the container. The newest engines ask it before they take the port; there the next up waits in its own start.
func (s ownStack) startsAfterAnInterruptedUp() {
	s.Helper()
	asked, waits := make(chan struct{}, 9), make(chan struct{})
	logs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		select {
		case <-waits:
		case <-r.Context().Done():
		}
	}))
	defer logs.Close()
	arrive := sync.OnceFunc(func() { close(waits) })
	defer arrive()
	s.replace(composeFile, "  postgres:\n    image",
		"  postgres:\n    logging: {driver: splunk, options: {splunk-url: \""+logs.URL+"\", splunk-token: x}}\n    image")
	ctx, cut := context.WithCancel(s.Context())
	defer cut()
	ended := make(chan error, 1)
	go func() {
		_, err := devenv.Up(ctx, devenv.UpOptions{Options: s.options(), Services: []string{"postgres"}})
		ended <- err
	}()
	select {
	case <-asked:
	case err := <-ended:
		s.Fatalf("up ended before it could be interrupted: %v", err)
	}
	cut()
	if err := <-ended; err == nil {
		s.Fatal("up was not interrupted")
	}
	options := s.options()
	options.Listener = onceWaiting{logged{s.T}, arrive}
	if _, err := devenv.Up(s.Context(), devenv.UpOptions{
		Options:  options,
		Services: []string{"postgres"},
	}); err != nil || s.state("postgres") != "running" {
		s.Errorf("up after the interrupted one: %v; postgres is %s", err, s.state("postgres"))
	}
}

// onceWaiting does something when up waits for the database's container, or begins to start it.
type onceWaiting struct {
	logged
	do func()
}

// Emit receives notes, and when steps begin.
func (o onceWaiting) Emit(event report.Event) {
	o.logged.Emit(event)
	switch e := event.(type) {
	case report.Noted:
		if strings.Contains(e.Text, "which may be starting") {
			o.do()
		}
	case report.StepStarted:
		if e.Name == "start postgres" {
			o.do()
		}
	}
}

// TestTwoWorktreesRunSideBySide uses one unmodified Compose file that fixes everything that can be fixed.
func TestTwoWorktreesRunSideBySide(t *testing.T) {
	s := newOwnStack(t).inVolume()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	name := filepath.Base(s.dir)
	s.replace(composeFile, `"127.0.0.1::5432"`, fmt.Sprintf(`"127.0.0.1:%d:5432"`, port))
	s.replace(composeFile, "services:\n", "name: "+name+"\nservices:\n")
	s.replace(composeFile, "  postgres:\n    image", "  postgres:\n    container_name: "+name+"-db\n    image")
	s.replace(composeFile, "volumes:\n  pgdata:\n", "volumes:\n  pgdata:\n    name: "+name+"-data\n")
	s.git("commit", "-qam", "Fix names and ports")
	second := s
	second.dir = filepath.Join(t.TempDir(), "second")
	s.git("worktree", "add", "-q", second.dir, "-b", "other")
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := s.engine.Sweep(context.Background(), "com.docker.compose.project="+name+"-second"); err != nil {
			t.Error(err)
		}
	})
	first := s.up("postgres")["postgres"]
	other := second.up("postgres")["postgres"]
	if len(first.Moved) != 0 || len(other.Moved) != 1 || other.Moved[0].From != port || other.Moved[0].To == port ||
		other.Project == first.Project {
		t.Fatalf("first %+v, second %+v", first, other)
	}
	if s.state("postgres") != "running" {
		t.Error("the first stack is no longer running")
	}
	if again := second.up("postgres")["postgres"]; again.Moved[0].To != other.Moved[0].To {
		t.Errorf("the port moved again: %+v, then %+v", other.Moved, again.Moved)
	}
	status, err := devenv.Status(t.Context(), s.options())
	if err != nil || !slices.ContainsFunc(status.Items, func(item any) bool {
		i := item.(devenv.StatusItem)
		return i.Kind == "worktree" && i.Directory == second.dir && slices.Equal(i.Running, []string{"postgres"})
	}) {
		t.Errorf("status does not show the second worktree: %+v %v", status.Items, err)
	}
	s.mark()
	second.worksOnItsOwn(name + "-second_pgdata")
	_, err = devenv.Down(t.Context(), devenv.DownOptions{Options: second.options(), Volumes: true})
	if report.KindOf(err) != report.KindUsage || !strings.Contains(err.Error(), name+"-second_pgdata") {
		t.Errorf("down --volumes does not name what it would remove: %v", err)
	}
	down, err := devenv.Down(t.Context(), devenv.DownOptions{Options: second.options(), Volumes: true, Yes: true})
	there, existsErr := s.engine.VolumeExists(t.Context(), name+"-second_pgdata")
	if there || err != nil || existsErr != nil || len(down.Items) != 2 {
		t.Errorf("down --volumes removed %+v: %v, %v", down.Items, err, existsErr)
	}
	if !s.marked() {
		t.Error("the second worktree changed the first one's data")
	}
}

// worksOnItsOwn expects the commands that exchange data to use this worktree's volume, and status to show it.
func (s ownStack) worksOnItsOwn(volume string) {
	s.Helper()
	dry, err := devenv.Reset(s.Context(), devenv.ResetOptions{Options: s.options(), DryRun: true})
	if err != nil || dry.Items[0].(devenv.ResetItem).Location != "volume "+volume {
		s.Fatalf("reset would work on %+v: %v", dry.Items, err)
	}
	o := devenv.SnapshotOptions{Options: s.options(), Name: "beside", Yes: true}
	saved, err := devenv.SaveSnapshot(s.Context(), o)
	if err != nil || saved.Items[0].(devenv.SnapshotItem).Project+"_pgdata" != volume {
		s.Fatalf("saved %+v: %v", saved.Items, err)
	}
	if restored, err := devenv.RestoreSnapshot(s.Context(),
		o); err != nil || restored.Items[0].(devenv.ResetItem).Location != "volume "+volume {
		s.Fatalf("restored %+v: %v", restored.Items, err)
	}
	status, err := devenv.Status(s.Context(), s.options())
	if err != nil {
		s.Fatal(err)
	}
	for _, item := range status.Items {
		if i := item.(devenv.StatusItem); i.Kind == "service" && i.Name == "postgres" && i.State != "running" || i.Kind == "database" &&
			!strings.Contains(i.From, "beside") {
			s.Errorf("status in the second worktree: %+v", i)
		}
	}
}

// TestSameNamedWorktreesGetSeparateProjects uses a Compose file below the root.
func TestSameNamedWorktreesGetSeparateProjects(t *testing.T) {
	s := newOwnStack(t)
	s.write("app/compose.yaml", "services: {lamp: {image: \"debian:trixie-slim\"}}\n")
	s.git("add", "-A")
	s.git("commit", "-qm", "Move the stack into a directory of its own")
	linked := s
	linked.dir = filepath.Join(t.TempDir(), "linked")
	s.git("worktree", "add", "-q", linked.dir, "-b", "linked")
	for dir, want := range map[string]string{s.dir: "app", linked.dir: "app-linked"} {
		list, err := devenv.Up(t.Context(), devenv.UpOptions{Options: devenv.Options{Dir: filepath.Join(dir, "app")}, DryRun: true})
		if err != nil || list.Items[0].(devenv.UpItem).Project != want {
			t.Errorf("in %s the project would be that of %+v, want %s: %v", dir, list.Items, want, err)
		}
	}
}
