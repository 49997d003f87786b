package cli

import (
	"context"
	"os"
	"os/exec"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"devenv/cmd/terminal"
	"devenv/devenv"
)

// completeBase returns the command that a run starts in the background when it has used the upgraded data of an earlier
// base. People have no use for it.
func (a *app) completeBase() *cobra.Command {
	var o devenv.CompleteBaseOptions
	c := &cobra.Command{
		Use:    devenv.CompleteBaseName,
		Short:  "Make the base from the start, in the background",
		Hidden: true,
		Args:   noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				return nil, devenv.CompleteBase(ctx, o)
			})
		},
	}
	c.Flags().StringVar(&o.Base, "base", "", "`branch`, tag or commit that the base is made of")
	return c
}

// continuing returns what starts a command in the background, with the flags that this one has got; nil in CI, where
// nothing outlives the job.
func (a *app) continuing() func(log string, command ...string) error {
	if terminal.InCI(a.streams.Env) {
		return nil
	}
	return func(log string, command ...string) error { return detach(log, append(a.global.given(), command...)) }
}

// given returns the flags that were given, in full.
func (g *globals) given() []string {
	var all []string
	g.flags.Visit(func(f *pflag.Flag) {
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, value := range list.GetSlice() {
				all = append(all, "--"+f.Name+"="+value)
			}
			return
		}
		all = append(all, "--"+f.Name+"="+f.Value.String())
	})
	return all
}

// detach starts this program with other arguments, in a session of its own: neither an interrupt nor the terminal's end
// reaches it. What it writes goes into a file that only the user can read.
func detach(log string, args []string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	output, err := os.OpenFile(log, os.O_WRONLY|os.O_CREATE|os.O_APPEND|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer output.Close() //nolint:errcheck // the program has its own
	c := exec.Command(program, args...)
	c.Stdout, c.Stderr = output, output
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := c.Start(); err != nil {
		return err
	}
	return c.Process.Release()
}
