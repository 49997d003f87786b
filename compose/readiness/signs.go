package readiness

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"devenv/compose/engine"
)

// A sign waits until a container shows that it is ready, and returns how; or an error, the context's when its time is
// over.
type sign func(context.Context) (how string, err error)

// signs waits for signs of containers on an engine. checkup is set where the engine does not probe the container.
type signs struct {
	engine  *engine.Engine
	asking  *asking
	checkup *checkup
}

// of returns the sign to wait for.
func (s signs) of(container engine.Container, ready Wanted) sign {
	switch {
	case ready.Runs:
		return func(context.Context) (string, error) { return "running", nil }
	case ready.Ends: // its exit is the sign
		return func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() }
	case ready.Log != "":
		return func(ctx context.Context) (string, error) { return s.logged(ctx, container.ID, ready) }
	case ready.URL != "":
		return func(ctx context.Context) (string, error) { return s.responds(ctx, container.ID, ready.URL) }
	case ready.byHealth(container):
		return func(ctx context.Context) (string, error) { return s.healthy(ctx, container, ready) }
	}
	if ready.StaysUp > 0 && len(ready.ports()) == 0 {
		return func(ctx context.Context) (string, error) { return s.listensOrStaysUp(ctx, container, ready) }
	}
	return func(ctx context.Context) (string, error) { return s.answers(ctx, container, ready.ports()) }
}

// answers waits until one of the ports answers; no ports means any.
func (s signs) answers(ctx context.Context, container engine.Container, ports []int) (string, error) {
	port, err := s.listens(ctx, container, ports)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("listens on port %d", port), awaitAnswer(ctx, container, port)
}

// listensOrStaysUp waits until a port answers, or the container has run for long enough without listening on any. An
// image that exposes a port is meant to listen.
func (s signs) listensOrStaysUp(ctx context.Context, container engine.Container, ready Wanted) (string, error) {
	image, _, err := s.engine.ImageInspect(ctx, container.Image)
	if err != nil || len(image.ExposedPorts) > 0 {
		return s.answers(ctx, container, nil)
	}
	long := min(ready.StaysUp, ready.Timeout/2)
	waiting, cancel := context.WithTimeout(ctx, long)
	defer cancel()
	port, err := s.listens(waiting, container, nil)
	switch {
	case err == nil:
		return fmt.Sprintf("listens on port %d", port), awaitAnswer(ctx, container, port)
	case ctx.Err() != nil || waiting.Err() == nil:
		return "", err
	}
	return fmt.Sprintf("has run for %s without listening on a port", long.Round(time.Second)), nil
}

// inspectEvery is the pause between two looks at a container from outside, which is cheap.
const inspectEvery = 50 * time.Millisecond

// poll calls look until it returns true or fails. It pauses for at least as long as a look takes: on a busy machine,
// asking all the time would only make the answer later.
func poll(ctx context.Context, every time.Duration, look func() (bool, error)) error {
	for {
		began := time.Now()
		if done, err := look(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(every, time.Since(began))):
		}
	}
}

// logged waits until the container's log holds the text.
func (s signs) logged(ctx context.Context, id string, ready Wanted) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	log := &finder{text: []byte(ready.Log), found: cancel}
	err := s.engine.Logs(ctx, id, engine.LogsOptions{Follow: true, Since: ready.Since}, log)
	switch {
	case log.done:
		return fmt.Sprintf("its log contains %q", ready.Log), nil
	case err == nil: // the log has ended, and so has the container; the caller reports that
		<-ctx.Done()
		err = ctx.Err()
	}
	return "", err
}

// finder is a writer that searches for a text.
type finder struct {
	text, kept []byte
	done       bool
	found      func()
}

// Write searches for the text, which may have begun in an earlier write.
func (f *finder) Write(p []byte) (int, error) {
	f.kept = append(f.kept, p...)
	if !f.done && bytes.Contains(f.kept, f.text) {
		f.done = true
		f.found()
	}
	f.kept = slices.Clone(f.kept[max(0, len(f.kept)-len(f.text)):])
	return len(p), nil
}

// responds requests a URL from inside the container with what it has: curl, wget or Python.
func (s signs) responds(ctx context.Context, id, url string) (string, error) {
	const script = `curl -fsS -o /dev/null -m 3 "$1" 2>/dev/null || wget -q -T 3 -O /dev/null "$1" 2>/dev/null || ` +
		`python3 -c 'import sys,urllib.request as r; r.urlopen(sys.argv[1], timeout=3)' "$1" 2>/dev/null`
	return url + " answers", s.asking.until(ctx, nil, func() (answers bool, err error) {
		// Where it cannot run because the container has ended, whoever follows the container says so.
		code, failed := s.engine.Exec(ctx, id, engine.ExecOptions{Cmd: []string{"sh", "-c", script, "ready", url}})
		return failed == nil && code == 0, ctx.Err()
	})
}

// listening waits inside the container until a TCP port is listened on, and prints it.
//
//go:embed listening.sh
var listening string

// listens waits until one of the ports is listened on, and returns it; no ports means any.
func (s signs) listens(ctx context.Context, container engine.Container, ports []int) (int, error) {
	wanted := make([]string, 0, len(ports))
	for _, port := range ports {
		wanted = append(wanted, fmt.Sprintf("%04X", port))
	}
	seconds := 3600
	if deadline, ok := ctx.Deadline(); ok {
		seconds = int(time.Until(deadline).Seconds()) + 1 // the script must end by itself: an exec outlives its caller
	}
	var out bytes.Buffer
	_, err := s.engine.Exec(ctx, container.ID, engine.ExecOptions{
		Cmd: []string{"sh", "-c", listening, "listening", strings.Join(wanted, " "), strconv.Itoa(seconds)}, Stdout: &out,
	})
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if found, parseErr := strconv.ParseInt(strings.TrimSpace(out.String()), 16, 32); err == nil && parseErr == nil {
		return int(found), nil
	}
	return s.listensOutside(ctx, container, ports) // the image has no shell, or the container has just exited
}

// listensOutside waits until one of the given ports, or else one that the image exposes, can be reached.
func (s signs) listensOutside(ctx context.Context, container engine.Container, ports []int) (int, error) {
	if len(ports) == 0 {
		image, _, err := s.engine.ImageInspect(ctx, container.Image)
		if err != nil {
			return 0, err
		}
		for _, exposed := range image.ExposedPorts {
			number, protocol, _ := strings.Cut(exposed, "/")
			if n, err := strconv.Atoi(number); err == nil && protocol != "udp" {
				ports = append(ports, n)
			}
		}
	}
	var found int
	return found, poll(ctx, inspectEvery, func() (bool, error) {
		at := slices.IndexFunc(ports, func(p int) bool { return reachable(ctx, container, p) })
		if at >= 0 {
			found = ports[at]
		}
		return at >= 0, nil
	})
}

func reachable(ctx context.Context, container engine.Container, port int) bool {
	conn, err := dial(ctx, container, port)
	if err != nil {
		return false
	}
	_ = conn.Close() // nothing was sent
	return true
}
