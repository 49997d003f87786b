package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/report"
)

const cleanLong = `Removes what devenv made and no longer needs, and prints how much that frees: containers, networks and
volumes of interrupted runs, the private trees, images of bases and builds that were not used for some
days, and images of that age with data that a command replaced. What reset and restore keep next to the
data stays, and so do snapshots that you named; --snapshots removes those too, after a question. --dry-run
only lists what would be removed.

Exit status: 0 done, 1 failed, 2 wrong flags or nobody to ask, 130 interrupted.`

// clean returns the command that removes what devenv made.
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
				return usage(c, "--days %d: the number must be at least 1; --bases also removes what was used recently", o.Days)
			}
			return a.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				list, err := devenv.Clean(ctx, o)
				out := listed(c, list, cleanLine, "nothing to remove")
				return withTotal(out, o.DryRun), err
			})
		},
	}
	c.Flags().IntVar(&o.Days, "days", devenv.DefaultCleanDays, "keep what was used in this many days")
	c.Flags().BoolVar(&o.Bases, "bases", false, "also remove recently used images of bases and builds")
	c.Flags().BoolVar(&o.Snapshots, "snapshots", false, "also remove named snapshots, of every repository")
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only list what would be removed")
	return c
}

// cleanLine returns one item in plain text.
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

// withTotal adds a line with how much removing the list frees.
func withTotal(list items, dryRun bool) items {
	var total int64
	for _, item := range list.Items.Items {
		if i, ok := item.(devenv.CleanItem); ok {
			total += i.Bytes
		}
	}
	freed := "freed"
	if dryRun {
		freed = "would free"
	}
	if total > 0 {
		list.lines = append(list.lines, freed+" at least "+report.Size(total))
	}
	return list
}

// listed returns a command's list with its lines of text; a command that failed early has no list.
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
