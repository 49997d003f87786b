package devenv_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/sample"
)

// smallEngine is a second engine, in its own network and with its own disk, which a run can fill.
type smallEngine struct {
	*testing.T
	host, disk string
	daemon     *exec.Cmd
	engine     *engine.Engine
}

// newSmallEngine starts a second engine on a disk in memory that has room for a few images and one base.
func newSmallEngine(t *testing.T) *smallEngine {
	t.Helper()
	dir, err := os.MkdirTemp("", "small-") //nolint:usetesting // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	s := &smallEngine{T: t, host: "unix://" + filepath.Join(dir, "sock"), disk: filepath.Join(dir, "disk")}
	if err := os.Mkdir(s.disk, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", s.disk, "tmpfs", 0, "size=3000m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(syscall.Unmount(s.disk, syscall.MNT_DETACH), os.RemoveAll(dir)); err != nil {
			t.Error(err)
		}
	})
	s.start()
	t.Cleanup(s.stop)
	return s
}

// start starts the engine, in a network without access to the outside.
func (s *smallEngine) start() {
	s.Helper()
	s.daemon = exec.Command("sh", "-c", `ip link set lo up && exec dockerd --host "$1" --data-root "$2/data" --exec-root "$2/../exec" --pidfile "$2/../pid" --bridge=none`,
		"small-engine", s.host, s.disk)
	s.daemon.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Cloneflags: syscall.CLONE_NEWNET}
	if err := s.daemon.Start(); err != nil {
		s.Fatal(err)
	}
	s.engine = s.await()
}

func (s *smallEngine) stop() {
	s.Helper()
	if err := errors.Join(s.engine.Close(), s.daemon.Process.Signal(syscall.SIGTERM), s.daemon.Wait()); err != nil {
		s.Errorf("the second engine: %v", err)
	}
}

// await connects to the engine once it answers.
func (s *smallEngine) await() *engine.Engine {
	s.Helper()
	deadline := time.After(30 * time.Second)
	for {
		e, err := engine.Connect(s.Context(), engine.Endpoint{Host: s.host})
		if err == nil {
			return e
		}
		select {
		case <-deadline:
			s.Fatalf("the second engine does not answer: %v", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *smallEngine) shell(script string) {
	s.Helper()
	if out, err := exec.Command("bash", "-o", "pipefail", "-c", script).CombinedOutput(); err != nil {
		s.Fatalf("%s: %v\n%s", script, err, out)
	}
}

// run runs new-migration in the engine's network; fill is a file that grows until the disk is full when the base is
// about to be kept.
func (s *smallEngine) run(dir, fill string) (code int, said string) {
	s.Helper()
	self, err := os.Executable()
	if err != nil {
		s.Fatal(err)
	}
	command := exec.Command("nsenter", "--target", strconv.Itoa(s.daemon.Process.Pid), "--net", "timeout", "300", self)
	command.Dir = dir
	command.Env = append(os.Environ(), "DOCKER_HOST="+s.host, childCommand+"="+sample.Message, childStep+"=base: keep", childFill+"="+fill)
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.Fatal(err)
	}
	return command.ProcessState.ExitCode(), string(out)
}

// TestAFullDiskLeavesNoBase runs on an engine whose disk fills up during the last step of making a base.
func TestAFullDiskLeavesNoBase(t *testing.T) {
	c := newSample(t)
	small := newSmallEngine(t)
	backend := c.ownName("")
	small.shell("docker build -q -t " + backend + " " + filepath.Join(c.dir, "backend") +
		" && docker save postgres:17 " + backend + " | docker --host " + small.host + " load")
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.replace(composeFile, "build: ./backend", "image: "+backend) // the second engine has no network access to build
	c.git("commit", "-qam", "Use an image")
	c.git("checkout", "-qb", "feature/on-a-small-disk")
	c.replace(itemModel, "    notes: Mapped", "    colour: Mapped[str | None] = mapped_column(Text)\n    notes: Mapped")
	before := c.worktreeState()
	filler := filepath.Join(small.disk, "filler")
	code, said := small.run(c.dir, filler)
	if code != 1 || !strings.Contains(strings.ToLower(said), "no space left on device") {
		t.Errorf("it ended with %d and said\n%s", code, said)
	}
	if after := c.worktreeState(); after != before {
		t.Errorf("it changed:\n%s\nwas\n%s", after, before)
	}
	there := c
	there.engine = small.engine
	// An engine that cannot write to its disk may lose count of a network's endpoints, and then refuses to remove the
	// network until it is restarted and counts again.
	if left := slices.DeleteFunc(there.leftovers(),
		func(what string) bool { return strings.HasPrefix(what, engine.KindNetwork) }); len(left) > 0 {
		t.Errorf("left on the engine: %v", left)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	images, err := small.engine.Images(t.Context(), "dev.devenv.kind=base")
	if err != nil {
		t.Fatal(err)
	}
	for _, image := range images {
		if !strings.HasSuffix(image.Ref, "-empty") { // that one was complete before the disk was full
			t.Errorf("a half-made base was kept: %s", image.Ref)
		}
	}
	small.stop()
	small.start()
	there.engine = small.engine
	if code, said := small.run(c.dir, ""); code != 0 {
		t.Errorf("with space again, the run ended with %d:\n%s", code, said)
	}
	there.nothingLeft()
	// This engine has no default bridge; without one, Testcontainers creates networks unless told not to.
	small.shell(`test "$(docker --host ` + small.host + ` network ls --format '{{.Name}}' | sort | xargs)" = "host none"`)
}
