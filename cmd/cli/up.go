package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"devenv/devenv"
)

const upLong = `Starts your stack as docker compose up -d would, with the same project, containers and volumes, and waits
until each service is really ready: its healthcheck passes; a service that is meant to end has ended
successfully; any other answers on the port it publishes, or runs if it publishes none. If the database is
at a revision this branch does not have, what uses it is not started: on a terminal devenv asks whether to
reset the database; elsewhere it prints the command for that. In a linked worktree the stack has its own
name and volumes and, where ports are busy, its own ports.

Exit status: 0 all is ready, 1 a service is not ready, 2 wrong flags or configuration, 3 you had the
database reset, and the branch's migrations do not apply to the base's data, 130 interrupted.`

// stackCommands are the commands on the user's own stack.
type stackCommands struct{ *app }

// up returns the command that starts the user's own stack.
func (s stackCommands) up() *cobra.Command {
	var o devenv.UpOptions
	c := &cobra.Command{
		Use:     "up [SERVICE…]",
		Short:   "Start your stack and wait until it is ready",
		Long:    upLong,
		Example: "  devenv up\n  devenv up backend --build",
		RunE: func(c *cobra.Command, args []string) error {
			return s.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options, o.Services = common, args
				list, err := devenv.Up(ctx, o)
				return listed(c, list, upLine, "the project has no services"), err
			})
		},
		ValidArgsFunction: s.names,
	}
	c.Flags().BoolVar(&o.Build, "build", false, "rebuild the images")
	c.Flags().VarPF((*patience)(&o.Timeout), "timeout", "", "how long each service may take to become ready: `seconds`, or as 2m30s").
		DefValue = devenv.DefaultReadyTimeout.String()
	c.Flags().VarPF(always{}, "detach", "d", "leave the stack running, as devenv always does").NoOptDefVal = "true"
	c.Flags().VarPF(always{}, "wait", "", "wait until it is ready, as devenv always does").NoOptDefVal = "true"
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only list what would be started")
	return c
}

// upLine returns one service in plain text.
func upLine(item any) any {
	i, ok := item.(devenv.UpItem)
	if !ok {
		return item
	}
	if i.DryRun {
		return "would start " + i.Service
	}
	return strings.TrimSpace(fmt.Sprintf("%-20s %-28s %s", i.Service, i.Ready, strings.Join(i.URLs, "  ")))
}

const downLong = `Stops your stack and removes its containers and networks, as docker compose down would. The data in its
volumes stays, unless you pass --volumes: then it names them, and asks. Containers of services that are no
longer in the Compose file stay, unless you pass --remove-orphans.

Exit status: 0 done, 1 failed, 2 wrong flags or configuration, 130 interrupted.`

// down returns the command that removes the user's own stack.
func (s stackCommands) down() *cobra.Command {
	var o devenv.DownOptions
	c := &cobra.Command{
		Use:     "down",
		Short:   "Stop your stack and remove its containers",
		Long:    downLong,
		Example: "  devenv down",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				list, err := devenv.Down(ctx, o)
				return listed(c, list, downLine, "nothing is up"), err
			})
		},
	}
	c.Flags().BoolVar(&o.Volumes, "volumes", false, "also remove the volumes with their data")
	c.Flags().BoolVar(&o.RemoveOrphans, "remove-orphans", false, "remove containers of services that are no longer in the Compose file")
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "only list what would be removed")
	s.global.freeShorthand(c, "verbose")
	volumes := c.Flags().VarPF(volumesByShorthand{}, "v", "v", "")
	volumes.NoOptDefVal, volumes.Hidden = "true", true
	return c
}

// downLine returns one container or volume in plain text.
func downLine(item any) any {
	i, ok := item.(devenv.DownItem)
	switch {
	case !ok:
		return item
	case i.Volume != "":
		return verb(i.DryRun) + " volume " + i.Volume
	}
	return verb(i.DryRun) + " " + i.Container
}

// names offers the project's services in shell completion.
func (s stackCommands) names(c *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	names := devenv.ServiceNames(c.Context(), devenv.Options{Compose: s.global.compose, Host: s.global.host, Context: s.global.context})
	var offered []string
	for _, name := range names {
		if !slices.Contains(given, name) {
			offered = append(offered, name)
		}
	}
	return offered, cobra.ShellCompDirectiveNoFileComp
}
