package machine

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"devenv/compose/engine"
)

// How long the engine gets to finish a start in progress, and how often and how long the port is checked in addition.
const (
	arrivalTimeout = 30 * time.Second
	arrivalLooks   = 20
	arrivalPause   = 100 * time.Millisecond
)

// Probe finds who listens on a port; false if nobody does. The engine takes a container's ports before it reports
// that the container runs. If a command was interrupted in between, the next one finds the engine's own program on
// the port, and waits for the service's container to start; it calls note when it does.
func Probe(ctx context.Context, e *engine.Engine, p Port, note func(string)) (Holder, bool, error) {
	for looks := 0; ; looks++ {
		holder, busy, err := holderOf(ctx, e, p.Number)
		if err != nil || !busy || !holder.mayBeEngine() || looks == arrivalLooks {
			return holder, busy, err
		}
		found, err := e.Containers(ctx, engine.ProjectLabel+"="+p.Project, engine.ServiceLabel+"="+p.Service)
		if err != nil || len(found) == 0 {
			return holder, busy, err
		}
		note(fmt.Sprintf("port %d is held by %s: waiting for container %s, which may be starting", p.Number, holder, found[0].Name))
		if arrived, err := awaitStart(ctx, e, found[0].ID); err != nil || !arrived {
			return holder, busy, err
		}
	}
}

// awaitStart waits for a start in progress to finish, by inspecting the container, which the engine answers only
// then; false if that takes too long.
func awaitStart(ctx context.Context, e *engine.Engine, id string) (bool, error) {
	waiting, cancel := context.WithTimeout(ctx, arrivalTimeout)
	defer cancel()
	if _, err := e.Inspect(waiting, id); err != nil {
		return false, ctx.Err() // it took too long, or the container is gone
	}
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-time.After(arrivalPause):
		return true, nil
	}
}

// mayBeEngine reports whether a holder that is no running container may be the engine's own program, which listens
// for containers. That may be so if the system does not tell the name; and any name will do if the engine runs in a
// virtual machine, whose programs have many names.
func (h Holder) mayBeEngine() bool {
	listens := []string{"", "docker-proxy", "dockerd", "rootlessport"}
	return h.container.ID == "" && (runtime.GOOS != "linux" || slices.Contains(listens, h.command))
}
