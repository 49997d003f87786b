package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/devenv"
)

const pushLong = `Pushes the base's images to the registry that .devenv.yaml names, and makes them first where they are not
known: in CI, so that new-migration and test-migration pull the base elsewhere instead of making it. They hold
the seed data and the database service's environment without its password; that is said before the first push,
which asks on a terminal and needs --yes elsewhere. The credentials are those of docker login.

Exit status: 0 done, 1 it could not be done, 2 wrong flags or no registry, 130 interrupted.`

// snapshotPush is the command that pushes the base.
func (a *app) snapshotPush() *cobra.Command {
	var o devenv.PushOptions
	var base bool
	c := &cobra.Command{
		Use: "push --base", Short: "Push the base's images to the registry", Long: pushLong,
		Example: "  devenv snapshot push --base --yes",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			if !base {
				return usage(c, "say what to push: --base")
			}
			return a.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				list, err := devenv.PushBase(ctx, o)
				return listed(c, list, pushedLine, "nothing pushed"), err
			})
		},
	}
	c.Flags().BoolVar(&base, "base", false, "push the base's images")
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only say what would be pushed")
	return c
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
