package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/report"
)

const pushLong = `Pushes a snapshot to the registry in .devenv.yaml; or, with --base, the base's images, making them first
if needed. Do that in CI, and new-migration and test-migration elsewhere pull the base instead of making
it. A base contains the seed data, a snapshot everything on your own server; neither contains the
database service's environment or what is mounted into it. Before a repository's first push devenv lists
the contents, and asks on a terminal; elsewhere it needs --yes. It does not push an image in which it
finds a secret of the Compose project. It uses the credentials of docker login.

Exit status: 0 done, 1 failed, 2 wrong flags or name, or no registry, 130 interrupted.`

// push returns the command that pushes a snapshot, or the base.
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
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only list what would be pushed")
	return c
}

const pullLong = `Pulls a snapshot from the registry in .devenv.yaml into this repository's snapshots; devenv snapshot
restore then replaces your own data with it. It uses the credentials of docker login.

Exit status: 0 done, 1 failed, 2 wrong flags or name, or no registry, 130 interrupted.`

// pull returns the command that pulls a snapshot.
func (s snapshotCommands) pull() *cobra.Command {
	var o devenv.SnapshotOptions
	c := &cobra.Command{
		Use: "pull NAME", Short: "Pull a snapshot from the registry", Long: pullLong,
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
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only list what would be pulled")
	return c
}

// pulledLine returns one snapshot that was pulled, or the image that would be.
func pulledLine(item any) any {
	if i, ok := item.(devenv.PushItem); ok {
		return "would pull " + i.Image
	}
	return snapshotLine(item)
}

// pushedLine returns one image that was pushed, or would be.
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
