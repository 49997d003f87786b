package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"devenv/devenv"
)

const undoLong = `Takes back what the last new-migration, reset or snapshot restore did; run again, the one before it.
First it says which command that was, and when. For new-migration, it removes the new revision and brings
back the files that were set aside. If files were edited since, it does nothing; --force takes them back
too, and keeps copies. For the others, it brings back the data they replaced, and keeps the current data
next to it; it asks first on a terminal, and needs --yes elsewhere.

Exit status: 0 done, 1 failed, 2 wrong flags, nothing to take back or nobody to ask, 130 interrupted.`

// undo returns the command that takes back the last delivery or exchange.
func (a *app) undo() *cobra.Command {
	var o devenv.UndoOptions
	c := &cobra.Command{
		Use:     "undo",
		Short:   "Take back what the last command did",
		Long:    undoLong,
		Example: "  devenv undo --dry-run\n  devenv undo",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				list, err := devenv.Undo(ctx, o)
				return listed(c, list, exchangedLine, "nothing to take back"), err
			})
		},
	}
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "replace data without asking")
	c.Flags().BoolVar(&o.Force, "force", false, "also take back files that were edited since, or made on another branch")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would be taken back")
	return c
}

// undoLine returns one item in plain text.
func undoLine(item any) any {
	i, ok := item.(devenv.UndoItem)
	if !ok {
		return item
	}
	line := fmt.Sprintf("%-9s%s  (of %s)", i.Action, i.Path, i.Of)
	if i.DryRun {
		line = "would be " + line
	}
	if i.Kept != "" {
		line += "; your edits are kept in " + i.Kept
	}
	return line
}
