package base

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// seedStack and upgradeStack are the parts of a stack's name for the stack in which a base is made, from the start or
// from an earlier one.
const (
	seedStack    = "seed"
	upgradeStack = "upgrade"
)

// build makes a base image, using the server that Compose created from the service's own definition, and the base's
// services beside it.
type build struct {
	*Base
	from   From
	stack  *scratch.Services
	server *database.Server
	tool   *tool.Tool
	// plain is the id of the database's image, without data.
	plain string
	// earlier is the base whose data is upgraded; nil while the data is made from the start.
	earlier *database.Image
	// copiedEmpty is what becomes the image of the empty database, and keptEmpty waits for that; both are nil if it was
	// there, and before they are made.
	copiedEmpty *database.Copy
	keptEmpty   func() error
}

// From is what a base is made from, its name for people, and what must not be in its images.
type From struct {
	Ref     gitrepo.Base
	Name    string
	Secrets database.Secrets
	// Earlier is a base whose data may be upgraded instead of making it from the start; nil for none.
	Earlier *database.Image
}

// stepPrefix begins the names of the steps that make a base.
const stepPrefix = "base: "

// Make makes the base's database, and the image of the empty one. Keep makes the other image.
func (b *Base) Make(ctx context.Context, runner *step.Runner, from From) error {
	m := &build{Base: b, from: from}
	if err := announce(b.Workspace, runner, from); err != nil {
		return err
	}
	steps := []step.Step{step.New(stepPrefix+"images", m.ensureImages)}
	if from.Earlier != nil {
		steps = append(steps, step.New(stepPrefix+"upgrade", m.upgradeEarlier))
	}
	err := runner.Sequence(ctx, append(steps,
		runner.Together(
			step.New(stepPrefix+"start postgres", m.fromStart(m.startServer)),
			step.New(stepPrefix+"tool", m.fromStart(m.startTool)),
		),
		step.New(stepPrefix+"migrate and seed", m.fromStart(m.onServer(m.seed))),
		step.New(stepPrefix+"compare with the models", m.onServer(m.readModels)),
		step.New(stepPrefix+"copy", m.copy),
	)...)
	if err == nil && b.Upgraded != nil {
		return nil
	}
	if err == nil {
		return remember(b.Workspace, runner.Steps())
	}
	if m.keptEmpty != nil {
		if keptErr := m.keptEmpty(); keptErr != nil && !errors.Is(err, keptErr) {
			err = errors.Join(err, keptErr)
		}
	}
	err = tool.ExplainAddress(b.Model, b.project.Migrations.Service, b.Settings, err)
	return scratch.On(ctx, from.Name, tool.ExplainLost(ctx, m.server, err))
}

// onServer returns a step that needs the database's server: if that has ended, this is why the step failed, whatever it
// says itself.
func (b *build) onServer(do func(context.Context, *step.Log) error) func(context.Context, *step.Log) error {
	return func(ctx context.Context, log *step.Log) error {
		err := do(ctx, log)
		if b.tool != nil {
			err = b.tool.ExplainEnded(ctx, err)
		}
		return b.server.ExplainEnded(ctx, err)
	}
}

// ensureImages prepares the tree and builds or pulls the images.
func (b *build) ensureImages(ctx context.Context, log *step.Log) error {
	return b.mendImages(b.EnsureImages(ctx, baseServices(b.project, b.Model), log))
}

// mendImages adds to an image that cannot be built whose code that is.
func (b *build) mendImages(err error) error {
	if hint := report.HintOf(err); strings.HasPrefix(hint, direct) && !report.IsMachine(err) {
		return report.Fail(report.KindOf(err), b.mendIt(hint), "%w", err)
	}
	return err
}

// startServer lets Compose create the stack, starts its database with the data in a volume of its own, and keeps the
// state after the init scripts.
func (b *build) startServer(ctx context.Context, log *step.Log) (err error) {
	image, err := b.readServer(ctx, log)
	if err != nil {
		return err
	}
	known, err := b.findEmpty(ctx)
	if err != nil {
		return err
	}
	b.stack, err = scratch.Create(ctx, b.Checkout, seedStack, baseServices(b.project, b.Model), func(p *types.Project) error {
		err := database.MoveData(p, b.project.Database, image)
		known = known && err == nil && database.StartFrom(p, b.project.Database, b.Empty)
		return err
	})
	if err != nil {
		return err
	}
	id := b.stack.Containers[b.project.Database]
	if b.server, err = database.Start(ctx, b.Workspace.Engine, id, b.Settings); err != nil {
		return err
	}
	if known {
		log.Done("with the empty database of an earlier base")
		return nil
	}
	return b.makeEmpty(ctx, id)
}

// readServer finds out what the database's server and its clones start from, and returns the service's image.
func (b *build) readServer(ctx context.Context, log *step.Log) (engine.Image, error) {
	image, err := b.imageFor(ctx)
	if err == nil {
		err = b.readCloning(ctx, image, log)
	}
	b.plain = image.ID
	return image, err
}

// imageFor returns the database service's image as the engine has it.
func (b *build) imageFor(ctx context.Context) (engine.Image, error) {
	ref := b.ImageOf(b.project.Database)
	if ref == "" {
		ref = b.Model.Services[b.project.Database].Image
	}
	image, ok, err := b.Workspace.Engine.ImageInspect(ctx, ref)
	if err == nil && !ok {
		err = fmt.Errorf("find the database's image %s: it is gone", ref)
	}
	return image, err
}

// atHead ensures that the base's database is at the base's head, and is the one that is read.
func (b *build) atHead(ctx context.Context, log *step.Log) error {
	history, err := b.tool.History(ctx)
	if err != nil {
		return err
	}
	current, err := b.tool.Applied(ctx, b.tool.Database(b.server))
	if err != nil {
		return err
	}
	b.useDatabase(current)
	if history.AtHead(current.Heads) {
		return nil
	}
	return b.upgrade(ctx, log)
}

// readModels runs autogenerate on the base with the base's models: what it finds is noise.
func (b *build) readModels(ctx context.Context, log *step.Log) error {
	generator, unable := b.tool.Generator()
	if unable != nil {
		log.Skipped(unable.Error())
		return nil
	}
	operations, err := generator.Autogenerate(ctx, b.tool.Database(b.server))
	if none := migrations.WithoutModels(err); none != nil {
		log.Done("nothing to compare: " + none.Error())
		return nil
	}
	if err != nil {
		return tool.ComparedFailure(err, b.from.Name)
	}
	b.Noise = operations
	log.Done(report.Count(len(operations), "difference") + " from before the branch")
	return b.readFirst(ctx, generator)
}

// copy stops the server and copies its data, for the image.
func (b *build) copy(ctx context.Context, _ *step.Log) error {
	if b.keptEmpty != nil {
		if err := b.keptEmpty(); err != nil {
			return err
		}
	}
	meta := b.meta(b.seededTag(), b.Inputs)
	meta.Line, meta.Upgraded = b.Line, b.Upgraded
	history, err := b.tool.History(ctx)
	if err != nil {
		return err
	}
	meta.Head = history.Heads()
	for _, op := range b.Noise {
		raw, err := json.Marshal(op)
		if err != nil {
			return err
		}
		meta.Noise = append(meta.Noise, raw)
	}
	if meta.Baselines, err = b.baselines(ctx); err != nil {
		return err
	}
	if err := b.setFirst(&meta); err != nil {
		return err
	}
	if err := b.tool.Close(ctx); err != nil {
		return err
	}
	copied, err := b.server.Copy(ctx, meta, b.copyOptions())
	if err != nil {
		return err
	}
	b.Seeded = database.Image{Ref: b.SeededRef(), Meta: copied.Meta()}
	b.pending = &pendingImage{copied: copied, done: make(chan struct{})}
	return nil
}

// baselines returns the base's own results of checks that making the base has not shown yet: a base from a dump has
// not shown that its history runs on an empty database. They do not depend on this run's flags, since later runs use
// other ones.
func (b *build) baselines(ctx context.Context) (map[string]json.RawMessage, error) {
	models, err := b.compareModels(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]json.RawMessage{catalogBaseline: models}
	if b.project.Seed.Dump == "" {
		return known, nil
	}
	err = b.withEmptyClone(ctx, func(server *database.Server) error {
		_, err := b.tool.Upgrade(ctx, b.tool.Database(server), migrations.Heads())
		return err
	})
	var failure *migrations.Failure
	if !errors.As(err, &failure) || failure.Unanswered() {
		return known, err
	}
	known[scratchBaseline], err = json.Marshal(failure)
	return known, err
}

// scratchBaseline is the check whose baseline a base from a dump contains.
const scratchBaseline = "apply.scratch"

// ScratchBaseline returns the base's own failure on an empty database, nil if there was none.
func (b *Base) ScratchBaseline() (*migrations.Failure, error) {
	raw, ok := b.Seeded.Meta.Baselines[scratchBaseline]
	if !ok {
		return nil, nil
	}
	var failure migrations.Failure
	if err := json.Unmarshal(raw, &failure); err != nil {
		return nil, fmt.Errorf("read the base image's metadata: %w", err)
	}
	return &failure, nil
}
