package devenv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/inputs"
	"devenv/devenv/inside"
	"devenv/devenv/redact"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/session"
	"devenv/devenv/step"
	"devenv/devenv/tool"
)

// own is a command on the user's own stack: its database, and the services that use it.
type own struct {
	*session.Session
	// model is the user's own stack as it runs in this worktree: place.Model is the file's, whose names another worktree may have.
	model *types.Project
	// settings are the database's, by the user's own Compose project.
	settings   database.Settings
	containers map[string]engine.Container
	server     engine.Container
	store      database.Store
	items      *report.Items
	// exchange is the journal while the data is being exchanged.
	exchange exchange
	// exchanged says that the new data is in place.
	exchanged bool
	// undoes is when the exchange was begun that the command takes back.
	undoes time.Time
	// seen is how the data looked when the command came.
	seen database.Still
	// wasRunning says that the database ran when the command came, old what data there was, oldRevisions what its version
	// table held; stoppedAt is when the first of its users was stopped.
	wasRunning   bool
	old          database.Look
	oldRevisions []string
	stoppedAt    time.Time
}

// newOwn prepares a command on the user's own stack; nothing happens yet.
func newOwn(s *session.Session) *own {
	return &own{Session: s, items: report.NewItems(s.Command)}
}

// end closes the session, and returns the command's list.
func (o *own) end(ctx context.Context, err error) (*report.Items, error) {
	if o.Workspace != nil {
		err = tool.ExplainMissing(ctx, o.Workspace.Repo, err)
	}
	return o.listed(), o.Finish(ctx, err)
}

// listed is the command's list without secrets.
func (o *own) listed() *report.Items {
	o.items.Items = redact.Said(o.Redactor, o.items.Items)
	return o.items
}

// openDatabase finds the project and its database service; no migration tool is needed.
func (o *own) openDatabase(ctx context.Context, log *step.Log) (err error) {
	if err := o.Open(ctx, endCutOff); err != nil {
		return err
	}
	service, err := o.findDatabase(ctx)
	if err != nil {
		return err
	}
	return o.readDatabase(ctx, service, log)
}

// findDatabase is the service of the database.
func (o *own) findDatabase(ctx context.Context) (string, error) {
	paths, err := o.Workspace.Repo.WorktreeFiles(ctx)
	if err != nil {
		return "", err
	}
	return discover.Database(o.Workspace.Model, discover.Tree{Dir: o.Workspace.Repo.Root(), Paths: paths}, o.Workspace.Config)
}

// readDatabase finds the database's container, or makes it where there is none yet, and where its data lies.
func (o *own) readDatabase(ctx context.Context, service string, log *step.Log) (err error) {
	w := o.Workspace
	if o.model, _, err = ownModel(ctx, w, o.Choice, nil); err != nil {
		return err
	}
	if o.settings, err = database.SettingsOf(o.model, service); err != nil {
		return err
	}
	if o.containers, err = w.Client.OwnContainers(ctx, o.model); err != nil {
		return err
	}
	if found := o.containers[service]; found.ID != "" {
		o.server, err = w.Engine.Inspect(ctx, found.ID)
	} else {
		o.server, err = w.Client.CreateOwn(ctx, o.model, service, log.Line)
	}
	if err != nil {
		return err
	}
	o.wasRunning = o.server.State == "running"
	if o.store, err = database.StoreOf(service, o.server); err != nil {
		return err
	}
	log.Done(fmt.Sprintf("database %s, its data in %s", service, o.store))
	return errors.Join(o.checkPlace(), o.checkAlone(ctx))
}

// checkPlace refuses data that lies in a directory of the host outside the project: it may be anybody's.
func (o *own) checkPlace() error {
	if o.store.Mount.Type != "bind" {
		return nil
	}
	fail := func(hint, format string, args ...any) error {
		return report.Fail(report.KindUsage, hint, "find the data of %s: %w", o.store.Service, fmt.Errorf(format, args...))
	}
	if !o.Workspace.Engine.Info().Local {
		return fail("use a named volume, or this machine's engine: docker context use default",
			"%s is a directory of another machine, which the engine at %s runs on", o.store.OnHost(), o.Workspace.Engine.Endpoint().Host)
	}
	real, err := resolved(o.store.Mount.Source)
	if err != nil {
		return fail("", "%w", err)
	}
	for _, around := range []string{o.Workspace.Repo.Root(), o.Workspace.Model.WorkingDir} {
		if around, err = filepath.EvalSymlinks(around); err != nil {
			continue
		}
		if rel, ok := inside.Rel(around, real); ok && rel != "." {
			return nil
		}
	}
	return fail("move it into the project, or use a named volume", "%s, which is %s, lies outside the project %s",
		o.store.OnHost(), real, o.Workspace.Repo.Root())
}

// resolved follows the symbolic links of a path, the last part of which may not be there yet.
func resolved(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if _, statErr := os.Lstat(path); !errors.Is(statErr, fs.ErrNotExist) {
		return real, err
	}
	parent, err := resolved(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}

// users are the running containers that use the database, those first that depend on others of them.
func (o *own) users() []engine.Container {
	model := o.model
	var services []string
	for name, container := range o.containers {
		if container.State == "running" && name != o.store.Service && usesDatabase(model, name, o.settings) {
			services = append(services, name)
		}
	}
	slices.Sort(services)
	ordered := scratch.InOrder(model, services)
	slices.Reverse(ordered)
	var users []engine.Container
	for _, name := range ordered {
		users = append(users, o.containers[name])
	}
	return users
}

// usesDatabase says whether a service depends on the database, or names it in its environment or its command.
func usesDatabase(p *types.Project, name string, s database.Settings) bool {
	seen := map[string]bool{}
	var depends func(string) bool
	depends = func(name string) bool {
		if seen[name] {
			return false
		}
		seen[name] = true
		return slices.ContainsFunc(p.Services[name].GetDependencies(), func(d string) bool { return d == s.Service || depends(d) })
	}
	if depends(name) {
		return true
	}
	service := p.Services[name]
	texts := append(append([]string{}, service.Command...), service.Entrypoint...)
	for _, value := range service.Environment {
		if value != nil {
			texts = append(texts, *value)
		}
	}
	return slices.ContainsFunc(texts, func(text string) bool { return namesHost(text, s.Hosts) })
}

// namesHost says whether one of hosts stands in a text as a word of its own.
func namesHost(text string, hosts []string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return !strings.ContainsRune("-_.", r) && !isWord(r) })
	return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(hosts, word) })
}

func isWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// revisions reads the version table of the running database, through the server's own container: the port may not be
// published. None where it does not run or has no such table.
func (o *own) revisions(ctx context.Context) []string {
	if !o.wasRunning {
		return nil
	}
	const query = "SELECT version_num FROM alembic_version ORDER BY 1"
	var out bytes.Buffer
	code, err := o.Workspace.Engine.Exec(ctx, o.server.ID, engine.ExecOptions{
		Cmd: []string{"psql", "-X", "-A", "-t", "-U", o.settings.User, "-d", o.settings.Database, "-p", fmt.Sprint(o.settings.Port), "-c", query},
		Env: []string{"PGPASSWORD=" + o.settings.Password, "PGCONNECT_TIMEOUT=5"}, Stdout: &out,
	})
	if err != nil || code != 0 {
		return nil
	}
	return strings.Fields(out.String())
}

// ownTimeout is what the user's own database gets to come up again, and to stop.
const ownTimeout = 2 * time.Minute

// repositoryID is the same for all worktrees of a repository on this machine.
func repositoryID(repo *gitrepo.Repo) string {
	dir := repo.CommonDir()
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return inputs.Hash(dir)[:12]
}
