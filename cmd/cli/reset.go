package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"devenv/devenv"
)

const resetLong = `Replaces the data of your own database, the one that docker compose up runs: with the base branch's data
at your branch's head, with the base's as it is (--to base), or with an empty database (--to empty). What
uses the database is stopped meanwhile and started again; with --to empty it stays stopped, since it may
fill the database when it starts. The old data is kept next to the new, in the same volume or directory:
devenv undo, or devenv snapshot restore, brings it back. Even if it is interrupted or killed, the data is
either as before or complete, once devenv up, reset, undo or doctor --fix has run.

Exit status: 0 done, 1 failed, 2 wrong flags or configuration, 3 the branch's migrations do not apply to
the base's data, 130 interrupted.`

// reset returns the command that replaces the user's own data.
func (a *app) reset() *cobra.Command {
	var o devenv.ResetOptions
	to := string(devenv.ResetToBranch)
	c := &cobra.Command{
		Use:     "reset",
		Short:   "Give your own database fresh data, and keep the old",
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
	c.Flags().StringVar(&to, "to", to, "what to reset the database to: branch, base or empty")
	c.Flags().StringVar(&o.Base, "base", "", "base `branch`, tag or commit, overriding the configuration")
	completeBase(c)
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would be done")
	addParallelRuns(c, &o.ParallelRuns)
	complete(c, "to", []string{"branch", "base", "empty"})
	return c
}

// exchangedLine returns what became of the user's own data, in plain text.
func exchangedLine(item any) any {
	i, ok := item.(devenv.ResetItem)
	if !ok {
		return undoLine(item)
	}
	if i.DryRun && i.Empty {
		return fmt.Sprintf("would give %s data, in %s, where it has none yet: %s", i.Service, i.Location, i.To)
	}
	if i.DryRun {
		return fmt.Sprintf("would replace the data of %s in %s with: %s", i.Service, i.Location, i.To)
	}
	line := fmt.Sprintf("the data of %s in %s is now: %s", i.Service, i.Location, i.To)
	if len(i.Stopped) > 0 {
		line += fmt.Sprintf("\n%s stays stopped, since it may fill the database when it starts: devenv up", strings.Join(i.Stopped, ", "))
	}
	switch {
	case i.Snapshot == "":
	case i.Undoes:
		line += "\nthe old data is kept next to it: devenv snapshot restore " + i.Snapshot
	default:
		line += "\nthe old data is kept next to it: devenv undo, or devenv snapshot restore " + i.Snapshot
	}
	return line
}
