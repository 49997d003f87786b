package devenv

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/inputs"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/migrations"
)

// baseFormat is the version of what a base image holds and how it is made; raising it makes every base anew.
const baseFormat = 9

// base is the base branch on the engine: its side, and the images of its database.
type base struct {
	*scratch.Checkout
	project  *discover.Project
	settings database.Settings
	// key names the content that makes the base, which inputs lists.
	key    string
	inputs []inputs.Input
	// along are the ignored files that were taken along, by path.
	along []string
	// seeded is the one with schema and seed data. Of a base that this run makes, its metadata is known before the image is there,
	// and keeping is what it is made of; nil for a base that was known.
	seeded  database.Image
	keeping *keeping
	empty   database.Image // after initdb and the init scripts
	noise   []migrations.Operation
	cloning
	// envFiles are those that the Compose model is loaded with.
	envFiles []string
}

// openBase checks the base out, with the ignored files that the capture took along.
func openBase(ctx context.Context, w *project.Workspace, p *discover.Project, ref gitrepo.Base, capture gitrepo.Capture, envFiles []string) (*base, error) {
	treeID, err := w.Repo.WithIncluded(ctx, ref.Commit, capture)
	if err != nil {
		return nil, err
	}
	s, err := scratch.CheckOut(ctx, w, "base", treeID, capture)
	if err != nil {
		return nil, err
	}
	b := &base{Checkout: s, project: p, envFiles: envFiles, along: capture.Included}
	if absent := s.AbsentComposeFiles(); len(absent) > 0 {
		return b, report.Fail(report.KindUsage, "let devenv take it along, in .devenv.yaml:\n    include: ["+strings.Join(absent, ", ")+"]",
			"load the base's Compose project: %s does not have %s", ref.Ref, strings.Join(absent, ", "))
	}
	if err := s.Load(ctx, envFiles); err != nil {
		return b, report.Fail(report.KindOf(err), report.HintOf(err), "load the base's Compose project: %w", err)
	}
	for _, name := range []string{p.Database, p.Migrations.Service} {
		if _, ok := s.Model.Services[name]; !ok {
			return b, report.Fail(report.KindUsage, "merge the service's introduction first, or choose another base: --base",
				"the base %s has no service %q in its Compose project", ref.Ref, name)
		}
	}
	b.settings, err = database.SettingsOf(s.Model, p.Database)
	return b, err
}

// references of the two images of a base.
func (b *base) seededRef() string { return "devenv/base:" + b.key }
func (b *base) emptyRef() string  { return "devenv/base:" + b.key + "-empty" }

// lookUp finds the base's images; false when one is missing.
func (b *base) lookUp(ctx context.Context) (bool, error) {
	empty, known, err := database.Lookup(ctx, b.Workspace.Engine, b.key+"-empty")
	if err != nil || !known {
		return false, err
	}
	seeded, known, err := database.Lookup(ctx, b.Workspace.Engine, b.key)
	if err != nil || !known {
		return false, err
	}
	b.empty, b.seeded = empty, seeded
	b.settings.Database = b.seeded.Meta.Settings.Database // the one that the migrations filled
	return true, b.readNoise()
}

// touch marks the base's images as used.
func (b *base) touch(ctx context.Context) error {
	for _, ref := range []string{b.emptyRef(), b.seededRef()} {
		if _, err := b.Workspace.Engine.Touch(ctx, ref); err != nil {
			return err
		}
	}
	return nil
}

// readNoise takes the noise out of the image's metadata.
func (b *base) readNoise() error {
	b.noise = make([]migrations.Operation, len(b.seeded.Meta.Noise))
	for i, raw := range b.seeded.Meta.Noise {
		if err := json.Unmarshal(raw, &b.noise[i]); err != nil {
			return fmt.Errorf("read the base image's metadata: %w", err)
		}
	}
	return nil
}
