package testbed

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"devenv/devenv/base"
	"devenv/devenv/database"
	"devenv/devenv/project"
	"devenv/devenv/step"
	"devenv/devenv/tool"
)

// Standby is what a run leaves ready for the next one of its series: the migration tool, the server of the empty
// databases, and clones of the base's data. The next run uses of it what is as it would make it itself, and removes the
// rest. The zero value holds nothing yet.
type Standby struct {
	Series project.Series

	tool *tool.Tool

	// completing is the base that a run has had made from the start, in the background.
	completing string
	// key identifies the base that the rest is made from: see base.CloneKey.
	key    string
	shared *database.Shared
	// empty are databases of the shared server that nobody has used; emptied is how many the last run has asked for.
	empty   []*database.Database
	emptied int

	// mu guards clones and used while a run's trials take clones; the rest belongs to whoever runs or prepares.
	mu     sync.Mutex
	clones []*database.Server
	// used is how many clones the last run has used; clone makes one more for the next, and is nil if none can be made.
	used  int
	clone func(context.Context) (*database.Server, error)
}

// clonesLimit is how many clones wait for the next run: each is a server.
const clonesLimit = 4

// Prepare does what the next run would otherwise wait for, and that needs no file of the project: it suspends the tool
// and makes as many databases as the last run has used. What fails is left to the next run, which finds out why.
func (s *Standby) Prepare(ctx context.Context) {
	if s.tool != nil && s.suspend(ctx) != nil {
		_ = s.dropTool(ctx) // the next run, which cannot start its own then, finds out why
	}
	for s.shared != nil && len(s.empty) < s.emptied {
		made, err := s.shared.Create(ctx)
		if err != nil {
			break
		}
		s.empty = append(s.empty, made)
	}
	for s.clone != nil && len(s.clones) < min(s.used, clonesLimit) {
		server, err := s.clone(ctx)
		if err != nil {
			return
		}
		s.Series.Keep(server.ID)
		s.clones = append(s.clones, server)
	}
}

// suspendTime is how long the tool may take to end its process.
const suspendTime = 10 * time.Second

// suspend suspends the tool.
func (s *Standby) suspend(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, suspendTime)
	defer cancel()
	return s.tool.Suspend(ctx)
}

// Close removes everything.
func (s *Standby) Close(ctx context.Context) error {
	return errors.Join(s.dropTool(ctx), s.Series.Close(ctx))
}

// take returns a clone that is ready, nil if there is none. It knows its addresses.
func (s *Standby) take() *database.Server {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used++
	if len(s.clones) == 0 {
		return nil
	}
	server := s.clones[0]
	s.clones = s.clones[1:]
	s.Series.Release(server.ID)
	return server
}

// dropTool removes the tool, if there is one.
func (s *Standby) dropTool(ctx context.Context) error {
	if s.tool == nil {
		return nil
	}
	t := s.tool
	s.tool = nil
	s.Series.Release(t.Container)
	return t.Drop(context.WithoutCancel(ctx))
}

// useStandby makes ready what the last run has left, once the base is known. Nothing of another base can be used.
func (b *Testbed) useStandby(ctx context.Context) error {
	s := b.Request.Standby
	if s == nil {
		return nil
	}
	key, err := b.Base.CloneKey()
	if err != nil {
		return err
	}
	if key != s.key || !b.standsBy(ctx) {
		s.forgetBase(ctx, b)
		s.key = key
	}
	s.used = 0
	b.Empties.resume(s.shared, s.empty)
	s.empty = nil
	return nil
}

// standsBy reports whether the servers on standby are running where the tool reaches them: others may have removed or
// restarted them since the last run.
func (b *Testbed) standsBy(ctx context.Context) bool {
	s := b.Request.Standby
	servers := slices.Clone(s.clones)
	if s.shared != nil {
		servers = append(servers, s.shared.Server())
	}
	return !slices.ContainsFunc(servers, func(server *database.Server) bool {
		return server.RefreshAddresses(ctx) != nil || server.Address(b.Workspace.Name(base.ToolNetwork)) == ""
	})
}

// forgetBase removes what was made from another base.
func (s *Standby) forgetBase(ctx context.Context, b *Testbed) {
	for _, server := range s.clones {
		s.Series.Release(server.ID)
		b.Later(ctx, server.Remove)
	}
	if s.shared != nil {
		s.Series.Release(s.shared.Server().ID)
		b.Later(ctx, s.shared.Server().Remove)
	}
	s.clones, s.shared, s.empty, s.clone, s.key = nil, nil, nil, nil, ""
}

// resumeTool makes the tool that the last run has left work for this one; nil if it cannot, and another must be
// started.
func (b *Testbed) resumeTool(ctx context.Context, log *step.Log) (*tool.Tool, error) {
	s := b.Request.Standby
	if s == nil || s.tool == nil {
		return nil, nil
	}
	resumed, err := s.tool.Resume(ctx, b.Branch, base.ToolNetwork, b.Project.Migrations, b.Base.Settings.Hosts, log)
	if err == nil && resumed {
		t := s.tool
		s.tool = nil
		s.Series.Release(t.Container)
		return t, nil
	}
	if err != nil {
		log.Line("the migration tool is started anew: " + err.Error())
	}
	return nil, s.dropTool(ctx) // the new one gets the container's name
}

// DisposeTried removes, in the background, what the trials have left behind: all clones but the server of the empty
// databases where the next run of a series can use it.
func (b *Testbed) DisposeTried(ctx context.Context) {
	var spared *database.Server
	if b.Request.Standby != nil && b.Empties.shared != nil {
		spared = b.Empties.shared.Server()
	}
	b.disposeAllBut(ctx, spared)
}

// leave leaves ready what the next run can use, and reports whether that includes the tool. A run that has failed
// leaves no database.
func (b *Testbed) leave(ctx context.Context) (withTool bool) {
	s := b.Request.Standby
	switch {
	case s == nil:
		return false
	case b.Tool == nil || b.Tool.Tool == nil || b.failed || b.Baseline != "" || !b.about.Base.Cached:
		s.forgetBase(ctx, b)
		return false
	}
	b.leaveClones(ctx)
	if kept, err := b.Tool.Keep(ctx, base.ToolNetwork, b.Edited); err != nil || !kept {
		return false
	}
	container, err := b.Workspace.Engine.Inspect(ctx, b.Tool.Container)
	if err != nil {
		return false
	}
	s.Series.Keep(b.Tool.Container)
	for _, m := range container.Mounts {
		s.Series.Keep(m.Name)
	}
	s.tool = b.Tool
	return true
}

// leaveClones leaves the server of the empty databases, and says how to make clones.
func (b *Testbed) leaveClones(ctx context.Context) {
	s := b.Request.Standby
	b.Workspace.KeepNetwork(b.Tool.Network)
	if shared := b.Empties.shared; shared != nil && shared.Clear(ctx) == nil {
		s.shared, s.emptied = shared, b.Empties.asked
		s.Series.Keep(shared.Server().ID)
		b.Forget(shared.Server())
	} else if s.shared != nil {
		s.Series.Release(s.shared.Server().ID)
		s.shared = nil
	}
	s.clone = nil
	if image, err := b.Base.WithData(ctx); err == nil && !b.Base.Mounts() {
		options := b.Base.CloneOf(image, database.NetworkAlias{Name: b.Tool.Network})
		cloner := b.Workspace.Cloner
		s.clone = func(ctx context.Context) (*database.Server, error) { return cloner.Clone(ctx, options) }
	}
}
