package stack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/inside"
	"devenv/devenv/session"
	"devenv/devenv/userdata"
)

// StatusItem is one service of the user's own stack, its database, or another worktree's stack.
type StatusItem struct {
	// Kind is service, database or worktree.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// State is the container's: running, exited, …; "not created" if there is none. Health is the healthcheck's, if it
	// has one.
	State    string `json:"state,omitempty"`
	Health   string `json:"health,omitempty"`
	ExitCode int    `json:"exit_code,omitempty"`
	// Restarts is how often the engine has restarted it, unless it has been running for long since.
	Restarts int      `json:"restarts,omitempty"`
	URLs     []string `json:"urls,omitempty"`
	// For a database: the revisions in its version table, why a running one could not be read, whether this branch has
	// them, which of the branch's heads it is not at, and what devenv last loaded into it.
	Revisions []string  `json:"revisions,omitempty"`
	Unread    string    `json:"unread,omitempty"`
	OnBranch  *bool     `json:"on_branch,omitempty"`
	Pending   []string  `json:"pending_heads,omitempty"`
	From      string    `json:"from,omitempty"`
	Since     time.Time `json:"since,omitzero"`
	// For another worktree: its directory and its running services.
	Directory string   `json:"directory,omitempty"`
	Running   []string `json:"running,omitempty"`
}

// Unhealthy reports whether the service ended with an error, keeps being restarted, is paused, or is unhealthy.
func (i StatusItem) Unhealthy() bool {
	return i.Health == "unhealthy" || i.State == "paused" || i.Restarts > 0 || i.State == "exited" && i.ExitCode != 0
}

// Behind says, after a database's revision, that it is not the branch's head; "" if it is.
func (i StatusItem) Behind() string {
	if len(i.Pending) == 0 {
		return ""
	}
	return "; it lacks migrations up to " + strings.Join(i.Pending, " and ")
}

// Status returns what runs of the user's own stack, at which addresses, and what its database holds.
func Status(ctx context.Context, s *session.Session) (items []StatusItem, err error) {
	v, err := OpenView(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	v.noteInterrupted()
	noteUnmigrated(ctx, s)
	for _, name := range v.Model.ServiceNames() {
		item, c, err := v.Service(ctx, name)
		if err != nil {
			return items, err
		}
		item.URLs = urlsOf(ctx, c)
		if note := SlowLoop(item, c, time.Now()); note != "" {
			v.Note(note)
		}
		items = append(items, item)
		if cause, known := v.Cause(ctx, item); known {
			v.Note(name + ": " + cause.Said + " (devenv doctor says how to fix it)")
		}
	}
	if item, ok := v.Database(ctx); ok {
		items = append(items, item)
	}
	others, err := v.worktrees(ctx)
	return append(items, others...), err
}

// SlowLoop says of a service that runs now that the engine restarted it within the last hour; "" if it did not. It may
// end again, though later than one that is known to loop.
func SlowLoop(item StatusItem, c engine.Container, now time.Time) string {
	since := now.Sub(c.Started).Round(time.Second)
	if item.State != "running" || item.Restarts > 0 || c.Restarts == 0 || since > time.Hour {
		return ""
	}
	return fmt.Sprintf("%s runs, but it has ended before: the engine restarted it %s ago, restart number %d (why: devenv logs %s)",
		item.Name, since, c.Restarts, item.Name)
}

// noteInterrupted notes that an exchange was interrupted, and how to complete it.
func (v *View) noteInterrupted() {
	if x, err := userdata.UnderWay(v.Workspace.Repo); err == nil && x != nil {
		v.Note(fmt.Sprintf("devenv %s %s; if it was interrupted, devenv up completes that", x.Command, x.Doing()))
	}
}

// worktrees returns the stacks of the repository's other worktrees that have containers, by the directory they were
// started from.
func (v *View) worktrees(ctx context.Context) ([]StatusItem, error) {
	directories, err := v.Workspace.Repo.Worktrees(ctx)
	if err != nil {
		return nil, err
	}
	containers, err := v.Workspace.Engine.Containers(ctx, engine.DirectoryLabel)
	if err != nil {
		return nil, err
	}
	var items []StatusItem
	for _, dir := range directories {
		if dir == v.Workspace.Repo.Root() {
			continue
		}
		item := StatusItem{Kind: "worktree", Directory: dir}
		for _, c := range containers {
			at := c.Labels[engine.DirectoryLabel]
			if _, ok := inside.Rel(dir, at); !ok {
				continue
			}
			item.Name = c.Labels[engine.ProjectLabel]
			if c.State == "running" {
				item.Running = append(item.Running, c.Labels[engine.ServiceLabel])
			}
		}
		if item.Name != "" {
			slices.Sort(item.Running)
			items = append(items, item)
		}
	}
	return items, nil
}
