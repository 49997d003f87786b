package userdata

import (
	"context"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/compose/readiness"
	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/project"
	"devenv/devenv/scratch"
)

// Stack is the user's own stack as it runs in this worktree. The workspace's model is that of the files, whose names
// and ports another worktree may be using.
type Stack struct {
	Model *types.Project
	// Moved are its ports that differ in this worktree.
	Moved []compose.MovedPort
	// Containers are those of its services that have one, as ReadContainers found them.
	Containers map[string]engine.Container

	workspace *project.Workspace
}

// Load returns the user's own stack; in a linked worktree it has its own name, volumes and ports. Services are those
// wanted, with their dependencies; none means all. It does not read the containers yet.
func Load(ctx context.Context, w *project.Workspace, services []string) (_ *Stack, err error) {
	load := w.LoadOptions()
	load.Services = services
	linked := w.Repo.GitDir() != w.Repo.CommonDir()
	if linked && load.ProjectName == "" {
		shared, err := sharesName(ctx, w)
		if err != nil {
			return nil, err
		}
		if shared {
			load.ProjectName = w.Model.Name + "-" + defaultName(w.Repo.GitDir())
		}
	}
	s := &Stack{workspace: w}
	if s.Model, err = w.Client.Load(ctx, load); err != nil || !linked {
		return s, err
	}
	s.Moved, err = movePorts(ctx, w, s.Model)
	return s, err
}

// sharesName reports whether the project has the same name in another worktree: because the files fix it, or because
// the directory that Compose derives it from has the same name there.
func sharesName(ctx context.Context, w *project.Workspace) (bool, error) {
	if w.Model.Name != defaultName(w.Model.WorkingDir) {
		return true, nil
	}
	roots, err := w.Repo.Worktrees(ctx)
	if err != nil {
		return false, err
	}
	dir, err := filepath.EvalSymlinks(w.Model.WorkingDir)
	if err != nil {
		return false, err
	}
	below, err := filepath.Rel(w.Repo.Root(), dir)
	return slices.ContainsFunc(roots, func(root string) bool {
		return root != w.Repo.Root() && defaultName(filepath.Join(root, below)) == w.Model.Name
	}), err
}

// defaultName returns the name that Compose gives a project in a directory.
func defaultName(dir string) string {
	name := regexp.MustCompile(`[^a-z0-9_-]+`).ReplaceAllString(strings.ToLower(filepath.Base(dir)), "")
	return strings.TrimLeft(name, "_-")
}

// ReadContainers finds the current containers of the stack.
func (s *Stack) ReadContainers(ctx context.Context) (err error) {
	s.Containers, err = s.workspace.Client.UserStack(s.Model).Containers(ctx)
	return err
}

// StoreOf returns where the database keeps its data; false if the stack has no container of it, or keeps it nowhere.
func (s *Stack) StoreOf(ctx context.Context, service string) (database.Store, bool) {
	server, err := s.workspace.Engine.Inspect(ctx, s.Containers[service].ID)
	if err != nil {
		return database.Store{}, false
	}
	store, err := database.StoreOf(service, server)
	return store, err == nil
}

// FindDatabase returns the service of the database. It fails if there is none, or more than one.
func (s *Stack) FindDatabase(ctx context.Context) (string, error) {
	return findDatabase(ctx, s.workspace)
}

// Backend is the service of the backend, with the configured sign that it is ready.
type Backend struct {
	Service string
	Ready   readiness.Wanted
}

// FindBackend returns the backend; the zero value if none is found, or nothing is configured about when it is ready.
func (s *Stack) FindBackend(ctx context.Context) Backend {
	w := s.workspace
	if w.Config == nil {
		return Backend{}
	}
	ready := scratch.ReadyOf(w.Config.Backend.Ready)
	if ready.Log == "" && ready.Port == 0 && ready.URL == "" && ready.Timeout == 0 {
		return Backend{}
	}
	found, err := w.Services(ctx)
	if err != nil {
		return Backend{Service: w.Config.Backend.Service, Ready: ready}
	}
	return Backend{Service: found.Backend, Ready: ready}
}

// findDatabase returns the service of a workspace's database.
func findDatabase(ctx context.Context, w *project.Workspace) (string, error) {
	paths, err := w.Files(ctx)
	if err != nil {
		return "", err
	}
	return discover.Database(w.Model, discover.Tree{Dir: w.Repo.Root(), Paths: paths}, w.Config)
}

// users returns the running containers that use a database, dependent ones first.
func (s *Stack) users(of database.Settings) []engine.Container {
	var services []string
	for name, container := range s.Containers {
		if container.State == "running" && name != of.Service && s.Uses(name, of) {
			services = append(services, name)
		}
	}
	slices.Sort(services)
	ordered := scratch.InOrder(s.Model, services)
	slices.Reverse(ordered)
	var users []engine.Container
	for _, name := range ordered {
		users = append(users, s.Containers[name])
	}
	return users
}

// Uses reports whether a service depends on a database, or names it in its environment or its command.
func (s *Stack) Uses(name string, of database.Settings) bool {
	if s.DependsOn(name, of.Service) {
		return true
	}
	service := s.Model.Services[name]
	texts := append(append([]string{}, service.Command...), service.Entrypoint...)
	for _, value := range service.Environment {
		if value != nil {
			texts = append(texts, *value)
		}
	}
	return slices.ContainsFunc(texts, func(text string) bool { return namesHost(text, of.Hosts) })
}

// DependsOn reports whether a service depends on another, directly or not.
func (s *Stack) DependsOn(name, other string) bool {
	seen := map[string]bool{}
	var depends func(string) bool
	depends = func(name string) bool {
		if seen[name] {
			return false
		}
		seen[name] = true
		return slices.ContainsFunc(s.Model.Services[name].GetDependencies(), func(d string) bool { return d == other || depends(d) })
	}
	return depends(name)
}

// namesHost reports whether a text contains one of the hosts as a whole word.
func namesHost(text string, hosts []string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return !strings.ContainsRune("-_.", r) && !isWord(r) })
	return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(hosts, word) })
}

func isWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
