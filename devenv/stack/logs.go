package stack

import (
	"context"
	"errors"
	"strings"

	"devenv/compose"
	"devenv/devenv/report"
	"devenv/devenv/session"
)

// LogsOptions are the options of logs.
type LogsOptions struct {
	session.Options
	Services []string
	Follow   bool
	// Tail is the number of last lines of each service, or "all".
	Tail string
	// To hears each line as it comes.
	To func(service, line string)
}

// Logs passes the logs of the user's own stack on. Secrets are taken out.
func Logs(ctx context.Context, s *session.Session, o LogsOptions) (err error) {
	v, err := Look(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	for _, name := range o.Services {
		if v.Model.Services[name].Name == "" {
			return report.Fail(report.KindUsage, "there are: "+strings.Join(v.Model.ServiceNames(), ", "), "there is no service %q", name)
		}
	}
	to := v.Redactor.Listener(logged(o.To))
	return v.Workspace.Client.UserStack(v.Model).Logs(ctx, o.Services, o.Follow, o.Tail, compose.LogLine(func(service, line string) {
		to.Emit(report.StepOutput{Name: service, Line: line})
	}))
}

// logged hears lines of services as outputs of steps.
type logged func(service, line string)

// Emit passes a line on.
func (l logged) Emit(event report.Event) {
	if output, ok := event.(report.StepOutput); ok {
		l(output.Name, output.Line)
	}
}

// ServiceNames returns the services of the project, for the shell's completion; none when it does not load.
func ServiceNames(ctx context.Context, s *session.Session) []string {
	v, err := Look(ctx, s)
	if err != nil {
		return nil
	}
	_ = v.Close() // nothing was done
	return v.Model.ServiceNames()
}
