package devenv

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/project"
)

// How long the engine gets to end a start that is under way, and how often and how long a port is looked at besides.
const (
	arrivalTimeout = 30 * time.Second
	arrivalLooks   = 20
	arrivalPause   = 100 * time.Millisecond
)

// settledHolder finds who listens on a port that a service of a project publishes; false when nobody does. The engine takes a
// container's ports before it says that the container runs: where a command was cut off in between, the next one finds the
// engine's program there, and waits for the service's own container to arrive.
func settledHolder(ctx context.Context, w *project.Workspace, port int, project, service string) (portHolder, bool, error) {
	for looks := 0; ; looks++ {
		holder, busy, err := holderOf(ctx, w.Engine, port)
		if err != nil || !busy || !holder.mayBeEngine() || looks == arrivalLooks {
			return holder, busy, err
		}
		found, err := w.Engine.Containers(ctx, projectLabel+"="+project, serviceLabel+"="+service)
		if err != nil || len(found) == 0 {
			return holder, busy, err
		}
		w.Note(fmt.Sprintf("port %d is held by %s: waiting for container %s, which may be starting", port, holder, found[0].Name))
		if arrived, err := awaitStart(ctx, w.Engine, found[0].ID); err != nil || !arrived {
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

// mayBeEngine says whether a holder that is no running container may be the engine's own program, which listens for containers;
// one whose name the system does not tell may be, too.
func (h portHolder) mayBeEngine() bool {
	command, _, _ := strings.Cut(h.process, " ")
	return h.container.ID == "" && slices.Contains([]string{"", "docker-proxy", "dockerd", "rootlessport"}, command)
}
