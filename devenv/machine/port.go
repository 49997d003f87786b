package machine

import (
	"context"
	"fmt"
	"net"
	"strconv"

	sockets "github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/process"

	"devenv/compose/engine"
	"devenv/devenv/report"
)

// Port is a TCP port of this machine that a service of a Compose project publishes.
type Port struct {
	Number           int
	Project, Service string
}

// Holder is who listens on a port.
type Holder struct {
	// container is the holder's, if it is one; command and pid are a process's, empty and 0 if the system does not
	// tell.
	container engine.Container
	command   string
	pid       int32
}

// Project returns the holder's Compose project, empty if it has none.
func (h Holder) Project() string { return h.container.Labels[engine.ProjectLabel] }

// String names the holder: "container db of the Compose project app", "postgres (process 4711)".
func (h Holder) String() string {
	switch {
	case h.container.ID != "" && h.Project() != "":
		return fmt.Sprintf("container %s of the Compose project %s", h.container.Name, h.Project())
	case h.container.ID != "":
		return "container " + h.container.Name
	case h.command != "":
		return fmt.Sprintf("%s (process %d)", h.command, h.pid)
	}
	return "another process"
}

// Explain returns the failure of a service that cannot start because its port is taken, with how to free it.
func Explain(p Port, h Holder) error {
	return report.Fail(report.KindWork, h.hint(p.Number), "start %s: port %d is held by %s", p.Service, p.Number, h)
}

// hint returns how to free the port.
func (h Holder) hint(port int) string {
	switch {
	case h.container.ID != "" && h.Project() != "":
		return "docker compose -p " + h.Project() + " stop"
	case h.container.ID != "":
		return "docker stop " + h.container.Name
	}
	return fmt.Sprintf("find the process: ss -ltnp 'sport = :%d'; then stop it, or publish another port", port)
}

// holderOf finds who listens on a port; false if nobody does.
func holderOf(ctx context.Context, e *engine.Engine, port int) (Holder, bool, error) {
	found, ok, err := e.PublishedBy(ctx, port)
	if err != nil || ok {
		return Holder{container: found}, ok, err
	}
	if !e.Info().Loopback {
		return Holder{}, false, nil // the ports are another machine's, or those outside of this container
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":"+strconv.Itoa(port))
	if err == nil {
		return Holder{}, false, listener.Close()
	}
	command, pid := listening(ctx, port)
	return Holder{command: command, pid: pid}, true, nil
}

// listening names the process that listens on a port; empty if the system does not tell, as for another user's.
func listening(ctx context.Context, port int) (command string, pid int32) {
	found, err := sockets.ConnectionsWithoutUidsWithContext(ctx, "tcp")
	if err != nil {
		return "", 0
	}
	for _, c := range found {
		if c.Status != "LISTEN" || int(c.Laddr.Port) != port || c.Pid == 0 {
			continue
		}
		if name, err := (&process.Process{Pid: c.Pid}).NameWithContext(ctx); err == nil {
			return name, c.Pid
		}
	}
	return "", 0
}
