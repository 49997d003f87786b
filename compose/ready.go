package compose

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// Ready says how a service shows that it has started. At most one of Log, Port and URL is set; none means its healthcheck,
// else the first TCP port it listens on of those in Declared, or of all where that is empty.
type Ready struct {
	Log  string
	Port int
	URL  string
	// Declared are the ports that people reach the service by. It may listen on others long before them: for metrics, or
	// for a debugger.
	Declared []int
	Timeout  time.Duration
}

// ports are those of which one must be listened on; none means any.
func (r Ready) ports() []int {
	if r.Port != 0 {
		return []int{r.Port}
	}
	return r.Declared
}

// DeclaredPorts are the TCP ports that a service publishes or exposes, as it sees them.
func DeclaredPorts(s types.ServiceConfig) []int {
	var ports []int
	for _, p := range s.Ports {
		if p.Protocol == "" || p.Protocol == "tcp" {
			ports = append(ports, int(p.Target))
		}
	}
	for _, e := range s.Expose {
		number, protocol, _ := strings.Cut(e, "/")
		if n, err := strconv.Atoi(number); err == nil && (protocol == "" || protocol == "tcp") {
			ports = append(ports, n)
		}
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

// Ended is the error of a container that ended before it was ready.
type Ended struct {
	Code        int
	OutOfMemory bool
}

// Error says how it ended.
func (e Ended) Error() string {
	text := fmt.Sprintf("it ended with exit status %d", e.Code)
	if e.OutOfMemory {
		text += ": it ran out of memory"
	}
	return text
}

// Readiness is how a service became ready.
type Readiness struct {
	// How says it for people: "healthcheck", "listens on port 8080".
	How  string
	Took time.Duration
}

// WaitReady waits until a started container is ready. One that ends, and one that is not ready in time, is a failure with its
// last lines and its healthcheck's output.
func (c *Client) WaitReady(ctx context.Context, id string, ready Ready) (Readiness, error) {
	began := time.Now()
	container, err := c.engine.Inspect(ctx, id)
	if err != nil {
		return Readiness{}, err
	}
	deadline, cancel := context.WithTimeout(ctx, ready.Timeout)
	type shown struct {
		how string
		err error
	}
	signs, ends := make(chan shown, 1), make(chan error, 1)
	var watchers sync.WaitGroup
	watchers.Go(func() {
		how, err := c.signOf(container, ready)(deadline)
		signs <- shown{how, err}
	})
	watchers.Go(func() {
		_, err := c.engine.Wait(deadline, id)
		ends <- err
	})
	defer watchers.Wait()
	defer cancel()
	select {
	case s := <-signs:
		if s.err == nil {
			return Readiness{How: s.how, Took: time.Since(began)}, nil
		}
		err = s.err
	case err = <-ends:
	}
	return Readiness{}, c.notReady(ctx, deadline, id, ready, err)
}

// notReady is the failure of a container after err: it has ended, it was not ready in time, or looking at it failed.
func (c *Client) notReady(ctx, deadline context.Context, id string, ready Ready, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	container, inspectErr := c.engine.Inspect(ctx, id)
	switch {
	case inspectErr != nil:
		return inspectErr
	case container.State == "exited" || container.State == "dead":
		return c.ended(ctx, container)
	case deadline.Err() != nil:
		return c.late(ctx, container, ready)
	}
	return err
}

// ended is the failure of a container that ended instead of becoming ready.
func (c *Client) ended(ctx context.Context, container engine.Container) error {
	lines, err := c.engine.Tail(ctx, container.ID, tailLines)
	if err != nil {
		return err
	}
	return report.Fail(report.KindWork, "", "%w", Ended{Code: container.ExitCode, OutOfMemory: container.OOMKilled}).WithOutput(lines)
}

// late is the failure of a container that runs and is not ready in time.
func (c *Client) late(ctx context.Context, container engine.Container, ready Ready) error {
	lines, err := c.engine.Tail(ctx, container.ID, tailLines)
	if err != nil {
		return err
	}
	what := "it listens on no port"
	switch {
	case ready.Log != "":
		what = fmt.Sprintf("its log never held %q", ready.Log)
	case ready.URL != "":
		what = ready.URL + " did not answer"
	case ready.Port != 0:
		what = fmt.Sprintf("it does not listen on port %d", ready.Port)
	case container.Health == nil && len(ready.Declared) > 0:
		what = "it listens on none of the ports that it declares, " + strings.Trim(fmt.Sprint(ready.Declared), "[]")
	case container.Health != nil:
		what = "its healthcheck is " + container.Health.Status
		if n := len(container.Health.Log); n > 0 {
			lines = append(lines, "healthcheck: "+container.Health.Log[n-1])
		}
	}
	return report.Fail(report.KindWork, "if it takes longer, or is ready by another sign, say so in .devenv.yaml:\n    backend: {ready: {timeout: 300s, log: \"Serving on\"}}",
		"it was not ready within %s: %s", ready.Timeout, what).WithOutput(lines)
}
