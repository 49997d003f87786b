package trials

import (
	"context"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"golang.org/x/sync/errgroup"

	"devenv/devenv/checks"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
)

// Prepare prepares what the wanted trials need however the upgrade goes, while the migration is still being generated:
// the backends' images and the empty databases.
func Prepare(ctx context.Context, b *testbed.Testbed, log *step.Log) error {
	if err := b.FindDatabaseChange(ctx, log); err != nil {
		return err
	}
	if b.Request.Unverified {
		log.Skipped("")
		return nil
	}
	group, ctx := errgroup.WithContext(ctx)
	for trial, s := range map[checks.Trial]*scratch.Checkout{checks.TrialStartBranch: b.Branch, checks.TrialStartBase: b.Base.Checkout} {
		if b.StartsBackend(trial) {
			group.Go(func() error { return s.EnsureImages(ctx, b.Services(s, b.Project.Backend), log) })
		}
	}
	empty := 0
	for _, trial := range []checks.Trial{checks.TrialScratch, checks.TrialModels, checks.TrialReverse} { // the last if the upgrade fails
		own := trial != checks.TrialModels && b.DatabaseChange().Any()
		if b.Wants(trial) && !own {
			empty++
		}
	}
	b.Empties.Prepare(ctx, empty, b.Cloned) // what the migration waits for comes first
	return group.Wait()
}

// writable makes read-only containers writable if files must be written into them: the engine refuses that even before
// they start.
func (e *environment) writable(project *types.Project) error {
	for name, service := range project.Services {
		for file := range e.migration.Edits {
			service.ReadOnly = service.ReadOnly && mountedOver(service.Volumes, file)
		}
		project.Services[name] = service
	}
	return nil
}

// writeEdits writes the files that this run has edited into the containers whose image contains a copy of the code:
// those built as the migration service's is, that mount nothing over the files.
func writeEdits(ctx context.Context, p *pass, t *scratch.Services) error {
	for name, container := range t.Containers {
		if !p.Branch.BuiltAlike(name, p.Project.Migrations.Service) {
			continue
		}
		for file, content := range p.migration.Edits {
			if mountedOver(t.Model.Services[name].Volumes, file) {
				continue
			}
			if err := p.Workspace.Engine.WriteFile(ctx, container, file, content); err != nil {
				return err
			}
		}
	}
	return nil
}

// mountedOver reports whether one of a service's mounts hides a path of its image.
func mountedOver(mounts []types.ServiceVolumeConfig, p string) bool {
	return slices.ContainsFunc(mounts, func(m types.ServiceVolumeConfig) bool {
		_, ok := tool.Below(m.Target, p)
		return ok
	})
}
