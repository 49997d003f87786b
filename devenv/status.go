package devenv

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/inside"
	"devenv/devenv/redact"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/step"
	"devenv/devenv/userdata"
)

// StatusItem is one service of the user's own stack, its database, or another worktree's stack.
type StatusItem struct {
	// Kind is service, database or worktree.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// State is the container's: running, exited, …; "not created" when there is none. Health is the healthcheck's, if it has one.
	State    string   `json:"state,omitempty"`
	Health   string   `json:"health,omitempty"`
	ExitCode int      `json:"exit_code,omitempty"`
	URLs     []string `json:"urls,omitempty"`
	// Of a database: the revisions in its version table, whether this branch has them, and what devenv last put into it.
	Revisions []string  `json:"revisions,omitempty"`
	OnBranch  *bool     `json:"on_branch,omitempty"`
	From      string    `json:"from,omitempty"`
	Since     time.Time `json:"since,omitzero"`
	// Of another worktree: its directory and the services that run.
	Directory string   `json:"directory,omitempty"`
	Running   []string `json:"running,omitempty"`
}

// looking is a look at the user's own stack: without the worktree's lock, since it changes nothing.
type looking struct {
	*session.Session
	*userdata.Stack
}

// look opens the stack for commands that only look. The caller closes the workspace.
func look(ctx context.Context, s *session.Session) (_ *looking, err error) {
	l := &looking{Session: s}
	if err := l.Look(ctx); err != nil {
		return nil, l.Redactor.Error(err)
	}
	if l.Stack, err = userdata.Load(ctx, l.Workspace, l.Choice, nil); err == nil {
		err = l.ReadContainers(ctx)
	}
	if err != nil {
		return nil, l.Redactor.Error(errors.Join(err, l.Workspace.Client.Close()))
	}
	return l, nil
}

// Status says what runs of the user's own stack, where it answers, and what its database holds.
func Status(ctx context.Context, o Options) (_ *report.Items, err error) {
	items := report.NewItems("status")
	l, err := look(ctx, session.New("status", o))
	if err != nil {
		return items, err
	}
	defer func() {
		items.Items = redact.Said(l.Redactor, items.Items)
		err = errors.Join(l.Redactor.Error(err), l.Workspace.Client.Close())
	}()
	l.sayCutOff()
	for _, name := range l.Model.ServiceNames() {
		item, c, err := l.service(ctx, name)
		if err != nil {
			return items, err
		}
		item.URLs = urlsOf(ctx, c)
		items.Items = append(items.Items, item)
	}
	if item, ok := l.databaseItem(ctx); ok {
		items.Items = append(items.Items, item)
	}
	others, err := l.worktrees(ctx)
	for _, item := range others {
		items.Items = append(items.Items, item)
	}
	return items, err
}

// service is the state of one service, and its container.
func (l *looking) service(ctx context.Context, name string) (StatusItem, engine.Container, error) {
	item := StatusItem{Kind: "service", Name: name, State: "not created"}
	found := l.Containers[name]
	if found.ID == "" {
		return item, found, nil
	}
	c, err := l.Workspace.Engine.Inspect(ctx, found.ID)
	if err != nil {
		return item, c, err
	}
	item.State = c.State
	if c.Health != nil && c.State == "running" {
		item.Health = c.Health.Status
	}
	if c.State == "exited" {
		item.ExitCode = c.ExitCode
	}
	return item, c, nil
}

// databaseItem is what the database holds; false when the stack has none that is found.
func (l *looking) databaseItem(ctx context.Context) (StatusItem, bool) {
	service, err := l.FindDatabase(ctx)
	if err != nil {
		return StatusItem{}, false
	}
	item := StatusItem{Kind: "database", Name: service}
	if err := database.CheckRunning(ctx, l.Workspace.Engine, service, l.Containers[service].ID); err != nil && l.Containers[service].State == "running" {
		l.Note(err.Error())
	}
	at, _ := l.Position(ctx, service) // what cannot be compared is not
	item.Revisions = at.Revisions
	if at.Compared && len(at.Revisions) > 0 {
		on := len(at.Foreign) == 0
		item.OnBranch = &on
	}
	if last, ok := l.LastPut(ctx, service); ok {
		item.From, item.Since = last.To, last.At
	}
	return item, true
}

// sayCutOff says that an exchange was cut off, and what ends it.
func (l *looking) sayCutOff() {
	if x, err := userdata.UnderWay(l.Workspace.Repo); err == nil && x != nil {
		l.Note(fmt.Sprintf("devenv %s exchanges the data of %s, or was cut off: then devenv up ends that", x.Command, x.Store.Service))
	}
}

// worktrees are the stacks of the repository's other worktrees that have containers, by the directory they were made in.
func (l *looking) worktrees(ctx context.Context) ([]StatusItem, error) {
	directories, err := l.Workspace.Repo.Worktrees(ctx)
	if err != nil {
		return nil, err
	}
	containers, err := l.Workspace.Engine.Containers(ctx, engine.DirectoryLabel)
	if err != nil {
		return nil, err
	}
	var items []StatusItem
	for _, dir := range directories {
		if dir == l.Workspace.Repo.Root() {
			continue
		}
		item := StatusItem{Kind: "worktree", Directory: dir}
		for _, c := range containers {
			at := c.Labels[engine.DirectoryLabel]
			if _, ok := inside.Rel(dir, at); !ok {
				continue
			}
			item.Name = c.Labels[engine.ProjectLabel]
			if c.State == "running" {
				item.Running = append(item.Running, c.Labels[engine.ServiceLabel])
			}
		}
		if item.Name != "" {
			slices.Sort(item.Running)
			items = append(items, item)
		}
	}
	return items, nil
}

// LogsOptions are the options of logs.
type LogsOptions struct {
	Options
	Services []string
	Follow   bool
	// Tail is the number of last lines of each service, or "all".
	Tail string
	// To hears each line as it comes.
	To func(service, line string)
}

// Logs passes the logs of the user's own stack on. Secrets are taken out.
func Logs(ctx context.Context, o LogsOptions) (err error) {
	l, err := look(ctx, session.New("logs", o.Options))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(l.Redactor.Error(err), l.Workspace.Client.Close()) }()
	for _, name := range o.Services {
		if l.Model.Services[name].Name == "" {
			return report.Fail(report.KindUsage, "there are: "+strings.Join(l.Model.ServiceNames(), ", "), "there is no service %q", name)
		}
	}
	to := l.Redactor.Listener(logged(o.To))
	return l.Workspace.Client.LogsOwn(ctx, l.Model, o.Services, o.Follow, o.Tail, compose.LogLine(func(service, line string) {
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

// ServiceNames lists the services of the project, for the shell's completion; none when it does not load.
func ServiceNames(ctx context.Context, o Options) []string {
	l, err := look(ctx, session.New("completion", o))
	if err != nil {
		return nil
	}
	_ = l.Workspace.Client.Close() // nothing was done
	return l.Model.ServiceNames()
}

// DownOptions are the options of down.
type DownOptions struct {
	Options
	// Volumes removes the data as well, after a question unless Yes.
	Volumes, Yes bool
	// RemoveOrphans removes containers of services that are no longer in the Compose file.
	RemoveOrphans bool
	DryRun        bool
}

// Down removes the containers and networks of the user's own stack, as docker compose down would.
func Down(ctx context.Context, o DownOptions) (*report.Items, error) {
	s := session.New("down", o.Options)
	items := report.NewItems(s.Command)
	return ended(ctx, s, items, s.Sequence(ctx, step.New("down", func(ctx context.Context, log *step.Log) error {
		if err := s.Open(ctx, userdata.Recover); err != nil {
			return err
		}
		own, err := userdata.Load(ctx, s.Workspace, s.Choice, nil)
		if err == nil {
			err = own.ReadContainers(ctx)
		}
		if err != nil {
			return err
		}
		name := own.Model.Name
		if o.Volumes && !o.Yes && !o.DryRun {
			err := session.Agree(ctx, s.Ask, session.Consent{
				To:    "remove the volumes of " + name + " with their data",
				After: "Nothing of it is kept.", Without: "--yes; or keep the data first: devenv snapshot save", Refused: "not removed",
			})
			if err != nil {
				return err
			}
		}
		for _, service := range slices.Sorted(maps.Keys(own.Containers)) {
			items.Items = append(items.Items, DownItem{Service: service, Project: name, Container: own.Containers[service].Name, DryRun: o.DryRun})
		}
		if o.DryRun {
			return nil
		}
		log.Done(report.Count(len(own.Containers), "container"))
		return s.Workspace.Client.DownOwn(ctx, own.Model, o.Volumes, o.RemoveOrphans)
	})))
}

// DownItem is one container that went, or would go.
type DownItem struct {
	Service   string `json:"service"`
	Project   string `json:"project"`
	Container string `json:"container"`
	DryRun    bool   `json:"dry_run,omitempty"`
}
