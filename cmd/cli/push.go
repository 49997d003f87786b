package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/report"
)

const pushLong = `Pushes a snapshot to the registry that .devenv.yaml names; with --base, the base's images, which are made
first where they are not known: in CI, so that new-migration and test-migration pull the base elsewhere
instead of making it. A base holds the seed data, a snapshot all that your own server holds, neither the
database service's environment and what is mounted into it; that is said before a repository's first, which
asks on a terminal and needs --yes elsewhere. An image in which a secret of the Compose project is found is
not pushed. The credentials are those of docker login.

Exit status: 0 done, 1 it could not be done, 2 wrong flags or name, or no registry, 130 interrupted.`

// snapshotPush is the command that pushes a snapshot, or the base.
func (s snapshotCommands) push() *cobra.Command {
	var o devenv.SnapshotOptions
	var base bool
	c := &cobra.Command{
		Use: "push {NAME | --base}", Short: "Push a snapshot, or the base's images, to the registry", Long: pushLong,
		Example: "  devenv snapshot push before-rename\n  devenv snapshot push --base --yes",
		Args: func(c *cobra.Command, args []string) error {
			if base == (len(args) == 1) || len(args) > 1 {
				return usage(c, "say what to push: the name of one snapshot, or --base")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return s.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				push := func() (*report.Items, error) {
					return devenv.PushBase(ctx, devenv.PushOptions{Options: common, Yes: o.Yes, DryRun: o.DryRun})
				}
				if !base {
					o.Options, o.Name = common, args[0]
					push = func() (*report.Items, error) { return devenv.PushSnapshot(ctx, o) }
				}
				list, err := push()
				return listed(c, list, pushedLine, "nothing pushed"), err
			})
		},
		ValidArgsFunction: s.names,
	}
	c.Flags().BoolVar(&base, "base", false, "push the base's images")
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would be pushed")
	return c
}

const pullLong = `Brings a snapshot from the registry that .devenv.yaml names. It is then one of this repository's: devenv
snapshot restore puts it in the place of your own data. The credentials are those of docker login.

Exit status: 0 done, 1 it could not be done, 2 wrong flags or name, or no registry, 130 interrupted.`

// snapshotPull is the command that brings a snapshot.
func (s snapshotCommands) pull() *cobra.Command {
	var o devenv.SnapshotOptions
	c := &cobra.Command{
		Use: "pull NAME", Short: "Bring a snapshot from the registry", Long: pullLong,
		Example: "  devenv snapshot pull before-rename",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(c, "pull takes the name of one snapshot")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return s.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options, o.Name = common, args[0]
				list, err := devenv.PullSnapshot(ctx, o)
				return listed(c, list, pulledLine, "nothing pulled"), err
			})
		},
	}
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would be pulled")
	return c
}

// pulledLine is one snapshot that was pulled, or the image that would be.
func pulledLine(item any) any {
	if i, ok := item.(devenv.PushItem); ok {
		return "would pull " + i.Image
	}
	return snapshotLine(item)
}

// pushedLine is one image that was pushed, or would be.
func pushedLine(item any) any {
	i, ok := item.(devenv.PushItem)
	switch {
	case !ok:
		return item
	case i.DryRun:
		return "would push " + i.Image
	default:
		return "pushed " + i.Image
	}
}
