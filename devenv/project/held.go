package project

import (
	"context"
	"errors"
	"sync"

	"devenv/devenv/gitrepo"
)

// held is what a run has taken and gives back at its end; what else it makes on the engine carries its label.
type held struct {
	lock  *gitrepo.Lock
	begun bool // it is in the record of the runs that have begun

	mu        sync.Mutex
	networks  map[string]bool
	discarded []string // images
}

// Discard lets an image go when the run's containers are gone: one that a container is made of would only lose its name.
func (w *Workspace) Discard(ref string) {
	w.held.mu.Lock()
	defer w.held.mu.Unlock()
	w.held.discarded = append(w.held.discarded, ref)
}

// Network makes a network of the run, once: the engine itself takes a second one of the same name.
func (w *Workspace) Network(ctx context.Context, name string) error {
	w.held.mu.Lock()
	defer w.held.mu.Unlock()
	if w.held.networks[name] {
		return nil
	}
	if _, err := w.Engine.CreateNetwork(ctx, name, w.Labels()); err != nil {
		return err
	}
	w.held.networks[name] = true
	return nil
}

// Close removes everything of the run from the engine and gives the lock back, also after an interrupt.
func (w *Workspace) Close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	if w.Engine != nil {
		err = w.leave(ctx)
	}
	if w.Client != nil {
		err = errors.Join(err, w.Client.Close())
	}
	err = errors.Join(err, w.Builds.Close())
	if w.held.lock != nil {
		err = errors.Join(err, w.end(), w.held.lock.Release())
	}
	return err
}

// leave removes everything of the run from the engine.
func (w *Workspace) leave(ctx context.Context) error {
	_, err := w.Engine.Sweep(ctx, LabelRun+"="+w.RunID)
	for _, ref := range w.held.discarded {
		err = errors.Join(err, w.Engine.RemoveImage(ctx, ref, true))
	}
	if surplusErr := w.Builds.RemoveSurplus(ctx, w.Engine, w.WorktreeID); surplusErr != nil {
		w.Note("images of earlier runs stay that nothing needs: " + surplusErr.Error())
	}
	return err
}
