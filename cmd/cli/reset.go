package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"devenv/devenv"
)

const resetLong = `Replaces the data of your own database, the one that docker compose up runs: by the base branch's data at
your branch's head, by the base's as it is (--to base), or by an empty database (--to empty). What uses the
database is stopped meanwhile and started again. What was there is kept beside it, in the same volume or
directory: devenv undo, or devenv snapshot restore, brings it back. Interrupted or killed at any moment, the
data is as before or complete, at the latest once devenv up, reset, undo or doctor --fix has run.

Exit status: 0 done, 1 it could not be done, 2 wrong flags or configuration, 3 the branch's migrations do
not apply to the base's data, 130 interrupted.`

// reset is the command that replaces the user's own data.
func (a *app) reset() *cobra.Command {
	var o devenv.ResetOptions
	to := string(devenv.ResetToBranch)
	c := &cobra.Command{
		Use:     "reset",
		Short:   "Give your own database fresh data, and keep what it held",
		Long:    resetLong,
		Example: "  devenv reset\n  devenv reset --to base --yes\n  devenv reset --dry-run",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			switch o.To = devenv.ResetTo(to); o.To {
			case devenv.ResetToBranch, devenv.ResetToBase, devenv.ResetToEmpty:
			default:
				return usage(c, "--to is one of branch, base and empty, but got %q", to)
			}
			return a.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				list, err := devenv.Reset(ctx, o)
				return listed(c, list, exchangedLine, "nothing to replace"), err
			})
		},
	}
	c.Flags().StringVar(&to, "to", to, "what to put the database at: branch, base or empty")
	c.Flags().StringVar(&o.Base, "base", "", "base `branch`, instead of the configuration's")
	completeBase(c)
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would happen")
	complete(c, "to", []string{"branch", "base", "empty"})
	return c
}

// exchangedLine says for people what became of the user's own data.
func exchangedLine(item any) any {
	i, ok := item.(devenv.ResetItem)
	if !ok {
		return undoLine(item)
	}
	if i.DryRun {
		return fmt.Sprintf("would replace the data of %s in %s by: %s", i.Service, i.Location, i.To)
	}
	line := fmt.Sprintf("the data of %s in %s is now: %s", i.Service, i.Location, i.To)
	switch {
	case i.Snapshot == "":
	case i.Undoes:
		line += "\nwhat was there is kept beside it: devenv snapshot restore " + i.Snapshot
	default:
		line += "\nwhat was there is kept beside it: devenv undo, or devenv snapshot restore " + i.Snapshot
	}
	return line
}
