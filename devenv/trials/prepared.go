package trials

import (
	"context"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"golang.org/x/sync/errgroup"

	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
)

// Prepared holds what trials need however the upgrade goes, prepared while the migration is still being generated.
type Prepared struct {
	// empty is an empty database; nil if no trial needs one.
	empty *database.Server
}

// Prepare prepares what the wanted trials need: the backends' images and the empty database.
func Prepare(ctx context.Context, b *testbed.Testbed, log *step.Log) (p Prepared, err error) {
	if b.Request.Unverified {
		log.Skipped("")
		return p, nil
	}
	group, ctx := errgroup.WithContext(ctx)
	for trial, s := range map[checks.Trial]*scratch.Checkout{checks.TrialStartBranch: b.Branch, checks.TrialStartBase: b.Base.Checkout} {
		if b.StartsBackend(trial) {
			group.Go(func() error { return s.EnsureImages(ctx, b.Services(s, b.Project.Backend), log) })
		}
	}
	if b.Wants(checks.TrialScratch) {
		group.Go(func() (err error) {
			p.empty, err = emptyDatabase(ctx, b)
			return err
		})
	}
	err = group.Wait() // p.empty is only set after this
	return p, err
}

func emptyDatabase(ctx context.Context, b *testbed.Testbed) (*database.Server, error) {
	return b.Clone(ctx, b.Base.WithoutData, testbed.CloneOptions{})
}

// emptyDatabase returns the prepared empty database, or a new one if none was prepared.
func (e *environment) emptyDatabase(ctx context.Context) (*database.Server, error) {
	if e.prepared.empty != nil {
		return e.prepared.empty, nil
	}
	return emptyDatabase(ctx, e.Testbed)
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
// those that run the migration service's image and mount nothing over the files.
func writeEdits(ctx context.Context, p *pass, t *scratch.Services) error {
	image := p.Branch.ImageOf(p.Project.Migrations.Service)
	for name, container := range t.Containers {
		if image == "" || p.Branch.ImageOf(name) != image {
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
