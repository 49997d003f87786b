package base

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/discover"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// seed fills the database: by the backend's own start, or by the migrations and what the configuration names.
func (b *build) seed(ctx context.Context, log *step.Log) (err error) {
	b.keepEmpty(ctx)
	if err := b.stack.StartAll(ctx, b.project.Needs); err != nil {
		return err
	}
	if err := b.Workspace.Engine.ConnectNetwork(ctx, b.tool.Network, b.server.ID, b.Settings.Hosts); err != nil {
		return err
	}
	if err := b.findDatabase(ctx); err != nil {
		return err
	}
	seed := b.project.Seed
	if seed.Dump != "" && b.earlier == nil {
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
	case b.earlier != nil: // its rows are there
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

// startTool starts the migration tool, which needs no server for that.
func (b *build) startTool(ctx context.Context, log *step.Log) (err error) {
	if b.tool, err = tool.Start(ctx, b.Checkout, b.toolName(), b.project.Migrations, b.Settings.Hosts, log); err != nil {
		return b.explainLent(err)
	}
	log.Done(b.tool.About())
	return nil
}

// toolName returns the part of the name of the migration tool's container and network.
func (b *build) toolName() string {
	if b.earlier != nil {
		return "upgrade-tool"
	}
	return "base-tool"
}

// findDatabase makes the database in the project's own URL the one that is filled, read and compared: an init script
// may have created it beside the service's. If the migration tool cannot tell yet, because env.py needs what the seed
// provides, it is asked again at the end. A dump may contain what env.py creates when it is asked, such as a schema, so
// it is restored as if nobody had asked.
func (b *build) findDatabase(ctx context.Context) error {
	if err := b.server.RefreshAddresses(ctx); err != nil { // it has joined the tool's network
		return err
	}
	ask := func() error {
		if current, err := b.tool.Applied(ctx, b.tool.Database(b.server)); err == nil {
			b.useDatabase(current)
		}
		return ctx.Err()
	}
	if b.project.Seed.Dump == "" {
		return ask()
	}
	return b.server.Unchanged(ctx, ask)
}

// useDatabase makes the database with the version table the one that is read.
func (b *build) useDatabase(current migrations.Applied) {
	if current.Database != "" {
		b.Settings.Database = current.Database
		b.server.UseDatabase(current.Database)
	}
}

// migratesItself reports whether starting the backend or a one-shot service migrates the database.
func (b *build) migratesItself() bool {
	return b.project.Seed.BackendMigrates || slices.ContainsFunc(oneShots(b.project, b.Model),
		func(o discover.OneShot) bool { return o.Migrates })
}

// upgrade runs the base's migrations.
func (b *build) upgrade(ctx context.Context, log *step.Log) error {
	log.Line("running the base's migrations")
	_, err := b.tool.Upgrade(ctx, b.tool.Database(b.server), migrations.Heads())
	var failure *migrations.Failure
	if errors.As(err, &failure) {
		hint := historyHint(failure)
		if !failure.Unanswered() {
			hint = b.mendIt(hint)
		}
		return report.Fail(report.KindWork, hint, "run the base's migrations: %w", err).WithOutput(failure.Traceback)
	}
	return err
}

// runOneShots runs the one-shot services to completion.
func (b *build) runOneShots(ctx context.Context, log *step.Log) error {
	for _, o := range oneShots(b.project, b.Model) {
		log.Line("running " + o.Service)
		if err := b.stack.RunToEnd(ctx, o.Service); err != nil {
			return report.Fail(report.KindWork, cmp.Or(report.HintOf(err), b.mendIt(oneShotHint(o))), "seed the base: %w", err)
		}
	}
	return nil
}

// seedAtStartup starts the one-shot services and the backend as Compose would, waits until the backend is ready and the
// database still, and stops the backend.
func (b *build) seedAtStartup(ctx context.Context, log *step.Log) error {
	if err := b.runOneShots(ctx, log); err != nil || b.project.Backend == "" {
		return err
	}
	log.Line("starting " + b.project.Backend)
	ready := scratch.ReadyOf(b.project.Ready)
	if ready.Timeout == 0 {
		ready.Timeout = seedTimeout
	}
	shown, err := b.stack.Start(ctx, b.project.Backend, ready)
	if err != nil {
		return report.Fail(report.KindWork, b.startHint(err), "seed the base: %w", err)
	}
	log.Line(fmt.Sprintf("%s is ready (%s)", b.project.Backend, shown.How))
	if err := b.settle(ctx, shown); err != nil {
		return err
	}
	return b.stack.Stop(ctx, b.project.Backend)
}

// seedTimeout is how long the backend's first start may take unless the configuration says otherwise: it creates all
// the data, which takes longer than any start on existing data.
const seedTimeout = 10 * time.Minute

// seedByCommand runs the configuration's command in a container of the migrations service.
func (b *build) seedByCommand(ctx context.Context, log *step.Log) error {
	var out bytes.Buffer
	code, err := b.Workspace.Engine.Exec(ctx, b.tool.Container, engine.ExecOptions{
		Cmd: []string{"sh", "-c", b.project.Seed.Run}, WorkDir: b.tool.Workdir, Stdout: &out, Stderr: &out,
		Env: environment(b.project.Migrations.Env),
	})
	if err != nil {
		return err
	}
	for _, line := range report.LastLines(out.String()) {
		log.Line(line)
	}
	if code != 0 {
		return report.Fail(report.KindWork, b.mendIt("correct what it runs, or seed: {run: …} in .devenv.yaml"),
			"seed the base: %q exited with status %d", b.project.Seed.Run, code).WithOutput(report.LastLines(out.String()))
	}
	return nil
}

// environment returns a map of variables in the form that exec needs.
func environment(variables map[string]string) []string {
	list := make([]string, 0, len(variables))
	for key, value := range variables {
		list = append(list, key+"="+value)
	}
	return list
}

// seedBySQL runs the configuration's SQL files.
func (b *build) seedBySQL(ctx context.Context) error {
	for _, written := range b.project.Seed.SQL {
		if err := b.feed(ctx, written, "psql", "-v", "ON_ERROR_STOP=1", "-q", "-X"); err != nil {
			return err
		}
	}
	return nil
}

// restoreDump restores a dump, plain or in one of pg_dump's archive formats.
func (b *build) restoreDump(ctx context.Context, written string) error {
	head := make([]byte, len(archiveMagic))
	f, err := os.Open(b.Workspace.Path(written))
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

// archiveMagic is the beginning of a dump in pg_dump's custom format.
const archiveMagic = "PGDMP"

// feed pipes one of the user's files into one of Postgres's programs in the database's container.
func (b *build) feed(ctx context.Context, written string, program ...string) error {
	f, err := os.Open(b.Workspace.Path(written))
	if err != nil {
		return report.Fail(report.KindUsage, "correct seed: in .devenv.yaml", "seed the base: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read from
	var out bytes.Buffer
	args := append(slices.Clone(program), "-U", b.Settings.User, "-d", b.Settings.Database)
	code, err := b.Workspace.Engine.Exec(ctx, b.server.ID, engine.ExecOptions{Cmd: args, Stdin: f, Stdout: &out, Stderr: &out})
	if err != nil {
		return err
	}
	if code != 0 {
		return report.Fail(report.KindWork, "correct the file, or seed: in .devenv.yaml", "seed the base: %s %s exited with status %d",
			program[0], filepath.Base(written), code).WithOutput(report.LastLines(out.String()))
	}
	return nil
}
