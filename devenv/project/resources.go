package project

import (
	"context"
	"errors"
	"sync"

	"devenv/devenv/gitrepo"
)

// resources is what a run holds and releases when it ends. Whatever else it creates on the engine carries its label.
type resources struct {
	lock *gitrepo.Lock
	// runs names the record of started runs; begun is set once it has the run.
	runs  string
	begun bool
	// series is nil for a run on its own.
	series *Series

	mu        sync.Mutex
	networks  map[string]string // ids by name
	discarded []string          // images
}

// Discard removes an image once the run's containers are gone: while a container uses it, it would only lose its name.
func (w *Workspace) Discard(ref string) {
	w.resources.mu.Lock()
	defer w.resources.mu.Unlock()
	w.resources.discarded = append(w.resources.discarded, ref)
}

// Network creates a network of the run, once: the engine would create a second one of the same name.
func (w *Workspace) Network(ctx context.Context, name string) error {
	w.resources.mu.Lock()
	defer w.resources.mu.Unlock()
	if _, ok := w.resources.networks[name]; ok {
		return nil
	}
	id, err := w.resources.series.keptNetwork(ctx, name)
	if err == nil && id == "" {
		id, err = w.Engine.CreateNetwork(ctx, name, w.Labels())
	}
	if err == nil {
		w.resources.networks[name] = id
	}
	return err
}

// Close removes everything of the run from the engine, but for what its series keeps, and releases the lock, even after
// an interrupt.
func (w *Workspace) Close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	if w.Engine != nil {
		err = w.removeAll(ctx)
	}
	if w.Client != nil && !w.InSeries() {
		err = errors.Join(err, w.Client.Close())
	}
	err = errors.Join(err, w.Builds.Close())
	if w.resources.lock != nil {
		err = errors.Join(err, w.end(), w.resources.lock.Release())
	}
	return err
}

// removeAll removes everything of the run from the engine.
func (w *Workspace) removeAll(ctx context.Context) error {
	made, err := w.Engine.Resources(ctx, LabelRun+"="+w.RunID)
	if w.InSeries() {
		made = w.resources.series.left(made)
	}
	err = errors.Join(err, w.Engine.RemoveResources(ctx, made))
	for _, ref := range w.resources.discarded {
		err = errors.Join(err, w.Engine.RemoveImage(ctx, ref, true))
	}
	if surplusErr := w.Builds.RemoveSurplus(ctx, w.Engine, w.WorktreeID); surplusErr != nil {
		w.Note("could not remove unneeded images of earlier runs: " + surplusErr.Error())
	}
	return err
}
