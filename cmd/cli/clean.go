package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/report"
)

const cleanLong = `Removes what devenv made and no longer needs, and says how much that frees: containers, networks and
volumes that interrupted runs left behind, the private trees, images of bases and builds that nothing used for
some days, and snapshots as old that devenv took by itself before it replaced data. Snapshots with a name of
yours stay; --snapshots removes them, too, and asks before. --dry-run only says what would be removed.

Exit status: 0 done, 1 it could not be done, 2 wrong flags or nobody to ask, 130 interrupted.`

// clean is the command that removes what devenv made.
func (a *app) clean() *cobra.Command {
	var o devenv.CleanOptions
	c := &cobra.Command{
		Use:     "clean",
		Short:   "Remove what devenv made and no longer needs",
		Long:    cleanLong,
		Example: "  devenv clean --dry-run\n  devenv clean --days 2\n  devenv clean --bases",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.Days < 1 {
				return usage(c, "--days %d: it takes a number from 1; --bases removes what was used lately as well", o.Days)
			}
			return a.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				list, err := devenv.Clean(ctx, o)
				out := listed(c, list, cleanLine, "nothing to remove")
				return withTotal(out, o.DryRun), err
			})
		},
	}
	c.Flags().IntVar(&o.Days, "days", devenv.DefaultCleanDays, "keep what was used in as many days")
	c.Flags().BoolVar(&o.Bases, "bases", false, "remove the images of bases and builds that were used lately as well")
	c.Flags().BoolVar(&o.Snapshots, "snapshots", false, "remove the snapshots that have a name as well, of every repository")
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would be removed")
	return c
}

// cleanLine is one item for people.
func cleanLine(item any) any {
	i, ok := item.(devenv.CleanItem)
	if !ok {
		return item
	}
	line := fmt.Sprintf("%s %-9s %s", verb(i.DryRun), i.Kind, i.Name)
	if i.Bytes > 0 {
		line += "  " + report.Size(i.Bytes)
	}
	if i.Why != "" {
		line += "  (" + i.Why + ")"
	}
	return line
}

func verb(dryRun bool) string {
	if dryRun {
		return "would remove"
	}
	return "removed"
}

// withTotal adds a line that says how much the removal of a list frees.
func withTotal(list items, dryRun bool) items {
	var total int64
	for _, item := range list.Items.Items {
		if i, ok := item.(devenv.CleanItem); ok {
			total += i.Bytes
		}
	}
	freed := "that freed"
	if dryRun {
		freed = "that would free"
	}
	if total > 0 {
		list.lines = append(list.lines, freed+" at least "+report.Size(total))
	}
	return list
}

// listed is a command's list with its lines for people; a command that failed early has none.
func listed(c *cobra.Command, list *report.Items, line func(any) any, none string) items {
	if list == nil {
		list = report.NewItems(nameOf(c))
	}
	out := items{Items: list, none: none}
	for _, item := range list.Items {
		out.lines = append(out.lines, line(item))
	}
	return out
}
