package compose

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
)

// Ready describes how a service shows that it has started. At most one of Log, Port and URL is set. If none is, the
// healthcheck counts, else the first TCP port that the service listens on, of those in Declared or, if that is empty,
// of all.
type Ready struct {
	Log  string
	Port int
	URL  string
	// Declared are the ports under which people reach the service. It may listen on others long before them: for
	// metrics, or for a debugger.
	Declared []int
	Timeout  time.Duration
	// StaysUp is how long a service must run to count as started if neither the project nor its image declares a port
	// and it listens on none: it may be one that only calls others. Zero means that it must listen.
	StaysUp time.Duration
	// Since is when the service was last started, by the engine's clock: older log lines do not count. Zero counts
	// all.
	Since time.Time
	// runs is for a service without healthcheck and port: it is ready when it runs. ends is for one that is meant to
	// end: it is ready once it has exited with success.
	runs, ends bool
}

// ports returns the ports of which one must be listened on; none means any.
func (r Ready) ports() []int {
	if r.Port != 0 {
		return []int{r.Port}
	}
	return r.Declared
}

// DeclaredPorts returns the TCP ports that a service publishes or exposes, by their numbers in the container.
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

// byHealth reports whether the container's healthcheck is the sign.
func (r Ready) byHealth(container engine.Container) bool {
	return r.Log == "" && r.URL == "" && r.Port == 0 && container.Health != nil
}

// Readiness is how a service became ready.
type Readiness struct {
	// How is the sign, for people: "healthcheck", "listens on port 8080".
	How  string
	Took time.Duration
	// lives is the container; nil if it has exited with success. settled means that it need not be watched.
	lives   *lives
	settled bool
	// others belong to the other containers of a scaled service.
	others []Readiness
}

// WaitReady waits until a started container is ready. A container that exits, that is restarted too often, or that is
// not ready in time is a failure with its last lines and its healthcheck's output.
func (c *Client) WaitReady(ctx context.Context, id string, ready Ready) (Readiness, error) {
	l, err := follow(ctx, c.engine, id, ready)
	if err != nil {
		return Readiness{}, err
	}
	return l.wait(ctx)
}
