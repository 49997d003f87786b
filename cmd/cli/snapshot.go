package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/report"
)

const snapshotLong = `Saves your own database, the whole cluster with its roles and other databases, as an image on the engine,
and restores it. All worktrees of the repository share their snapshots.

Exit status: 0 done, 1 failed, 2 wrong flags or name, 130 interrupted.`

// snapshotCommands are the commands on snapshots.
type snapshotCommands struct{ *app }

// group returns their parent command.
func (s snapshotCommands) group() *cobra.Command {
	c := &cobra.Command{
		Use:     "snapshot",
		Short:   "Save and restore your own database",
		Long:    snapshotLong,
		Example: "  devenv snapshot save before-rename\n  devenv snapshot restore before-rename",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(c, "there is no command %q", "snapshot "+args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(s.save(), s.restore(), s.list(), s.remove(), s.push(), s.pull())
	return c
}

const saveLong = `Saves your own database as a snapshot. A running database is stopped while its files are copied, and
started again before the image is made; devenv prints how long it was stopped. The default name is the
time. Like any image that no container uses, a snapshot goes with docker system prune -a and docker image
prune -a; devenv snapshot push keeps it elsewhere. What reset and restore keep is with the data, not there.

Exit status: 0 done, 1 failed, 2 wrong flags or name, 130 interrupted.`

func (s snapshotCommands) save() *cobra.Command {
	var o devenv.SnapshotOptions
	c := &cobra.Command{
		Use: "save [NAME]", Short: "Save your own database", Long: saveLong,
		Example: "  devenv snapshot save before-rename",
		Args:    atMost(1, "name"),
		RunE: func(c *cobra.Command, args []string) error {
			return s.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options, o.Name = common, append(args, "")[0]
				list, err := devenv.SaveSnapshot(ctx, o)
				return snapshots(c, list, "nothing saved"), err
			})
		},
	}
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would be done")
	return c
}

const restoreLong = `Replaces your own data with a snapshot's, and keeps yours next to it. What uses the database is stopped
meanwhile and started again. Data of another major version of Postgres is refused before anything is
touched.

Exit status: 0 done, 1 failed, 2 wrong flags or name, 130 interrupted.`

func (s snapshotCommands) restore() *cobra.Command {
	var o devenv.SnapshotOptions
	c := &cobra.Command{
		Use: "restore NAME", Short: "Restore a snapshot", Long: restoreLong,
		Example: "  devenv snapshot restore before-rename --yes",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(c, "restore takes the name of one snapshot")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return s.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options, o.Name = common, args[0]
				list, err := devenv.RestoreSnapshot(ctx, o)
				return listed(c, list, exchangedLine, "nothing restored"), err
			})
		},
		ValidArgsFunction: s.names,
	}
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would be done")
	return c
}

const listLong = `Lists the repository's snapshots: name, size, age, revision and branch.

Exit status: 0 done, 1 failed, 2 wrong flags, 130 interrupted.`

func (s snapshotCommands) list() *cobra.Command {
	var o devenv.SnapshotOptions
	return &cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "List the snapshots", Long: listLong,
		Example: "  devenv snapshot list",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				list, err := devenv.ListSnapshots(ctx, o)
				return snapshots(c, list, "there are no snapshots; to save one: devenv snapshot save"), err
			})
		},
	}
}

const removeLong = `Removes snapshots with their data, after a question; without a terminal it needs --yes.

Exit status: 0 done, 1 failed, 2 wrong flags or name, or nobody to ask, 130 interrupted.`

func (s snapshotCommands) remove() *cobra.Command {
	var o devenv.SnapshotOptions
	c := &cobra.Command{
		Use: "remove NAME…", Aliases: []string{"rm"}, Short: "Remove snapshots", Long: removeLong,
		Example: "  devenv snapshot remove before-rename",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(c, "remove takes the names of the snapshots")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return s.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				list, err := devenv.RemoveSnapshots(ctx, o, args)
				return listed(c, list, removedLine, "nothing removed"), err
			})
		},
		ValidArgsFunction: s.names,
	}
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only list what would be removed")
	return c
}

// atMost rejects more than n arguments.
func atMost(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n {
			return usage(c, "%s takes one %s, but got %d arguments", c.Name(), what, len(args))
		}
		return nil
	}
}

// names offers the repository's snapshots in shell completion.
func (s snapshotCommands) names(c *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	o := devenv.SnapshotOptions{Options: devenv.Options{Host: s.global.host, Context: s.global.context}}
	list, err := devenv.ListSnapshots(c.Context(), o)
	if err != nil || len(given) > 0 && c.Name() != "remove" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, item := range list.Items {
		if i, ok := item.(devenv.SnapshotItem); ok {
			names = append(names, i.Name)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// snapshots returns a list of snapshots in columns.
func snapshots(c *cobra.Command, list *report.Items, none string) outcome {
	return listed(c, list, snapshotLine, none)
}

// snapshotLine returns one snapshot in plain text: name, size, age, revision, branch.
func snapshotLine(item any) any {
	i, ok := item.(devenv.SnapshotItem)
	if !ok {
		return item
	}
	revision := strings.Join(i.Revisions, " ")
	if revision == "" {
		revision = "revision unknown"
	}
	line := fmt.Sprintf("%-24s %8s  %-12s %-16s %s", i.Name, report.Size(i.Bytes), age(time.Since(i.Created)), revision, i.Branch)
	switch {
	case i.DryRun:
		line = "would save " + line
	case i.StoppedMS > 0:
		line += fmt.Sprintf("\nthe database was stopped for %.1f s", float64(i.StoppedMS)/1000)
	case i.Automatic != "":
		line += "  (before devenv " + i.Automatic + ")"
	}
	return line
}

// removedLine returns one snapshot that was removed, or would be.
func removedLine(item any) any {
	i, ok := item.(devenv.SnapshotItem)
	if !ok {
		return item
	}
	return verb(i.DryRun) + " " + i.Name
}

// age returns how long ago something was, in plain words.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days ago", int(d.Hours()/24))
	}
}
