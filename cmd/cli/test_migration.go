package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/devenv"
)

const testMigrationName = "test-migration"

const testMigrationLong = `Proves the revisions that the branch has, as they are: the checks of new-migration, without making a
revision or writing any file.
` + exitHelp

// testMigration is the command that proves the branch's revisions as they are.
func (a *app) testMigration() *cobra.Command {
	var o devenv.TestMigrationOptions
	var chosen selection
	c := &cobra.Command{
		Use:     testMigrationName,
		Short:   "Prove the branch's migrations as they are",
		Long:    testMigrationLong,
		Example: "  devenv test-migration\n  devenv test-migration --only 'apply.*' --strict\n  devenv --format json test-migration",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			o.Only, o.Skip = chosen.only, chosen.skip
			return a.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				result, err := devenv.TestMigration(ctx, o)
				return migrationOf(result, false, chosen.strict), err
			})
		},
	}
	c.Flags().StringVar(&o.Base, "base", "", "`branch` that the work will merge into")
	completeBase(c)
	chosen.add(c)
	return c
}
