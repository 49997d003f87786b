package engine

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/versions"
)

// oneShotAPI is the first engine API that answers at once what a container has used; earlier ones take two seconds.
const oneShotAPI = "1.41"

// Usage is what a container had used when it was removed or last asked.
type Usage struct {
	// Project and Service are Compose's names, empty for a container that Compose did not make.
	Project, Service string
	// CPU is the processor time; 0 if the engine does not tell, as where it has no cgroup to read.
	CPU time.Duration
}

// Meter records what containers have used. It is safe for concurrent use.
type Meter struct {
	mu   sync.Mutex
	used map[string]Usage // by container
}

// Used returns the records, by project and service.
func (m *Meter) Used() []Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.SortedFunc(maps.Values(m.used), func(a, b Usage) int {
		return cmp.Or(strings.Compare(a.Project, b.Project), strings.Compare(a.Service, b.Service))
	})
}

// Measure makes Remove and ReadUsage record what each container has used, which costs two questions a container, one of
// which may take a second. It must be called before the connection is used by several.
func (e *Engine) Measure() *Meter {
	e.meter = &Meter{used: map[string]Usage{}}
	return e.meter
}

// ReadUsage records what a container has used so far, if Measure was called: the engine no longer tells once it has
// ended. What the engine does not tell is left out: it is no reason not to remove the container.
func (e *Engine) ReadUsage(ctx context.Context, id string) {
	if e.meter == nil || versions.LessThan(e.info.APIVersion, oneShotAPI) {
		return
	}
	c, err := e.Inspect(ctx, id)
	if err != nil || c.State != container.StateRunning {
		return
	}
	spent, err := e.ProcessorTime(ctx, id)
	if err != nil {
		return
	}
	e.meter.mu.Lock()
	defer e.meter.mu.Unlock()
	e.meter.used[c.ID] = Usage{Project: c.Labels[ProjectLabel], Service: c.Labels[ServiceLabel], CPU: spent}
}
