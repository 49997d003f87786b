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
	// Since is when the service was last started, by the engine's clock: of its log, what is older does not count. Zero is all.
	Since time.Time
	// runs is for what has neither: it is ready when it runs. ends is for what is made to end, and ready when it has ended well.
	runs, ends bool
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

// byHealth says whether it is the healthcheck of a container that shows it.
func (r Ready) byHealth(container engine.Container) bool {
	return r.Log == "" && r.URL == "" && r.Port == 0 && container.Health != nil
}

// Readiness is how a service became ready.
type Readiness struct {
	// How says it for people: "healthcheck", "listens on port 8080".
	How  string
	Took time.Duration
	// lives is the container; nil where it has ended well. settled says that it need not be watched.
	lives   *lives
	settled bool
	// others are of the other containers of a service that is scaled.
	others []Readiness
}

// WaitReady waits until a started container is ready. One that ends, also one that is started again too often, and one that is
// not ready in time, is a failure with its last lines and its healthcheck's output.
func (c *Client) WaitReady(ctx context.Context, id string, ready Ready) (Readiness, error) {
	l, err := follow(ctx, c.engine, id, ready)
	if err != nil {
		return Readiness{}, err
	}
	return l.wait(ctx)
}
