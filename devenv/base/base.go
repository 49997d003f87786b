package base

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

// Base is the base branch on the engine: its checkout, and the images of its database.
type Base struct {
	*scratch.Checkout
	Settings database.Settings
	// Key names the content that makes the base, which Inputs lists.
	Key    string
	Inputs []inputs.Input
	// Seeded is the one with schema and seed data. Of a base that this run makes, its metadata is known before the image is there,
	// and keeping is what it is made of; nil for a base that was known.
	Seeded  database.Image
	keeping *keeping
	Empty   database.Image // after initdb and the init scripts
	// Noise is how models and migrations differed before the branch.
	Noise []migrations.Operation

	project *discover.Project
	// along are the ignored files that were taken along, by path; envFiles those that the Compose model is loaded with.
	along, envFiles []string
	cloning
}

// Open checks the base out, with the ignored files that the capture took along.
func Open(ctx context.Context, w *project.Workspace, p *discover.Project, ref gitrepo.Base, capture gitrepo.Capture, envFiles []string) (*Base, error) {
	treeID, err := w.Repo.WithIncluded(ctx, ref.Commit, capture)
	if err != nil {
		return nil, err
	}
	s, err := scratch.CheckOut(ctx, w, "base", treeID, capture)
	if err != nil {
		return nil, err
	}
	b := &Base{Checkout: s, project: p, envFiles: envFiles, along: capture.Included}
	if absent := s.AbsentComposeFiles(); len(absent) > 0 {
		return b, report.Fail(report.KindUsage, "let devenv take it along, in .devenv.yaml:\n    include: ["+strings.Join(absent, ", ")+"]",
			"load the base's Compose project: %s does not have %s", ref.Ref, strings.Join(absent, ", "))
	}
	if err := s.Load(ctx, envFiles); err != nil {
		return b, report.Fail(report.KindOf(err), report.HintOf(err), "load the base's Compose project: %w", err)
	}
	if err := b.checkServices(ref); err != nil {
		return b, err
	}
	b.Settings, err = database.SettingsOf(s.Model, p.Database)
	return b, err
}

// checkServices refuses a base that does not have the services it is made with.
func (b *Base) checkServices(ref gitrepo.Base) error {
	for _, name := range []string{b.project.Database, b.project.Migrations.Service} {
		if _, ok := b.Model.Services[name]; !ok {
			return report.Fail(report.KindUsage, "merge the service's introduction first, or choose another base: --base",
				"the base %s has no service %q in its Compose project", ref.Ref, name)
		}
	}
	return nil
}

// SeededRef names the image of the base's data.
func (b *Base) SeededRef() string { return "devenv/base:" + b.Key }

// EmptyRef names the image of the empty database, after initdb and the init scripts.
func (b *Base) EmptyRef() string { return "devenv/base:" + b.Key + "-empty" }

// LookUp finds the base's images; false when one is missing.
func (b *Base) LookUp(ctx context.Context) (bool, error) {
	empty, known, err := database.Lookup(ctx, b.Workspace.Engine, b.Key+"-empty")
	if err != nil || !known {
		return false, err
	}
	seeded, known, err := database.Lookup(ctx, b.Workspace.Engine, b.Key)
	if err != nil || !known {
		return false, err
	}
	b.Empty, b.Seeded = empty, seeded
	b.Settings.Database = b.Seeded.Meta.Settings.Database // the one that the migrations filled
	return true, b.readNoise()
}

// Touch marks the base's images as used.
func (b *Base) Touch(ctx context.Context) error {
	for _, ref := range []string{b.EmptyRef(), b.SeededRef()} {
		if _, err := b.Workspace.Engine.Touch(ctx, ref); err != nil {
			return err
		}
	}
	return nil
}

// readNoise takes the noise out of the image's metadata.
func (b *Base) readNoise() error {
	b.Noise = make([]migrations.Operation, len(b.Seeded.Meta.Noise))
	for i, raw := range b.Seeded.Meta.Noise {
		if err := json.Unmarshal(raw, &b.Noise[i]); err != nil {
			return fmt.Errorf("read the base image's metadata: %w", err)
		}
	}
	return nil
}

// ToolNetwork is the part of the name of the network in which the tool and every clone that it is pointed at live.
const ToolNetwork = "tool"
