package project

import (
	"context"
	"errors"
	"maps"
	"sync"

	"devenv/compose"
	"devenv/compose/engine"
)

// Series is what the runs of one process in one worktree have in common if each leaves something ready for the next: a
// run's id, and a connection to the engine. Between the runs, others may work in the worktree. The zero value is ready
// to use.
type Series struct {
	runID  string
	client *compose.Client

	mu sync.Mutex
	// kept are the ids of containers and the names of volumes that a run's end leaves; networks are the ids of
	// networks, by name, that it leaves.
	kept     map[string]bool
	networks map[string]string
}

// Keep makes the end of a run leave containers, by id, and volumes, by name.
func (s *Series) Keep(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = map[string]bool{}
	}
	for _, id := range ids {
		s.kept[id] = true
	}
}

// Release lets the end of a run remove them again.
func (s *Series) Release(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.kept, id)
	}
}

// KeepNetwork makes the end of this run leave one of its networks, which the next run then has.
func (w *Workspace) KeepNetwork(name string) {
	w.resources.mu.Lock()
	defer w.resources.mu.Unlock()
	s := w.resources.series
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := w.resources.networks[name]; ok {
		if s.networks == nil {
			s.networks = map[string]string{}
		}
		s.networks[name] = id
	}
}

// InSeries reports whether the run is one of a series.
func (w *Workspace) InSeries() bool { return w.resources.series != nil }

// join makes a run one of a series.
func (w *Workspace) join(s *Series) {
	if w.resources.series = s; s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runID == "" {
		s.runID = w.RunID
	}
	w.RunID = s.runID
}

// keptNetwork returns the id of a network that the last run has left, empty if there is none, or somebody has removed
// it.
func (s *Series) keptNetwork(ctx context.Context, name string) (string, error) {
	if s == nil {
		return "", nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.networks[name]
	if id == "" {
		return "", nil
	}
	there, err := s.client.Engine().NetworkExists(ctx, id)
	if err == nil && !there {
		delete(s.networks, name)
		id = ""
	}
	return id, err
}

// left removes from what a run has made what its series keeps.
func (s *Series) left(made []engine.Resource) (rest []engine.Resource) {
	s.mu.Lock()
	defer s.mu.Unlock()
	networks := map[string]bool{}
	for id := range maps.Values(s.networks) {
		networks[id] = true
	}
	for _, m := range made {
		if !s.kept[m.ID] && !networks[m.ID] {
			rest = append(rest, m)
		}
	}
	return rest
}

// Close removes what the last run has left.
func (s *Series) Close(ctx context.Context) error {
	if s.client == nil {
		return nil
	}
	_, err := s.client.Engine().Sweep(context.WithoutCancel(ctx), LabelRun+"="+s.runID)
	return errors.Join(err, s.client.Close())
}
