package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"devenv/devenv"
)

const doctorLong = `Examines this machine, the engine, the repository, the configuration and your stack, and reports for each
item whether it is all right and, if not, how to fix it. --fix fixes what it can without losing anything.

Exit status: 0 nothing fails (there may be warnings), 1 something fails, 2 wrong flags, 130 interrupted.`

// doctor returns the command that reports what is wrong and how to fix it.
func (a *app) doctor() *cobra.Command {
	var o devenv.DoctorOptions
	c := &cobra.Command{
		Use:     "doctor",
		Short:   "Report what is wrong on this machine and how to fix it",
		Long:    doctorLong,
		Example: "  devenv doctor\n  devenv doctor --fix",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				list, err := devenv.Doctor(ctx, o)
				return listed(c, list, diagnosisLine, ""), err
			})
		},
	}
	c.Flags().BoolVar(&o.Fix, "fix", false, "fix what can be fixed without losing anything")
	return c
}

// diagnosisLine returns one diagnosis in plain text.
func diagnosisLine(item any) any {
	d, ok := item.(devenv.Diagnosis)
	if !ok {
		return item
	}
	sign := map[devenv.Health]string{devenv.HealthPass: "✓", devenv.HealthWarn: "!", devenv.HealthFail: "✗", devenv.HealthSkip: "–"}[d.Status]
	line := fmt.Sprintf("%s %-18s %s", sign, d.ID, d.Summary)
	if d.Remedy != "" {
		line += "\n" + d.Remedy
	}
	return line
}
