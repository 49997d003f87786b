package engine

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
)

// Healthcheck is a test that tells whether a container is healthy. Without Command there is none.
type Healthcheck struct {
	// Command is what runs in the container.
	Command []string
	// Timeout is how long it may take. A test that fails before StartPeriod is over does not count; after that, Retries
	// failures in a row mean that the container is unhealthy.
	Timeout, StartPeriod time.Duration
	Retries              int
}

// IsSet reports whether there is a healthcheck.
func (h Healthcheck) IsSet() bool { return len(h.Command) > 0 }

// HealthTest is a healthcheck as a Compose file or an image states it. What is zero is not stated.
type HealthTest struct {
	// Test is CMD and a program's words, CMD-SHELL and a shell's line, or NONE.
	Test                 []string
	Timeout, StartPeriod time.Duration
	Retries              int
}

// Healthcheck returns the healthcheck of a container of the image: what its service states, and otherwise what the
// image states, else what the engine takes. See the engine's daemon/commit.go and daemon/health.go.
func (i Image) Healthcheck(service HealthTest) Healthcheck {
	test, stated := service.Test, i.health
	if len(test) == 0 {
		test = stated.Test
	}
	h := Healthcheck{
		Timeout:     cmp.Or(service.Timeout, stated.Timeout, 30*time.Second),
		StartPeriod: cmp.Or(service.StartPeriod, stated.StartPeriod),
		Retries:     cmp.Or(service.Retries, stated.Retries, 3),
	}
	switch {
	case len(test) > 1 && test[0] == "CMD":
		h.Command = test[1:]
	case len(test) > 1 && test[0] == "CMD-SHELL":
		shell := i.content.Shell
		if len(shell) == 0 {
			shell = []string{"/bin/sh", "-c"}
		}
		h.Command = slices.Concat(shell, test[1:])
	}
	return h
}

// healthTest returns what an image states.
func healthTest(h *container.HealthConfig) HealthTest {
	if h == nil {
		return HealthTest{}
	}
	return HealthTest{Test: h.Test, Timeout: h.Timeout, StartPeriod: h.StartPeriod, Retries: h.Retries}
}

// probeOutput is how many bytes of a test's output are kept.
const probeOutput = 4096

// Probe runs a healthcheck's command once, as the engine would: as the container's user, in its working directory. A
// command that cannot run, or that takes too long and is therefore ended, has failed too. said is what it printed, or
// why it failed. Only the context's end is an error.
func (e *Engine) Probe(ctx context.Context, id string, h Healthcheck) (passed bool, said string, err error) {
	limited, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	mark := "DEVENV_PROBE=" + rand.Text()
	var out beginning
	code, err := e.Exec(limited, id, ExecOptions{Cmd: h.Command, Env: []string{mark}, Stdout: &out, Stderr: &out})
	said = strings.TrimSpace(string(out))
	switch {
	case ctx.Err() != nil:
		return false, said, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		e.endMarked(ctx, id, mark)
		return false, strings.TrimSpace("it took longer than " + h.Timeout.String() + "\n" + said), nil
	case err != nil:
		return false, err.Error(), nil
	}
	return code == 0, said, nil
}

// endMarked ends the programs in a container that have a variable in their environment. The engine itself cannot end
// what runs beside a container's main process, and an image without these tools keeps it until it is removed.
func (e *Engine) endMarked(ctx context.Context, id, mark string) {
	const script = `for p in /proc/[0-9]*; do tr '\0' '\n' <"$p/environ" 2>/dev/null | grep -qxF "$1" && kill -9 "${p#/proc/}"; done`
	_, _ = e.Exec(ctx, id, ExecOptions{Cmd: []string{"sh", "-c", script, "sh", mark}})
}

// beginning is a writer that keeps what the engine would keep of a test's output.
type beginning []byte

// Write keeps what is within the limit.
func (b *beginning) Write(p []byte) (int, error) {
	*b = append(*b, p[:min(len(p), probeOutput-len(*b))]...)
	return len(p), nil
}
