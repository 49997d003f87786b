package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"devenv/cmd/terminal"
	"devenv/devenv"
	"devenv/devenv/redact"
	"devenv/devenv/report"
)

const rootLong = `devenv makes a branch's database migration, tests it on a copy of the base branch's data, and writes it
into the working tree. It needs git, a Docker engine and a Compose file. It does not touch your own
containers, your database or your branch, except by the commands that say so, and what those replace can
be brought back: devenv undo.`

const exitHelp = `
Exit status: 0 done, 1 devenv could not do its work, 2 wrong flags, message or configuration,
3 the migration is faulty, 130 interrupted.`

// root returns the command line with all its commands.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:               "devenv",
		Short:             "Make and test database migrations",
		Long:              rootLong + "\n" + exitHelp,
		Example:           "  devenv demo\n  devenv new-migration \"Add badges\"\n  devenv test-migration",
		Args:              a.knownCommand,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error { return exclusive(c, "host", "context") },
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
		Version:           buildVersion().Version,

		SilenceErrors: true, SilenceUsage: true, SuggestionsMinimumDistance: 2,
	}
	root.SetIn(a.streams.In)
	root.SetOut(a.streams.Out)
	root.SetErr(a.streams.Err)
	root.SetFlagErrorFunc(flagError)
	root.SetVersionTemplate("devenv {{.Version}}\n")
	a.global.add(root.PersistentFlags())
	root.MarkFlagsMutuallyExclusive("host", "context")
	complete(root, "format", formats())
	stack := stackCommands{a}
	root.AddCommand(
		a.newMigration(), a.testMigration(), a.initialise(), a.doctor(), stack.up(), stack.down(), stack.status(), stack.logs(), a.reset(),
		snapshotCommands{a}.group(), a.undo(), a.clean(), a.explain(), a.demo(), a.version(), a.completeBase(),
	)
	root.SetArgs(spelledOut(root, a.args))
	a.fitHelp(root)
	return root
}

// flagError returns an error about a flag; a value may have rejected itself in its own words.
func flagError(c *cobra.Command, err error) error {
	var own *report.Failure
	if errors.As(err, &own) {
		return own
	}
	return usage(c, "%w", err)
}

// knownCommand rejects arguments of devenv itself: the first was meant as a command.
func (a *app) knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "devenv --help"
	if similar := c.SuggestionsFor(args[0]); len(similar) > 0 {
		hint = "did you mean: devenv " + strings.Join(similar, ", devenv ")
	}
	return report.Fail(report.KindUsage, hint, "there is no command %q", args[0])
}

// action is a command's work.
type action func(ctx context.Context, o devenv.Options) (outcome, error)

// run does a command's work while the terminal shows its progress, and keeps its outcome.
func (a *app) run(ctx context.Context, do action) (err error) {
	shown := terminal.Detect(a.streams.Err, a.streams.Env)
	shown.Verbose, shown.Place = a.global.verbose, here()
	progress := terminal.New(shown)
	a.progress = progress
	o := devenv.Options{
		Compose: a.global.compose, Host: a.global.host, Context: a.global.context, Listener: progress,
		Continue: a.continuing(),
	}
	// A nil *Asker in the interface would look as if somebody were there to ask.
	if asker := terminal.NewAsker(a.streams.In, a.streams.Err, a.streams.Env); asker != nil {
		o.Ask = asker.Over(progress)
	}
	defer context.AfterFunc(ctx, func() { time.AfterFunc(time.Second, func() { progress.Emit(cleaningUp()) }) })()
	a.outcome, err = do(ctx, o)
	// Commands that read no project learn no secrets, but still know where credentials are: in an engine's address,
	// or a proxy's.
	err = redact.New().Error(err)
	if closeErr := progress.Close(); err == nil {
		err = closeErr
	}
	return err
}

// cleaningUp is what a person sees who has interrupted a command that still takes a while. A display that is closed by
// then ignores it.
func cleaningUp() report.Event {
	return report.Noted{Text: "interrupted: cleaning up; a second interrupt ends that too"}
}

// usage returns an error about how a command was called.
func usage(c *cobra.Command, format string, args ...any) error {
	return report.Fail(report.KindUsage, c.CommandPath()+" --help", format, args...)
}

// noArguments rejects arguments.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(c, "%s takes no argument, but got %q", c.Name(), args[0])
	}
	return nil
}

// exclusive rejects flags that exclude each other, in plain words; cobra could do so too, but would then complete only
// one of them.
func exclusive(c *cobra.Command, names ...string) error {
	var given []string
	for _, name := range names {
		if c.Flags().Changed(name) {
			given = append(given, "--"+name)
		}
	}
	if len(given) > 1 {
		return usage(c, "%s cannot be combined", strings.Join(given, " and "))
	}
	return nil
}

// complete offers values for a flag in shell completion.
func complete(c *cobra.Command, flag string, values []string) {
	// It only fails for a flag that does not exist or has values already; the tests complete every flag.
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// completeBase offers the repository's branches for --base.
func completeBase(c *cobra.Command) {
	branches := func(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		names := devenv.BranchNames(c.Context(), devenv.Options{})
		hidden := func(name string) bool { return report.PrintableLine(name) != name }
		return slices.DeleteFunc(names, hidden), cobra.ShellCompDirectiveNoFileComp
	}
	// It only fails for a flag that does not exist or has values already; the tests complete every flag.
	_ = c.RegisterFlagCompletionFunc("base", branches)
}
