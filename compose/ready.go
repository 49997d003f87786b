package compose

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
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

// pollEvery is the pause between two looks at a container.
const pollEvery = 40 * time.Millisecond

// WaitReady waits until a started container is ready. One that ends, and one that is not ready in time, is a failure with its
// last lines and its healthcheck's output.
func (c *Client) WaitReady(ctx context.Context, id string, ready Ready) (Readiness, error) {
	began := time.Now()
	deadline, cancel := context.WithTimeout(ctx, ready.Timeout)
	defer cancel()
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		how, err := c.look(deadline, id, ready)
		switch {
		case ctx.Err() != nil:
			return Readiness{}, ctx.Err()
		case err != nil && deadline.Err() == nil:
			return Readiness{}, err
		case how != "":
			return Readiness{How: how, Took: time.Since(began)}, nil
		}
		select {
		case <-deadline.Done():
			if ctx.Err() != nil {
				return Readiness{}, ctx.Err()
			}
			return Readiness{}, c.notReady(ctx, id, ready)
		case <-ticker.C:
		}
	}
}

// look says how the container is ready, empty when it is not yet; one that has ended is an error.
func (c *Client) look(ctx context.Context, id string, ready Ready) (string, error) {
	container, err := c.engine.Inspect(ctx, id)
	if err != nil {
		return "", err
	}
	if container.State == "exited" || container.State == "dead" {
		return "", c.ended(ctx, container)
	}
	switch {
	case ready.Log != "":
		return c.logged(ctx, id, ready.Log)
	case ready.URL != "":
		return c.answers(ctx, id, ready.URL)
	case ready.Port != 0:
		return c.listens(ctx, id, ready.Port)
	case container.Health != nil:
		if container.Health.Status == "healthy" {
			return "healthcheck", nil
		}
		return "", nil
	}
	return c.listens(ctx, id, 0)
}

// ended is the failure of a container that ended instead of becoming ready.
func (c *Client) ended(ctx context.Context, container engine.Container) error {
	lines, err := c.engine.Tail(context.WithoutCancel(ctx), container.ID, tailLines)
	if err != nil {
		return err
	}
	why := fmt.Sprintf("it ended with exit status %d", container.ExitCode)
	if container.OOMKilled {
		why += ": it ran out of memory"
	}
	return report.Fail(report.KindWork, "", "%s", why).WithOutput(lines)
}

// notReady is the failure of a container that runs and is not ready in time.
func (c *Client) notReady(ctx context.Context, id string, ready Ready) error {
	lines, err := c.engine.Tail(ctx, id, tailLines)
	if err != nil {
		return err
	}
	container, err := c.engine.Inspect(ctx, id)
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

func (c *Client) logged(ctx context.Context, id, text string) (string, error) {
	var out bytes.Buffer
	if err := c.engine.Logs(ctx, id, engine.LogsOptions{}, &out); err != nil || !strings.Contains(out.String(), text) {
		return "", err
	}
	return fmt.Sprintf("its log holds %q", text), nil
}

// answers asks a URL from inside the container, by what it has: curl, wget or Python.
func (c *Client) answers(ctx context.Context, id, url string) (string, error) {
	script := `curl -fsS -o /dev/null -m 3 "$1" 2>/dev/null || wget -q -T 3 -O /dev/null "$1" 2>/dev/null || ` +
		`python3 -c 'import sys,urllib.request as r; r.urlopen(sys.argv[1], timeout=3)' "$1" 2>/dev/null`
	code, err := c.engine.Exec(ctx, id, engine.ExecOptions{Cmd: []string{"sh", "-c", script, "ready", url}})
	if err != nil || code != 0 {
		return "", ignoreStopped(err)
	}
	return url + " answers", nil
}

// listens reads the container's listening sockets; port 0 is any.
func (c *Client) listens(ctx context.Context, id string, port int) (string, error) {
	var out bytes.Buffer
	_, err := c.engine.Exec(ctx, id, engine.ExecOptions{Cmd: []string{"cat", "/proc/net/tcp", "/proc/net/tcp6"}, Stdout: &out})
	if err != nil {
		return "", ignoreStopped(err)
	}
	for _, found := range listeningPorts(out.String()) {
		if port == 0 || found == port {
			return fmt.Sprintf("listens on port %d", found), nil
		}
	}
	return "", nil
}

// ignoreStopped drops the error of an exec in a container that has just ended: the next look says how.
func ignoreStopped(err error) error {
	if err != nil && strings.Contains(err.Error(), "is not running") {
		return nil
	}
	return err
}

// listeningPorts reads /proc/net/tcp: sockets in state LISTEN, Docker's own DNS server on 127.0.0.11 left out.
func listeningPorts(table string) []int {
	const listen, dockerDNS = "0A", "0B00007F"
	var ports []int
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[3] != listen || strings.HasPrefix(fields[1], dockerDNS) {
			continue
		}
		_, hex, ok := strings.Cut(fields[1], ":")
		if port, err := strconv.ParseInt(hex, 16, 32); ok && err == nil {
			ports = append(ports, int(port))
		}
	}
	return ports
}
