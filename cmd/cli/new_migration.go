package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/report"
)

const newMigrationName = "new-migration"

const newMigrationLong = `Makes the branch's migration with the project's own migration tool, against a database as the base branch
leaves it; tests it on that data, forwards and back; and writes it into the working tree, even if a check
failed. "devenv undo" reverts it.

The working tree is used as it is, including uncommitted files. Revisions that the branch already has are
replaced, kept, or left below an empty one; without a flag devenv asks. With --watch it writes nothing until
Enter is pressed, and asks nothing: what may be a rename is reported.
` + exitHelp

// newMigration returns the command that makes the branch's migration.
func (a *app) newMigration() *cobra.Command {
	var o devenv.NewMigrationOptions
	var chosen selection
	var keep, replace, empty, watch bool
	c := &cobra.Command{
		Use:   newMigrationName + " MESSAGE",
		Short: "Make, test and write the branch's migration",
		Long:  newMigrationLong,
		Example: "  devenv new-migration \"Add badges\"\n  devenv new-migration --replace --strict \"Add badges\"\n  devenv new-migration " +
			"--dry-run \"Add badges\" > badges.py",
		Args: oneMessage,
		PreRunE: func(c *cobra.Command, _ []string) error {
			return errors.Join(exclusive(c, "replace", "keep", "empty"), exclusive(c, "no-verify", "only"), exclusive(c, "watch", "dry-run"))
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.Message, o.Only, o.Skip, o.Strict = args[0], chosen.only, chosen.skip, chosen.strict
			o.Mode = modeOf(keep, replace, empty)
			if watch {
				return a.watchNew(c.Context(), o, chosen.strict)
			}
			return a.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				of := func(r *devenv.Result) migration { return migrationOf(r, o.DryRun, chosen.strict) }
				o.Options, o.Concluded = common, a.concluded(of)
				result, err := devenv.NewMigration(ctx, o)
				return of(result), err
			})
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	flags := c.Flags()
	flags.BoolVar(&replace, "replace", false, "replace the branch's own revisions with one new revision")
	flags.BoolVar(&keep, "keep", false, "keep the branch's own revisions and add one on top")
	flags.BoolVar(&empty, "empty", false, "make a revision without operations, for you to write")
	flags.StringVar(&o.Base, "base", "", "`branch`, tag or commit that the work will merge into")
	completeBase(c)
	flags.BoolVar(&o.NoVerify, "no-verify", false, "run no checks")
	flags.BoolVar(&o.DryRun, "dry-run", false, "write the file to standard output and change nothing")
	flags.BoolVar(&watch, "watch", false, "make and test it again after every change; Enter writes it")
	chosen.add(c)
	addParallelRuns(c, &o.ParallelRuns)
	addTimings(c, &o.Timings)
	c.MarkFlagsMutuallyExclusive("replace", "keep", "empty")
	c.MarkFlagsMutuallyExclusive("no-verify", "only")
	return c
}

// oneMessage refuses a missing message, and one without quotes.
func oneMessage(_ *cobra.Command, args []string) error {
	const hint = `say what the migration does, in quotes: devenv new-migration "Add badges"`
	switch len(args) {
	case 0:
		return report.Fail(report.KindUsage, hint, "the message is missing")
	case 1:
		return nil
	default:
		return report.Fail(report.KindUsage, hint, "the message must be one argument, but there are %d", len(args))
	}
}

// modeOf returns the mode that the exclusive flags select.
func modeOf(keep, replace, empty bool) devenv.Mode {
	switch {
	case keep:
		return devenv.ModeKeep
	case replace:
		return devenv.ModeReplace
	case empty:
		return devenv.ModeEmpty
	default:
		return devenv.ModeAsk
	}
}
