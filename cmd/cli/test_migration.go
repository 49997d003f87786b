package cli

import (
	"context"

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
					of := func(r *devenv.Result) migration { return migrationOf(r, false, chosen.strict) }
					o.Options, o.Concluded = common, a.concluded(of)
					result, err := devenv.TestMigration(ctx, o)
					return of(result), err
				})
			}
			if !watch {
				return prove(c.Context())
			}
			o.Standby = &devenv.Standby{}
			return a.watch(c.Context(), o.Standby, nil, prove)
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
