package stack

import (
	"context"
	"errors"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

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
	// Since is a time, or how long ago: older lines are left out; empty means none.
	Since string
	// To receives each line as it arrives.
	To func(service, line string)
}

// Logs streams the logs of the user's own stack, with secrets removed.
func Logs(ctx context.Context, s *session.Session, o LogsOptions) (err error) {
	v, err := OpenView(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	if err := checkServices(s, v.Model, o.Services); err != nil {
		return err
	}
	to := v.Redactor.Listener(logged(o.To))
	return v.Workspace.Client.UserStack(v.Model).Logs(ctx, compose.LogOptions{
		Services: o.Services, Follow: o.Follow, Tail: o.Tail, Since: o.Since,
	}, compose.LogLine(func(service, line string) {
		to.Emit(report.StepOutput{Name: service, Line: line})
	}))
}

// checkServices fails if a service is not in the Compose file. One whose profile is not active is.
func checkServices(s *session.Session, model *types.Project, services []string) error {
	for _, name := range services {
		if _, disabled := model.DisabledServices[name]; model.Services[name].Name == "" && !disabled {
			return report.Fail(report.KindUsage, "the services are: "+strings.Join(model.ServiceNames(), ", ")+
				"\na Compose file goes before the command: devenv -f FILE "+s.Command, "there is no service %q", name)
		}
	}
	return nil
}

// logged receives lines of services as output of steps.
type logged func(service, line string)

// Emit passes on a line.
func (l logged) Emit(event report.Event) {
	if output, ok := event.(report.StepOutput); ok {
		l(output.Name, output.Line)
	}
}

// ServiceNames returns the services of the project, for shell completion; none if it cannot be loaded.
func ServiceNames(ctx context.Context, s *session.Session) []string {
	v, err := OpenView(ctx, s)
	if err != nil {
		return nil
	}
	_ = v.Close() // nothing was changed
	return v.Model.ServiceNames()
}
