package project

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"

	"devenv/compose/engine"
	"devenv/compose/engine/enginetest"
)

// rootOfRun is the environment variable that makes a test process a run in that worktree; runOfRun is the run's id.
const (
	rootOfRun = "PROJECT_TEST_ROOT"
	runOfRun  = "PROJECT_TEST_RUN"
)

func TestMain(m *testing.M) {
	if root := os.Getenv(rootOfRun); root != "" {
		if err := begin(context.Background(), root, os.Getenv(runOfRun)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// begin creates a network, a volume and a container for a run in a worktree, reports that, and waits until its input
// ends.
func begin(ctx context.Context, root, run string) (err error) {
	host := os.Getenv("DOCKER_HOST")
	if host == "" {
		host = "unix:///var/run/docker.sock"
	}
	e, err := engine.Connect(ctx, engine.Endpoint{Host: host})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	i := IdentityOf(root)
	i.RunID = run
	if _, err := e.CreateNetwork(ctx, i.Name("network"), i.Labels()); err != nil {
		return err
	}
	if err := e.CreateVolume(ctx, i.Name("volume"), i.Labels()); err != nil {
		return err
	}
	id, err := e.CreateScript(ctx, engine.Script{Image: "debian:trixie-slim", Text: "exec sleep infinity", Labels: i.Labels()})
	if err != nil {
		return err
	}
	if err := e.Start(ctx, id); err != nil {
		return err
	}
	content, err := os.ReadFile(root + "/clone")
	fmt.Printf("%s\n", content)
	_, _ = io.Copy(io.Discard, os.Stdin)
	return err
}

// run is a run in a separate process.
type run struct {
	*exec.Cmd
	id    string
	input io.Closer
}

// startRun starts a run in a worktree, through a command that receives the test binary, and waits until it has created
// its objects. It returns which clone the run sees there.
func startRun(t *testing.T, e *engine.Engine, root string, command ...string) (run, string) {
	t.Helper()
	command = append(command, os.Args[0])
	r := run{Cmd: exec.CommandContext(t.Context(), command[0], command[1:]...), id: newRunID()}
	r.Env = append(os.Environ(), rootOfRun+"="+root, runOfRun+"="+r.id)
	r.Stderr = os.Stderr
	output, err := r.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if r.input, err = r.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, err := e.Sweep(context.WithoutCancel(t.Context()), LabelRun+"="+r.id)
		if err != nil {
			t.Error(err)
		}
	})
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	lines.Scan()
	return r, lines.Text()
}

// made returns how many of the run's objects are on the engine.
func (r run) made(t *testing.T, e *engine.Engine) int {
	t.Helper()
	made, err := e.Resources(t.Context(), LabelRun+"="+r.id)
	if err != nil {
		t.Fatal(err)
	}
	return len(made)
}

// elsewhere runs the last argument in its own process and mount namespaces, where a different clone is at path.
func elsewhere(path, clone string) []string {
	command := []string{"unshare", "--mount", "--pid", "--fork", "--mount-proc"}
	if os.Geteuid() != 0 {
		command = append(command, "--user", "--map-root-user")
	}
	return append(command, "sh", "-c", `mount --bind "$1" "$2" && exec "$3"`, "elsewhere", clone, path)
}

// TestASweepRemovesOnlyWhatKilledRunsLeft lets a run continue in another container that has a different clone at the
// same path, as dev containers and CI runners do; neither sees the other's processes, lock or repository.
func TestASweepRemovesOnlyWhatKilledRunsLeft(t *testing.T) {
	enginetest.Images(t, "debian:trixie-slim")
	e := enginetest.Require(t)
	ours, theirs := t.TempDir(), t.TempDir()
	for dir, name := range map[string]string{ours: "ours", theirs: "theirs"} {
		if err := os.WriteFile(dir+"/clone", []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	live, liveSees := startRun(t, e, ours, elsewhere(ours, theirs)...)
	killed, killedSees := startRun(t, e, ours)
	if liveSees != "theirs" || killedSees != "ours" {
		t.Fatalf("the runs see the clones %q and %q", liveSees, killedSees)
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait() // it was killed
	w := Workspace{Engine: e, Identity: IdentityOf(ours)}
	if live.made(t, e) != 3 || killed.made(t, e) != 3 {
		t.Fatalf("they created %d and %d objects", live.made(t, e), killed.made(t, e))
	}
	if err := w.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if live.made(t, e) != 3 || killed.made(t, e) != 0 {
		t.Errorf("after a sweep the live run has %d of 3 objects, and the killed one %d", live.made(t, e), killed.made(t, e))
	}
	left, err := Leftovers(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range left {
		if slices.ContainsFunc(l.Made, func(m engine.Resource) bool { return m.Labels[LabelRun] == live.id }) {
			t.Errorf("clean would remove an object of the live run: %s", l.Why)
		}
	}
	if err := errors.Join(live.input.Close(), live.Wait()); err != nil {
		t.Fatal(err)
	}
	if err := w.sweep(t.Context()); err != nil || live.made(t, e) != 3 {
		t.Errorf("a run whose end cannot be seen from here has %d of 3 objects, %v", live.made(t, e), err)
	}
}
