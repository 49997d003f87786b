package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/report"
)

const statusLong = `Shows which services of your stack are running and at which addresses, which revision its database is at
and what devenv last loaded into it, and which other worktrees of the repository have a stack. It changes
nothing.

Exit status: 0 done, 1 failed, 2 wrong flags or configuration, 130 interrupted.`

// status returns the command that shows the user's own stack.
func (s stackCommands) status() *cobra.Command {
	return &cobra.Command{
		Use: "status", Aliases: []string{"ps"},
		Short:   "Show the state of your stack",
		Long:    statusLong,
		Example: "  devenv status\n  devenv status --format json",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				list, err := devenv.Status(ctx, common)
				return listed(c, list, statusLine, "the project has no services"), err
			})
		},
	}
}

// statusLine returns one item in plain text.
func statusLine(item any) any {
	i, ok := item.(devenv.StatusItem)
	if !ok {
		return item
	}
	switch i.Kind {
	case "database":
		return databaseLine(i)
	case "worktree":
		running := "nothing is running"
		if len(i.Running) > 0 {
			running = strings.Join(i.Running, ", ")
		}
		return fmt.Sprintf("worktree %s: project %s, %s", i.Directory, i.Name, running)
	}
	state := i.State
	if i.Health != "" {
		state += ", " + i.Health
	}
	if i.ExitCode != 0 {
		state += fmt.Sprintf(" with %d", i.ExitCode)
	}
	if i.Restarts > 0 {
		state += ", restarted " + report.Count(i.Restarts, "time")
	}
	return strings.TrimSpace(fmt.Sprintf("%-20s %-22s %s", i.Name, state, strings.Join(i.URLs, "  ")))
}

// databaseLine returns what the database holds, in plain text.
func databaseLine(i devenv.StatusItem) string {
	line := "database " + i.Name + ": "
	switch {
	case i.State == "paused":
		line += "it is paused, so its revision is unknown"
	case i.State != "running":
		line += "it is not running, so its revision is unknown"
	case i.Unread != "":
		line += "its revision could not be read: " + i.Unread
	case len(i.Revisions) == 0:
		line += "no revision is recorded in it"
	case i.OnBranch == nil:
		line += "at revision " + strings.Join(i.Revisions, ", ")
	case *i.OnBranch:
		line += "at revision " + strings.Join(i.Revisions, ", ") + ", which this branch has" + i.Behind()
	default:
		line += "at revision " + strings.Join(i.Revisions, ", ") + ", which is not on this branch: devenv reset"
	}
	if i.From != "" {
		line += fmt.Sprintf("; devenv last loaded into it: %s (%s)", i.From, i.Since.Local().Format("2006-01-02 15:04"))
	}
	return line
}

const logsLong = `Shows the logs of your stack's services, by default of all of them. Secrets are redacted. Of terminal
control sequences only colours are kept, and those only on a terminal.

Exit status: 0 done, 1 failed, 2 wrong flags or service, 130 interrupted.`

// logs returns the command that shows the logs of the user's own stack.
func (s stackCommands) logs() *cobra.Command {
	var o devenv.LogsOptions
	c := &cobra.Command{
		Use:     "logs [SERVICE…]",
		Short:   "Show the logs of your stack",
		Long:    logsLong,
		Example: "  devenv logs backend --tail 50\n  devenv logs -f --since 5m",
		RunE: func(c *cobra.Command, args []string) error {
			return s.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options, o.Services = common, args
				return s.show(ctx, c, o)
			})
		},
		ValidArgsFunction: s.names,
	}
	c.Flags().BoolVarP(&o.Follow, "follow", "f", false, "keep showing new lines")
	s.global.freeShorthand(c, "file")
	c.Flags().StringVarP(&o.Tail, "tail", "n", "all", "`number` of last lines of each service")
	c.Flags().StringVar(&o.Since, "since", "", "only lines since a `time`, such as 2026-01-02T13:23:37Z, or for so long, such as 42m")
	return c
}

// logItem is one line of a service's log.
type logItem struct {
	Service string `json:"service"`
	Line    string `json:"line"`
}

// logLines returns a function that writes lines of logs as plain text, and keeps the first error.
func logLines(w io.Writer, colors bool, failed *error) func(service, line string) {
	shown := report.PrintableLine
	if colors {
		shown = report.ColoredLine
	}
	return func(service, line string) {
		if _, err := fmt.Fprintf(w, "%-20s | %s\n", service, shown(line)); *failed == nil {
			*failed = err
		}
	}
}

// show writes lines as they arrive, or collects them for a document.
func (s stackCommands) show(ctx context.Context, c *cobra.Command, o devenv.LogsOptions) (outcome, error) {
	list := listed(c, nil, nil, "")
	if s.global.format != formatJSON {
		var failed error
		o.To = logLines(s.streams.Out, s.textOptions(s.streams.Out).Color, &failed)
		if err := devenv.Logs(ctx, o); err != nil {
			return list, err
		}
		return list, failed
	}
	if o.Follow {
		return list, usage(c, "--follow never ends, so it cannot be combined with --format json")
	}
	o.To = func(service, line string) { list.Items.Items = append(list.Items.Items, logItem{service, line}) }
	return list, devenv.Logs(ctx, o)
}
