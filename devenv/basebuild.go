package devenv

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/report"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

// seedStack is the part of the name of the stack in which a base is made.
const seedStack = "seed"

// baseBuild is the making of a base image: the server that Compose made of the service's own definition, and the base's
// services beside it.
type baseBuild struct {
	*base
	run    *run
	stack  *stack
	server *database.Server
	tool   *tool
}

// buildBase makes the base's images. Nothing is tagged before everything has succeeded.
func (r *run) buildBase(ctx context.Context, log *stepLog) error {
	b := &baseBuild{base: r.base, run: r}
	return r.sequence(ctx,
		step{"base: images", b.bringImages},
		step{"base: start postgres", b.startServer},
		step{"base: migrate and seed", b.seed},
		step{"base: compare with the models", b.readModels},
		step{"base: keep", b.keep},
	)
}

// services are all that run while the base is made, the database included.
func (b *baseBuild) services() []string {
	services := append([]string{b.project.Database}, b.run.stackServices(b.side, b.project.Migrations.Service)...)
	for _, o := range b.project.OneShots {
		if !slices.Contains(services, o.Service) {
			services = append(services, o.Service)
		}
	}
	return services
}

// bringImages prepares the tree and builds or pulls the images.
func (b *baseBuild) bringImages(ctx context.Context, log *stepLog) error {
	if err := b.prepare(ctx, log); err != nil {
		return err
	}
	return b.ensureImages(ctx, b.services(), log)
}

// startServer lets Compose make the stack, starts its database with the data in the container's own layer, and keeps
// the state after the init scripts.
func (b *baseBuild) startServer(ctx context.Context, log *stepLog) (err error) {
	image, err := b.imageFor(ctx)
	if err != nil {
		return err
	}
	b.stack, err = newStack(ctx, b.side, seedStack, b.services(), func(p *types.Project) error {
		return database.Relocate(p, b.project.Database, image)
	})
	if err != nil {
		return err
	}
	id := b.stack.containers[b.project.Database]
	if b.server, err = database.StartFirst(ctx, b.place.engine, id, b.settings); err != nil {
		return err
	}
	if err := b.server.Tune(ctx); err != nil {
		return err
	}
	if b.empty, err = b.server.CommitBase(ctx, b.emptyRef(), b.meta()); err != nil {
		return err
	}
	b.server, err = database.StartFirst(ctx, b.place.engine, id, b.settings)
	return err
}

// imageFor is the image of the database service, as it is on the engine.
func (b *baseBuild) imageFor(ctx context.Context) (engine.Image, error) {
	ref := b.imageOf(b.project.Database)
	if ref == "" {
		ref = b.model.Services[b.project.Database].Image
	}
	image, ok, err := b.place.engine.ImageInspect(ctx, ref)
	if err == nil && !ok {
		err = fmt.Errorf("find the database's image %s: it is gone", ref)
	}
	return image, err
}

// seed fills the database: by the backend's own start, or by the migrations and what the configuration names.
func (b *baseBuild) seed(ctx context.Context, log *stepLog) (err error) {
	if err := b.stack.startAll(ctx, b.project.Needs); err != nil {
		return err
	}
	if b.tool, err = startTool(ctx, b.side, "base-tool", b.project.Migrations, b.settings.Hosts, log); err != nil {
		return err
	}
	if err := b.place.engine.ConnectNetwork(ctx, b.tool.stack.network, b.server.ID, nil); err != nil {
		return err
	}
	seed := b.project.Seed
	if seed.Dump != "" {
		if err := b.restoreDump(ctx, seed.Dump); err != nil {
			return err
		}
	}
	if !seed.AtStartup() || !b.migratesItself() {
		if err := b.upgrade(ctx, log); err != nil {
			return err
		}
	}
	switch {
	case seed.AtStartup():
		err = b.seedAtStartup(ctx, log)
	case seed.Run != "":
		err = b.seedByCommand(ctx, log)
	case len(seed.SQL) > 0:
		err = b.seedBySQL(ctx)
	}
	if err != nil {
		return err
	}
	return b.atHead(ctx, log)
}

// migratesItself says that starting the backend or a one-shot service migrates the database.
func (b *baseBuild) migratesItself() bool {
	return b.project.Seed.BackendMigrates || slices.ContainsFunc(b.project.OneShots, func(o discover.OneShot) bool { return o.Migrates })
}

// upgrade runs the base's migrations.
func (b *baseBuild) upgrade(ctx context.Context, log *stepLog) error {
	log.line("running the base's migrations")
	_, err := b.tool.Upgrade(ctx, b.tool.database(b.server), "heads", alembic.MoveOptions{})
	var failure *migrations.Failure
	if errors.As(err, &failure) {
		return report.Fail(report.KindWork,
			"if its history does not run from empty, start from a dump, in .devenv.yaml:\n    seed: {dump: path/to/dump.sql}",
			"run the base's migrations: %w", err).WithOutput(failure.Traceback)
	}
	return err
}

// seedAtStartup starts the one-shot services and the backend as Compose would, waits until the backend is ready, lets its
// background jobs run as long as the configuration says, and stops it.
func (b *baseBuild) seedAtStartup(ctx context.Context, log *stepLog) error {
	for _, o := range b.project.OneShots {
		log.line("running " + o.Service)
		if err := b.stack.runToEnd(ctx, o.Service); err != nil {
			return err
		}
	}
	if b.project.Backend == "" {
		return nil
	}
	log.line("starting " + b.project.Backend)
	readiness, err := b.stack.start(ctx, b.project.Backend, b.run.ready())
	if err != nil {
		return report.Fail(report.KindWork, report.HintOf(err), "seed the base: %w", err)
	}
	log.line(fmt.Sprintf("%s is ready (%s)", b.project.Backend, readiness.How))
	if err := settle(ctx, b.project.Seed.Settle); err != nil {
		return err
	}
	return b.stack.stop(ctx, b.project.Backend)
}

// settle waits for the backend's background jobs.
func settle(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// seedByCommand runs the configuration's command in a container of the migrations service.
func (b *baseBuild) seedByCommand(ctx context.Context, log *stepLog) error {
	var out bytes.Buffer
	code, err := b.place.engine.Exec(ctx, b.tool.container, engine.ExecOptions{
		Cmd: []string{"sh", "-c", b.project.Seed.Run}, WorkDir: b.tool.workdir, Stdout: &out, Stderr: &out,
		Env: environment(b.project.Migrations.Env),
	})
	if err != nil {
		return err
	}
	for _, line := range lastLines(out.String()) {
		log.line(line)
	}
	if code != 0 {
		return report.Fail(report.KindWork, "correct seed: {run: …} in .devenv.yaml",
			"seed the base: %q ended with exit status %d", b.project.Seed.Run, code).WithOutput(lastLines(out.String()))
	}
	return nil
}

// environment is a map of variables as an exec takes them.
func environment(variables map[string]string) []string {
	list := make([]string, 0, len(variables))
	for key, value := range variables {
		list = append(list, key+"="+value)
	}
	return list
}

// seedBySQL runs the configuration's SQL files.
func (b *baseBuild) seedBySQL(ctx context.Context) error {
	for _, written := range b.project.Seed.SQL {
		if err := b.feed(ctx, written, "psql", "-v", "ON_ERROR_STOP=1", "-q", "-X"); err != nil {
			return err
		}
	}
	return nil
}

// restoreDump restores a dump, plain or in pg_dump's archive formats.
func (b *baseBuild) restoreDump(ctx context.Context, written string) error {
	head := make([]byte, len(archiveMagic))
	f, err := os.Open(b.seedPath(written))
	if err != nil {
		return report.Fail(report.KindUsage, "correct seed: {dump: …} in .devenv.yaml", "read the dump: %w", err)
	}
	n, _ := f.Read(head)
	if err := f.Close(); err != nil {
		return err
	}
	if string(head[:n]) == archiveMagic {
		return b.feed(ctx, written, "pg_restore", "--no-owner", "--exit-on-error")
	}
	return b.feed(ctx, written, "psql", "-v", "ON_ERROR_STOP=1", "-q", "-X")
}

// archiveMagic begins a dump in pg_dump's custom format.
const archiveMagic = "PGDMP"

// feed pipes a file of the user's into one of Postgres's programs in the database's container.
func (b *baseBuild) feed(ctx context.Context, written string, program ...string) error {
	f, err := os.Open(b.seedPath(written))
	if err != nil {
		return report.Fail(report.KindUsage, "correct seed: in .devenv.yaml", "seed the base: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read from
	var out bytes.Buffer
	args := append(slices.Clone(program), "-U", b.settings.User, "-d", b.settings.Database)
	code, err := b.place.engine.Exec(ctx, b.server.ID, engine.ExecOptions{Cmd: args, Stdin: f, Stdout: &out, Stderr: &out})
	if err != nil {
		return err
	}
	if code != 0 {
		return report.Fail(report.KindWork, "correct the file, or seed: in .devenv.yaml", "seed the base: %s %s ended with exit status %d",
			program[0], filepath.Base(written), code).WithOutput(lastLines(out.String()))
	}
	return nil
}

// atHead makes sure that the base's database is at the base's head.
func (b *baseBuild) atHead(ctx context.Context, log *stepLog) error {
	history, err := b.tool.History(ctx)
	if err != nil {
		return err
	}
	current, err := b.tool.Current(ctx, b.tool.database(b.server))
	if err != nil {
		return err
	}
	if sameIDs(current.Heads, history.Heads()) {
		return nil
	}
	return b.upgrade(ctx, log)
}

// readModels runs autogenerate on the base with the base's models: what it finds is noise.
func (b *baseBuild) readModels(ctx context.Context, log *stepLog) error {
	operations, err := b.tool.Autogenerate(ctx, b.tool.database(b.server))
	if err != nil {
		return generatedFailure(err)
	}
	b.noise = operations
	log.done(count(len(operations), "difference") + " there before the branch")
	return nil
}

// keep stops the server and commits it as the base.
func (b *baseBuild) keep(ctx context.Context, _ *stepLog) error {
	meta := b.meta()
	history, err := b.tool.History(ctx)
	if err != nil {
		return err
	}
	meta.Head = history.Heads()
	for _, op := range b.noise {
		raw, err := json.Marshal(op)
		if err != nil {
			return err
		}
		meta.Noise = append(meta.Noise, raw)
	}
	if meta.Baselines, err = b.baselines(ctx); err != nil {
		return err
	}
	if err := b.tool.Close(ctx); err != nil {
		return err
	}
	b.seeded, err = b.server.CommitBase(ctx, b.seededRef(), meta)
	return err
}

// meta says what the base is made from.
func (b *baseBuild) meta() database.Meta {
	ref := b.run.baseRef
	return database.Meta{
		Key: b.key, Ref: ref.Ref, Commit: ref.Commit, Settings: b.settings, Created: time.Now(),
		Inputs: []string{"tree " + b.treeID, "Compose model", "database image", "configuration"},
	}
}

// baselines are the base's own answers that the making of the base has not given already: a base from a dump has not
// shown that its history runs from empty.
func (b *baseBuild) baselines(ctx context.Context) (map[string]json.RawMessage, error) {
	if b.project.Seed.Dump == "" || !b.run.selection.Wants(checks.TrialScratch) {
		return nil, nil
	}
	server, err := database.Clone(ctx, b.place.engine, database.CloneOptions{
		Image: b.empty, Labels: b.place.labels(), Networks: []database.NetworkAlias{{Name: b.tool.stack.network}}, Settings: b.settings,
	})
	if err != nil {
		return nil, err
	}
	_, err = b.tool.Upgrade(ctx, b.tool.database(server), "heads", alembic.MoveOptions{})
	var failure *migrations.Failure
	if !errors.As(err, &failure) {
		return nil, err
	}
	raw, err := json.Marshal(failure)
	return map[string]json.RawMessage{scratchBaseline: raw}, err
}

// scratchBaseline is the check whose baseline a base from a dump carries.
const scratchBaseline = "apply.scratch"

// scratchBaseline is the base's own failure from empty, nil when it has none.
func (b *base) scratchBaseline() (*migrations.Failure, error) {
	raw, ok := b.seeded.Meta.Baselines[scratchBaseline]
	if !ok {
		return nil, nil
	}
	var failure migrations.Failure
	if err := json.Unmarshal(raw, &failure); err != nil {
		return nil, fmt.Errorf("read the base image's metadata: %w", err)
	}
	return &failure, nil
}
