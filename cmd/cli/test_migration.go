package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"devenv/devenv"
)

const testMigrationName = "test-migration"

const testMigrationLong = `Tests the branch's revisions as they are: it runs the checks of new-migration, but makes no revision and
writes no file. With --watch it does so again whenever a file of the working tree or HEAD changes, until
it is interrupted.
` + exitHelp

// testMigration returns the command that tests the branch's revisions as they are.
func (a *app) testMigration() *cobra.Command {
	var o devenv.TestMigrationOptions
	var chosen selection
	var watch bool
	c := &cobra.Command{
		Use:   testMigrationName,
		Short: "Test the branch's migrations as they are",
		Long:  testMigrationLong,
		Example: "  devenv test-migration\n  devenv test-migration --only 'apply.*' --strict\n  devenv test-migration --watch\n  devenv " +
			"--format json test-migration",
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			o.Only, o.Skip, o.Strict = chosen.only, chosen.skip, chosen.strict
			prove := func(ctx context.Context) error {
				return a.run(ctx, func(ctx context.Context, common devenv.Options) (outcome, error) {
					o.Options, o.Concluded = common, a.concluded(false, chosen.strict)
					result, err := devenv.TestMigration(ctx, o)
					return migrationOf(result, false, chosen.strict), err
				})
			}
			if !watch {
				return prove(c.Context())
			}
			o.Standby = &devenv.Standby{}
			return a.watch(c.Context(), o.Standby, prove)
		},
	}
	c.Flags().StringVar(&o.Base, "base", "", "`branch`, tag or commit that the work will merge into")
	completeBase(c)
	c.Flags().BoolVar(&watch, "watch", false, "test again after every change, until interrupted")
	chosen.add(c)
	addParallelRuns(c, &o.ParallelRuns)
	addTimings(c, &o.Timings)
	return c
}

// watch runs a command and shows its result, and does so again after every change, until interrupted. Each run leaves
// what it can on standby for the next.
func (a *app) watch(ctx context.Context, standby *devenv.Standby, do func(context.Context) error) (err error) {
	defer func() { err = errors.Join(err, standby.Close(context.WithoutCancel(ctx))) }()
	return devenv.Watch(ctx, devenv.Options{}, func(ctx context.Context) error {
		err := do(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := a.writeOutcome(a.global.format, err); err != nil {
			return err
		}
		a.next()
		if err := writeText(a.streams.Err, "\nwaiting for a change; Ctrl-C stops\n\n"); err != nil {
			return err
		}
		standby.Prepare(ctx)
		return nil
	})
}
