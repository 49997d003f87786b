package compose

import (
	"context"
	"fmt"
	"sync"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// Ready says how a service shows that it has started. At most one of Log, Port and URL is set; none means its healthcheck,
// else the first TCP port it listens on.
type Ready struct {
	Log     string
	Port    int
	URL     string
	Timeout time.Duration
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
	why := fmt.Sprintf("it ended with exit status %d", container.ExitCode)
	if container.OOMKilled {
		why += ": it ran out of memory"
	}
	return report.Fail(report.KindWork, "", "%s", why).WithOutput(lines)
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
	case container.Health != nil:
		what = "its healthcheck is " + container.Health.Status
		if n := len(container.Health.Log); n > 0 {
			lines = append(lines, "healthcheck: "+container.Health.Log[n-1])
		}
	}
	return report.Fail(report.KindWork, "if it is ready by another sign, say so in .devenv.yaml:\n    backend: {ready: {log: \"Serving on\", timeout: 120s}}",
		"it was not ready within %s: %s", ready.Timeout, what).WithOutput(lines)
}
