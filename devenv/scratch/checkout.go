package scratch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/devenv/config"
	"devenv/devenv/gitrepo"
	"devenv/devenv/inputs"
	"devenv/devenv/inside"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// Checkout is one of the two trees of a run, the base's or the branch's: its files, the Compose model loaded in it,
// and what the run has created from it on the engine, each once. It is safe for concurrent use.
type Checkout struct {
	Workspace *project.Workspace
	Name      string // base or branch
	Tree      *gitrepo.Tree
	// TreeID is the id of the checked-out tree object.
	TreeID string
	Model  *types.Project

	preparing sync.Mutex
	prepared  bool

	filling sync.Mutex
	filled  map[string]bool // volumes that have been filled with the tree's files
	// edits are the files that volumes get with other content than the tree's, by path in the repository.
	edits map[string][]byte

	mu     sync.Mutex
	images map[string]string // tag of each built service
	// listed are the files of the tree object that was listed last.
	listed struct {
		treeID string
		files  []inputs.File
	}
}

// CheckOut checks out a tree, in which files that the capture added keep their modes.
func CheckOut(ctx context.Context, w *project.Workspace, name, treeID string, capture gitrepo.Capture) (*Checkout, error) {
	tree, err := w.Repo.Tree(ctx, gitrepo.TreeOptions{
		Cache: filepath.Join(w.Cache, project.CacheTrees), ID: w.WorktreeID + "-" + name, Treeish: treeID, KeepIgnored: w.Prepares(),
		Modes: capture.Modes,
	})
	if err != nil {
		return nil, err
	}
	return &Checkout{Workspace: w, Name: name, Tree: tree, TreeID: treeID, images: map[string]string{}, filled: map[string]bool{}}, nil
}

// Load loads the Compose model in the tree, from the same files as the user's own.
func (s *Checkout) Load(ctx context.Context, envFiles []string) (err error) {
	s.Model, err = s.LoadAs(ctx, s.Workspace.Model.Name, envFiles)
	return err
}

// AbsentComposeFiles returns those of the user's Compose files that the tree lacks, relative to the repository.
func (s *Checkout) AbsentComposeFiles() []string {
	var absent []string
	for _, f := range s.Workspace.Model.ComposeFiles {
		rel, ok := inside.Rel(s.Workspace.Repo.Root(), f)
		if _, missing := os.Stat(s.InTree(f)); ok && errors.Is(missing, fs.ErrNotExist) {
			absent = append(absent, filepath.ToSlash(rel))
		}
	}
	return absent
}

// LoadAs loads the Compose model in the tree under a given project name.
func (s *Checkout) LoadAs(ctx context.Context, name string, envFiles []string) (*types.Project, error) {
	user := s.Workspace.Model
	options := compose.LoadOptions{
		WorkingDir: s.InTree(user.WorkingDir), ProjectDirectory: s.InTree(user.WorkingDir), ProjectName: name, Profiles: user.Profiles,
	}
	for _, f := range user.ComposeFiles {
		options.Files = append(options.Files, s.InTree(f))
	}
	for _, f := range envFiles {
		options.EnvFiles = append(options.EnvFiles, s.InTree(f))
	}
	model, err := s.Workspace.Client.Load(ctx, options)
	if err == nil {
		compose.ShareBuilds(model)
		return model, nil
	}
	if around := filepath.Dir(s.Tree.Dir()) + string(filepath.Separator); strings.Contains(strings.ReplaceAll(err.Error(), s.Tree.Dir(), ""),
		around) {
		return nil, report.Fail(report.KindOf(err), "the Compose project needs a file beside the repository, but devenv works on copies of "+
			"the repository only: move it inside, or make it optional",
			"%w", err)
	}
	if strings.HasPrefix(report.HintOf(err), compose.Reproduce) { // the copy will be gone
		return nil, report.Fail(report.KindOf(err), "with that code checked out: docker compose config", "%w", err)
	}
	return nil, err
}

// InTree maps a path in the user's working tree to the same path in the private tree; other paths stay.
func (s *Checkout) InTree(path string) string {
	rel, ok := inside.Rel(s.Workspace.Repo.Root(), path)
	if !ok {
		return path
	}
	return filepath.Join(s.Tree.Dir(), rel)
}

// Prepare runs the configuration's commands in the tree, on the host, to create ignored files that the code needs. It
// does so once per run, before anything is made from the tree's files.
func (s *Checkout) Prepare(ctx context.Context, log *step.Log) error {
	s.preparing.Lock()
	defer s.preparing.Unlock()
	if s.prepared || !s.Workspace.Prepares() {
		return nil
	}
	for _, command := range s.Workspace.Config.Prepare {
		c := exec.CommandContext(ctx, "sh", "-c", command)
		c.Dir = filepath.Join(s.Tree.Dir(), filepath.FromSlash(s.Workspace.Config.Dir))
		c.Env = gitrepo.WithoutRepository(os.Environ())
		c.WaitDelay = stopTimeout // for processes that an interrupted command leaves behind
		out, err := c.CombinedOutput()
		for line := range strings.Lines(string(out)) {
			log.Line(strings.TrimRight(line, "\n"))
		}
		if err != nil {
			return report.Fail(report.KindWork, "it ran in "+c.Dir+"; correct prepare: in "+path.Join(s.Workspace.Config.Dir, config.FileName),
				"prepare the %s tree: %s: %w", s.Name, command, err).
				WithOutput(report.LastLines(string(out)))
		}
	}
	s.prepared = true
	return nil
}

// Isolate returns the model of some services as scratch containers of this run.
func (s *Checkout) Isolate(stack, network string, services ...string) (compose.Isolated, error) {
	w := s.Workspace
	isolation := w.Isolation(s.Tree.Dir())
	isolation.Name, isolation.Labels, isolation.Network, isolation.Services = w.Name(stack), w.Labels(), network, services
	owner := s.Name
	if w.InSeries() { // what a backend writes must not be there in the next run, which has the tool's volumes
		owner += "-" + stack
	}
	isolation.Volume = func(path string) string { return w.Name(owner + "-" + inputs.Hash(path)[:8]) }
	isolation.Image, isolation.Builder = s.ImageOf, w.WorktreeID
	return compose.Isolate(s.Model, isolation)
}

// NoteDropped notes what scratch containers, or builds, do without.
func (s *Checkout) NoteDropped(iso compose.Isolated, build bool) {
	for _, d := range iso.Dropped {
		if d.Build == build {
			s.Workspace.Note(d.String())
		}
	}
}

// ImageOf returns the tag of a service's built image.
func (s *Checkout) ImageOf(service string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.images[service]
}

// BuiltAlike reports whether two services run what is built in the same way. Their images may differ in the files that
// one of them mounts its own over.
func (s *Checkout) BuiltAlike(one, other string) bool {
	a, b := s.Model.Services[one].Build, s.Model.Services[other].Build
	return a != nil && b != nil && reflect.DeepEqual(a, b)
}

// Close releases the tree for the next run.
func (s *Checkout) Close() error {
	if s == nil {
		return nil
	}
	return s.Tree.Close()
}
