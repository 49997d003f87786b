package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"devenv/devenv"
)

const undoLong = `Takes back what the last new-migration, reset or snapshot restore did, whichever came last; called again,
the one before. It says first what that is and when it was done. Of new-migration: the new revision goes, the
files it set aside come back; where files were edited since it does nothing, and --force takes them back as
well and keeps copies. Of the others: the data that they replaced comes back, and what is there now is kept
beside it; before that it asks on a terminal, and needs --yes elsewhere.

Exit status: 0 done, 1 it could not be done, 2 wrong flags, nothing to take back or nobody to ask, 130
interrupted.`

// undo is the command that takes the last delivery back.
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
	c.Flags().BoolVar(&o.Force, "force", false, "take back files that were edited since, or made on another branch, too")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would be taken back")
	return c
}

// undoLine is one item for people.
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
