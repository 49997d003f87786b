// Package stack works with the user's own stack from day to day: it starts it and waits for it, shows its state and
// logs, and removes it. What its database holds is up to userdata.
package stack

import (
	"context"
	"errors"
	"time"

	"devenv/compose/engine"
	"devenv/compose/readiness"
	"devenv/devenv/database"
	"devenv/devenv/session"
	"devenv/devenv/userdata"
)

// View looks at the user's own stack, without the worktree's lock, since it changes nothing.
type View struct {
	*session.Session
	*userdata.Stack
}

// OpenView opens the stack for commands that only look at it.
func OpenView(ctx context.Context, s *session.Session) (_ *View, err error) {
	v := &View{Session: s}
	if err := s.OpenReadOnly(ctx); err != nil {
		return nil, s.Redactor.Error(err)
	}
	if v.Stack, err = userdata.Load(ctx, s.Workspace, nil); err == nil {
		err = v.ReadContainers(ctx)
	}
	if err != nil {
		return nil, s.Redactor.Error(errors.Join(err, v.Close()))
	}
	return v, nil
}

// Close releases what OpenView opened; there is nothing to remove.
func (v *View) Close() error { return v.Workspace.Client.Close() }

// Service returns the state of one service, and its container.
func (v *View) Service(ctx context.Context, name string) (StatusItem, engine.Container, error) {
	item := StatusItem{Kind: "service", Name: name, State: "not created"}
	found := v.Containers[name]
	if found.ID == "" {
		return item, found, nil
	}
	c, err := v.Workspace.Engine.Inspect(ctx, found.ID)
	if err != nil {
		return item, c, err
	}
	item.State = c.State
	if c.Health != nil && c.State == "running" {
		item.Health = c.Health.Status
	}
	if c.State == "exited" {
		item.ExitCode = c.ExitCode
	}
	if readiness.Loops(c, time.Now()) {
		item.Restarts = c.Restarts
	}
	return item, c, nil
}

// initializing is how long a database may take to create its data: until then, that it has none is no fault.
const initializing = 30 * time.Second

// Database returns what the database holds; false if no database is found in the stack.
func (v *View) Database(ctx context.Context) (StatusItem, bool) {
	service, err := v.FindDatabase(ctx)
	if err != nil {
		return StatusItem{}, false
	}
	item := StatusItem{Kind: "database", Name: service, State: "not created"}
	c, err := v.Workspace.Engine.Inspect(ctx, v.Containers[service].ID)
	if err == nil {
		item.State = c.State
	}
	if err == nil && c.State == "running" && time.Since(c.Started) > initializing {
		if err := database.CheckRunning(ctx, v.Workspace.Engine, service, c.ID); err != nil {
			v.Note(err.Error())
		}
	}
	if said := staleCollation(ctx, v.Workspace.Engine, v.Stack, service); said != "" {
		v.Note(said)
	}
	at, _ := v.Position(ctx, service) // without a comparison, it stays unknown
	item.Revisions = at.Revisions
	if item.State == "running" {
		item.Unread = at.Unread
	}
	if at.Compared && len(at.Revisions) > 0 {
		on := len(at.Unknown) == 0
		item.OnBranch, item.Pending = &on, at.Pending
	}
	if last, ok := v.LastExchange(ctx, service); ok {
		item.From, item.Since = last.To, last.At
	}
	return item, true
}
