package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/report"
)

const cleanLong = `Removes what devenv made: containers, networks and volumes that interrupted runs left behind, and the
private trees. --bases removes the database images as well; the next run makes them anew.

Exit status: 0 done, 1 it could not be done, 2 wrong flags, 130 interrupted.`

// clean is the command that removes what devenv made.
func (a *app) clean() *cobra.Command {
	var o devenv.CleanOptions
	c := &cobra.Command{
		Use:     "clean",
		Short:   "Remove what devenv made",
		Long:    cleanLong,
		Example: "  devenv clean --dry-run\n  devenv clean --bases",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				list, err := devenv.Clean(ctx, o)
				return listed(c, list, cleanLine, "nothing to remove"), err
			})
		},
	}
	c.Flags().BoolVar(&o.Bases, "bases", false, "remove the images of bases and builds as well")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would be removed")
	return c
}

// cleanLine is one item for people.
func cleanLine(item any) any {
	i, ok := item.(devenv.CleanItem)
	if !ok {
		return item
	}
	line := fmt.Sprintf("%-9s %s", i.Kind, i.Name)
	if i.Bytes > 0 {
		line += fmt.Sprintf("  %d MB", i.Bytes/1_000_000)
	}
	return line
}

// listed is a command's list with its lines for people; a command that failed early has none.
func listed(c *cobra.Command, list *report.Items, line func(any) any, none string) outcome {
	if list == nil {
		list = report.NewItems(nameOf(c))
	}
	out := items{Items: list, none: none}
	for _, item := range list.Items {
		out.lines = append(out.lines, line(item))
	}
	return out
}
