package engine_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

func TestWaitReturnsExitCodeAndInspectReturnsState(t *testing.T) {
	b := newFixture(t)
	id := b.run(t, "exit 7")
	code, err := b.Wait(t.Context(), id)
	if err != nil || code != 7 {
		t.Fatalf("wait returns %d, %v", code, err)
	}
	c, err := b.Inspect(t.Context(), id)
	if err != nil || c.State != "exited" || c.ExitCode != 7 || c.Health != nil || c.Labels[testLabel] == "" {
		t.Errorf("the container is %+v, %v", c, err)
	}
}

func TestInspectOfAMissingContainerNamesIt(t *testing.T) {
	b := newFixture(t)
	_, err := b.Inspect(t.Context(), "doesnotexist")
	if err == nil || !strings.Contains(err.Error(), "doesnotexist") || report.KindOf(err) != report.KindWork {
		t.Errorf("the failure is %v", err)
	}
}

func TestExecReturnsOutputAndExitCodes(t *testing.T) {
	b := newFixture(t)
	id := b.run(t, "sleep 60")
	tests := map[string]struct {
		options   engine.ExecOptions
		code      int
		out, errs string
	}{
		"success":       {engine.ExecOptions{Cmd: []string{"echo", "hello"}}, 0, "hello\n", ""},
		"failure":       {engine.ExecOptions{Cmd: []string{"sh", "-c", "echo no >&2; exit 3"}}, 3, "", "no\n"},
		"not a program": {engine.ExecOptions{Cmd: []string{"no-such-program"}}, 0, "", ""},
		"environment":   {engine.ExecOptions{Cmd: []string{"sh", "-c", "echo $A"}, Env: []string{"A=1 2"}}, 0, "1 2\n", ""},
		"working place": {engine.ExecOptions{Cmd: []string{"pwd"}, WorkDir: "/usr"}, 0, "/usr\n", ""},
		"user":          {engine.ExecOptions{Cmd: []string{"id", "-u"}, User: "33"}, 0, "33\n", ""},
		"stdin": {
			engine.ExecOptions{Cmd: []string{"wc", "-c"}, Stdin: strings.NewReader(strings.Repeat("x", 100_000))},
			0,
			"100000\n", "",
		},
		"stdin not read":  {engine.ExecOptions{Cmd: []string{"true"}, Stdin: strings.NewReader(strings.Repeat("x", 1_000_000))}, 0, "", ""},
		"much output":     {engine.ExecOptions{Cmd: []string{"sh", "-c", "head -c 200000 /dev/zero | wc -c"}}, 0, "200000\n", ""},
		"stdin unlimited": {engine.ExecOptions{Cmd: []string{"head", "-c", "3"}, Stdin: endless{}}, 0, "aaa", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			test.options.Stdout, test.options.Stderr = &out, &errs
			code, err := b.Exec(t.Context(), id, test.options)
			if name == "not a program" {
				// For a program that does not exist, the engine returns 126 or 127, or fails, depending on its
				// version.
				if err == nil && code == 0 {
					t.Error("a program that does not exist succeeded")
				}
				return
			}
			if err != nil || code != test.code {
				t.Fatalf("exec returns %d, %v; %s", code, err, errs.String())
			}
			if out.String() != test.out || errs.String() != test.errs {
				t.Errorf("stdout is %q, stderr is %q", out.String(), errs.String())
			}
		})
	}
}

// endless is an input without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestExecEndsWithItsContext(t *testing.T) {
	b := newFixture(t)
	id := b.run(t, "sleep 60")
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := b.Exec(ctx, id, engine.ExecOptions{Cmd: []string{"sh", "-c", "echo up; sleep 60"}, Stdout: in})
		done <- err
	}()
	if _, err := out.Read(make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted exec is %v", err)
	}
}

func TestCopyKeepsContentModeAndOwner(t *testing.T) {
	b := newFixture(t)
	id := b.create(t, "sleep 60")
	header := tar.Header{Name: "opt/new/place/file", Mode: 0o640, Uid: 33, Gid: 34, ModTime: time.Unix(1700000000, 0)}
	if err := b.CopyTo(t.Context(), id, "/", archive(t, header, "content")); err != nil {
		t.Fatal(err)
	}
	if err := b.Start(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := b.Exec(t.Context(), id, engine.ExecOptions{
		Cmd: []string{"stat", "-c", "%a %u %g %Y", "/opt/new/place/file", "/opt/new"}, Stdout: &out,
	}); err != nil {
		t.Fatal(err)
	}
	file, dir, _ := strings.Cut(out.String(), "\n")
	if file != "640 33 34 1700000000" || !strings.HasPrefix(dir, "755 0 0") {
		t.Errorf("the file is %q, its directory %q", file, dir)
	}
	stream, err := b.CopyFrom(t.Context(), id, "/opt/new/place/file")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close() //nolint:errcheck // only read from
	back := tar.NewReader(stream)
	if _, err := back.Next(); err != nil {
		t.Fatal(err)
	}
	if content, err := io.ReadAll(back); err != nil || string(content) != "content" {
		t.Errorf("it came back as %q, %v", content, err)
	}
}

func TestCopyFromAMissingPathNamesIt(t *testing.T) {
	b := newFixture(t)
	_, err := b.CopyFrom(t.Context(), b.create(t, "true"), "/not/there")
	if err == nil || !strings.Contains(err.Error(), "/not/there") {
		t.Errorf("the failure is %v", err)
	}
}

func TestTailReturnsTheLastLinesOfBothStreams(t *testing.T) {
	b := newFixture(t)
	for name, tty := range map[string]bool{"plain": false, "terminal": true} {
		t.Run(name, func(t *testing.T) {
			id := b.run(t, "for i in 1 2 3 4 5; do echo $i; done; echo end >&2",
				func(c *container.Config, _ *container.HostConfig) { c.Tty = tty })
			if _, err := b.Wait(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			lines, err := b.Tail(t.Context(), id, 10)
			slices.Sort(lines) // the engine may mix the two streams
			if err != nil || !slices.Equal(lines, []string{"1", "2", "3", "4", "5", "end"}) {
				t.Errorf("the lines are %q, %v", lines, err)
			}
			if lines, err = b.Tail(t.Context(), id, 2); err != nil || len(lines) != 2 {
				t.Errorf("the last two lines are %q, %v", lines, err)
			}
		})
	}
}

func TestTailOfASilentContainerIsEmpty(t *testing.T) {
	b := newFixture(t)
	if lines, err := b.Tail(t.Context(), b.create(t, "true"), 5); err != nil || len(lines) != 0 {
		t.Errorf("the last lines are %q, %v", lines, err)
	}
}

func TestStopKillAndRemoveAreNoErrorsTwice(t *testing.T) {
	b := newFixture(t)
	id := b.run(t, "trap 'exit 5' TERM; echo listening; while :; do sleep 0.05; done")
	b.awaitLine(t, id)
	for range 2 {
		if err := b.Stop(t.Context(), id, 10*time.Second); err != nil {
			t.Fatal(err)
		}
		if err := b.Kill(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if c, err := b.Inspect(t.Context(), id); err != nil || c.ExitCode != 5 {
		t.Errorf("the container is %+v, %v", c, err)
	}
	for range 2 {
		if err := b.Remove(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
}

// awaitLine waits until a container has printed something: before it has set its handler, a first process ignores
// every signal.
func (b *fixture) awaitLine(t *testing.T, id string) {
	t.Helper()
	for {
		lines, err := b.Tail(t.Context(), id, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(lines) > 0 {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
}

func TestRemoveReturnsWhenTheContainerIsGone(t *testing.T) {
	b := newFixture(t)
	id := b.run(t, "sleep 60", anonymousVolume("/kept"))
	done := make(chan error, 3)
	for range cap(done) {
		go func() { done <- b.Remove(t.Context(), id) }()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if _, err := b.docker.ContainerInspect(t.Context(), id); err == nil {
			t.Error("a remove returned while the container was still there")
		}
	}
}

func TestInspectShowsHealthPortsAndNetworks(t *testing.T) {
	b := newFixture(t)
	name := "devenv-test-" + randomName()
	if _, err := b.CreateNetwork(t.Context(), name, b.labels()); err != nil {
		t.Fatal(err)
	}
	id := b.create(t, "sleep 60", func(c *container.Config, h *container.HostConfig) {
		c.Healthcheck = &container.HealthConfig{Test: []string{"CMD-SHELL", "echo looking; false"}, Interval: 50 * time.Millisecond}
		h.PortBindings = loopbackPort("80/tcp")
		c.ExposedPorts = exposed("80/tcp")
	})
	if err := b.ConnectNetwork(t.Context(), name, id, []string{"alias"}); err != nil {
		t.Fatal(err)
	}
	if err := b.Start(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	c, err := b.Inspect(t.Context(), id)
	for err == nil && (c.Health == nil || len(c.Health.Log) == 0) && t.Context().Err() == nil {
		c, err = b.Inspect(t.Context(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
	if c.Health.Log[0] != "looking" || c.Networks[name].IP == "" || !slices.Contains(c.Networks[name].Aliases, "alias") ||
		!strings.HasPrefix(c.Ports["80/tcp"], "127.0.0.1:") {
		t.Errorf("the container is %+v, its health %+v", c, c.Health)
	}
}

func TestAttachCarriesARoundTripOnSeparateStreams(t *testing.T) {
	b := newFixture(t)
	id := b.create(t, `while read -r line; do echo "out $line"; echo "err $line" >&2; [ "$line" = end ] && exit 4; done`,
		func(c *container.Config, _ *container.HostConfig) { c.OpenStdin = true })
	stream, err := b.Attach(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Start(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	errs := make(chan string, 1)
	go func() {
		all, _ := io.ReadAll(stream.Stderr())
		errs <- string(all)
	}()
	if _, err := io.WriteString(stream, "one\n"); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, len("out one\n"))
	if _, err := io.ReadFull(stream.Stdout(), answer); err != nil || string(answer) != "out one\n" {
		t.Fatalf("the answer is %q, %v", answer, err)
	}
	if _, err := io.WriteString(stream, "end\n"); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(stream.Stdout())
	if err != nil || string(rest) != "out end\n" {
		t.Errorf("the rest is %q, %v", rest, err)
	}
	if code, err := stream.Wait(t.Context()); err != nil || code != 4 {
		t.Errorf("the process ended with %d, %v", code, err)
	}
	if got := <-errs; got != "err one\nerr end\n" {
		t.Errorf("the complaints are %q", got)
	}
}

func TestClosingAnAttachedStreamEndsTheProcess(t *testing.T) {
	b := newFixture(t)
	id := b.create(t, "cat", func(c *container.Config, _ *container.HostConfig) { c.OpenStdin = true })
	stream, err := b.Attach(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Start(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := stream.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if code, err := stream.Wait(t.Context()); err != nil || code == 0 {
		t.Errorf("the process ended with %d, %v", code, err)
	}
}
