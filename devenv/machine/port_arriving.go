package machine

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"devenv/compose/engine"
)

// How long the engine gets to end a start that is under way, and how often and how long a port is looked at besides.
const (
	arrivalTimeout = 30 * time.Second
	arrivalLooks   = 20
	arrivalPause   = 100 * time.Millisecond
)

// Probe finds who listens on a port; false when nobody does. The engine takes a container's ports before it says that the
// container runs: where a command was cut off in between, the next one finds the engine's program there, and waits for the
// service's own container to arrive, of which note hears.
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

// awaitStart waits for the end of a start that is under way, which the engine's answer to a question about the container waits
// for; false when that takes too long.
func awaitStart(ctx context.Context, e *engine.Engine, id string) (bool, error) {
	waiting, cancel := context.WithTimeout(ctx, arrivalTimeout)
	defer cancel()
	if _, err := e.Inspect(waiting, id); err != nil {
		return false, ctx.Err() // it took too long, or the container has gone
	}
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-time.After(arrivalPause):
		return true, nil
	}
}

// mayBeEngine reports whether a holder that is no running container may be the engine's own program, which listens for containers;
// one whose name the system does not tell may be, and where engines run in virtual machines, whose programs have many names, any.
func (h Holder) mayBeEngine() bool {
	listens := []string{"", "docker-proxy", "dockerd", "rootlessport"}
	return h.container.ID == "" && (runtime.GOOS != "linux" || slices.Contains(listens, h.command))
}
