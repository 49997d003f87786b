package base

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/inputs"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/migrations"
)

// baseFormat is the version of a base image's content and of how it is made; increasing it rebuilds every base.
const baseFormat = 10

// Base is the base branch on the engine: its checkout, and the images of its database.
type Base struct {
	*scratch.Checkout
	Settings database.Settings
	// NewPassword is the one that the branch gives the user of Settings, empty if it is the same.
	NewPassword string
	// Key identifies the content that makes the base, which Inputs lists.
	Key    string
	Inputs []inputs.Input
	// EmptyKey identifies what makes the empty database, which EmptyInputs lists: bases that differ in their code only
	// share it.
	EmptyKey    string
	EmptyInputs []inputs.Input
	// Seeded has the schema and the seed data. For a base that this run makes, its metadata is known before the image
	// exists, and pending is what the image is made of; pending is nil for a known base.
	Seeded  database.Image
	pending *pendingImage
	// Upgraded is the earlier base whose data this one's code has upgraded; nil if the data was made from the start.
	// Line is what they have in common.
	Upgraded *database.Upgraded
	Line     string
	Empty    database.Image // after initdb and the init scripts
	// Noise is how models and migrations differed before the branch.
	Noise []migrations.Operation
	// First is the revision with which the history can begin; nil if there is a history, or no table yet.
	First *First

	project *discover.Project
	// included are the ignored files copied from the working tree, by path; envFiles those that the Compose model is
	// loaded with.
	included, envFiles []string
	// lent are the files of the migration tool that the base lacks and the branch introduces.
	lent []string
	cloning
}

// Open checks out the base, with the ignored files that the capture included.
func Open(ctx context.Context, w *project.Workspace, p *discover.Project, ref gitrepo.Base, capture gitrepo.Capture,
	envFiles []string,
) (*Base, error) {
	lent, err := lent(ctx, w.Repo, p.Migrations, ref, capture.Tree)
	if err != nil {
		return nil, err
	}
	capture.Included = slices.Concat(capture.Included, lent)
	treeID, err := w.Repo.WithIncluded(ctx, ref.Commit, capture)
	if err != nil {
		return nil, err
	}
	s, err := scratch.CheckOut(ctx, w, "base", treeID, capture)
	if err != nil {
		return nil, err
	}
	b := &Base{Checkout: s, project: p, envFiles: envFiles, included: capture.Included, lent: lent}
	if absent := s.AbsentComposeFiles(); len(absent) > 0 {
		return b, report.Fail(report.KindUsage, "let devenv include it, in .devenv.yaml:\n    include: ["+strings.Join(absent, ", ")+"]",
			"load the base's Compose project: %s does not have %s", ref.Ref, strings.Join(absent, ", "))
	}
	if err := s.Load(ctx, envFiles); err != nil {
		return b, report.Fail(report.KindOf(err), report.HintOf(err), "load the base's Compose project: %w", err)
	}
	if err := b.checkServices(ref); err != nil {
		return b, err
	}
	b.Settings, err = database.SettingsOf(s.Model, p.Database)
	b.NewPassword = passwordOf(w.Model, b.Settings)
	return b, err
}

// passwordOf returns the password that the working tree's Compose project gives the base's user, empty if it is the same.
func passwordOf(here *types.Project, base database.Settings) string {
	if here == nil {
		return ""
	}
	settings, err := database.SettingsOf(here, base.Service)
	if err != nil || settings.User != base.User || settings.Password == base.Password {
		return "" // whoever needs the service reports what is wrong with it
	}
	return settings.Password
}

// checkServices refuses a base that lacks a service needed to make it.
func (b *Base) checkServices(ref gitrepo.Base) error {
	for _, name := range []string{b.project.Database, b.project.Migrations.Service} {
		if _, ok := b.Model.Services[name]; !ok {
			return report.Fail(report.KindUsage, "merge the change that adds the service first, or choose another base with --base",
				"the base %s has no service %q in its Compose project", ref.Ref, name)
		}
	}
	return nil
}

// SeededRef names the image of the base's data.
func (b *Base) SeededRef() string { return "devenv/base:" + b.seededTag() }

func (b *Base) seededTag() string {
	if b.Upgraded == nil {
		return b.Key
	}
	return b.Key + upgradedFrom + b.Upgraded.Key
}

// EmptyRef names the image of the empty database, after initdb and the init scripts.
func (b *Base) EmptyRef() string { return "devenv/base:" + b.emptyTag() }

func (b *Base) emptyTag() string { return b.EmptyKey + "-empty" }

// LookUp finds the base's images; false if one is missing.
func (b *Base) LookUp(ctx context.Context) (bool, error) {
	empty, known, err := database.Lookup(ctx, b.Workspace.Engine, b.emptyTag())
	if err != nil || !known {
		return false, err
	}
	seeded, known, err := database.Lookup(ctx, b.Workspace.Engine, b.Key)
	if err != nil || !known {
		return false, err
	}
	b.Empty = empty
	return true, b.use(seeded)
}

// use makes an image that has the base's data the base's.
func (b *Base) use(seeded database.Image) error {
	b.Seeded = seeded
	b.Settings.Database = b.Seeded.Meta.Settings.Database // the one that the migrations filled
	return errors.Join(b.readNoise(), b.readKnownFirst())
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

// readNoise reads the noise from the image's metadata.
func (b *Base) readNoise() error {
	b.Noise = make([]migrations.Operation, len(b.Seeded.Meta.Noise))
	for i, raw := range b.Seeded.Meta.Noise {
		if err := json.Unmarshal(raw, &b.Noise[i]); err != nil {
			return fmt.Errorf("read the base image's metadata: %w", err)
		}
	}
	return nil
}

// ToolNetwork is the part of a network's name for the network of the tool and of every clone that it works on.
const ToolNetwork = "tool"
