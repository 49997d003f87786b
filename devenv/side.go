package devenv

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/devenv/config"
	"devenv/devenv/gitrepo"
	"devenv/devenv/inputs"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// side is one of the two trees of a run, the base's or the branch's: its checkout, the Compose model loaded in it, and
// what the run has made of it on the engine, each once.
type side struct {
	place *project.Workspace
	name  string // base or branch
	tree  *gitrepo.Tree
	// treeID is the tree object that the checkout holds.
	treeID string
	model  *types.Project

	preparing sync.Mutex
	prepared  bool

	mu     sync.Mutex
	images map[string]string // tag of each built service
	filled map[string]bool   // volumes that hold the tree's files
	// listed are the files of a tree object, the last that was asked for.
	listed struct {
		treeID string
		files  []inputs.File
	}
}

// newSide checks a tree out, in which the files that a capture added to git's keep their modes.
func newSide(ctx context.Context, w *project.Workspace, name, treeID string, capture gitrepo.Capture) (*side, error) {
	tree, err := w.Repo.Tree(ctx, gitrepo.TreeOptions{
		Cache: filepath.Join(w.Cache, project.CacheTrees), ID: w.WorktreeID + "-" + name, Treeish: treeID, KeepIgnored: w.Prepares(),
		Modes: capture.Modes,
	})
	if err != nil {
		return nil, err
	}
	return &side{place: w, name: name, tree: tree, treeID: treeID, images: map[string]string{}, filled: map[string]bool{}}, nil
}

// load loads the Compose model in the tree, from the same files as the user's own.
func (s *side) load(ctx context.Context, envFiles []string) (err error) {
	s.model, err = s.loadAs(ctx, s.place.Model.Name, envFiles)
	return err
}

// absentComposeFiles are the user's Compose files that the tree does not have, relative to the repository.
func (s *side) absentComposeFiles() []string {
	var absent []string
	for _, f := range s.place.Model.ComposeFiles {
		rel, err := filepath.Rel(s.place.Repo.Root(), f)
		if _, missing := os.Stat(s.inTree(f)); err == nil && filepath.IsLocal(rel) && errors.Is(missing, fs.ErrNotExist) {
			absent = append(absent, filepath.ToSlash(rel))
		}
	}
	return absent
}

// loadAs loads the Compose model in the tree under a project's name.
func (s *side) loadAs(ctx context.Context, name string, envFiles []string) (*types.Project, error) {
	user := s.place.Model
	options := compose.LoadOptions{
		WorkingDir: s.inTree(user.WorkingDir), ProjectDirectory: s.inTree(user.WorkingDir), ProjectName: name, Profiles: user.Profiles,
	}
	for _, f := range user.ComposeFiles {
		options.Files = append(options.Files, s.inTree(f))
	}
	for _, f := range envFiles {
		options.EnvFiles = append(options.EnvFiles, s.inTree(f))
	}
	model, err := s.place.Client.Load(ctx, options)
	if err == nil {
		compose.ShareBuilds(model)
		return model, nil
	}
	if around := filepath.Dir(s.tree.Dir()) + string(filepath.Separator); strings.Contains(strings.ReplaceAll(err.Error(), s.tree.Dir(), ""), around) {
		return nil, report.Fail(report.KindOf(err), "the Compose project needs a file beside the repository, and devenv works on copies of the repository alone: move it inside, or make it optional",
			"%w", err)
	}
	return nil, err
}

// inTree maps a path in the user's working tree to the same path in the private tree; others stay.
func (s *side) inTree(path string) string {
	rel, err := filepath.Rel(s.place.Repo.Root(), path)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return path
	}
	return filepath.Join(s.tree.Dir(), rel)
}

// prepare runs the configuration's commands in the tree, on the host, for ignored files that the code needs: once in a
// run, before anything is made from the tree's files.
func (s *side) prepare(ctx context.Context, log *step.Log) error {
	s.preparing.Lock()
	defer s.preparing.Unlock()
	if s.prepared || !s.place.Prepares() {
		return nil
	}
	for _, command := range s.place.Config.Prepare {
		c := exec.CommandContext(ctx, "sh", "-c", command)
		c.Dir = filepath.Join(s.tree.Dir(), filepath.FromSlash(s.place.Config.Dir))
		c.Env = gitrepo.WithoutRepository(os.Environ())
		c.WaitDelay = stopTimeout // for what an interrupted command leaves running
		out, err := c.CombinedOutput()
		for line := range strings.Lines(string(out)) {
			log.Line(strings.TrimRight(line, "\n"))
		}
		if err != nil {
			return report.Fail(report.KindWork, "it ran in "+c.Dir+"; correct prepare: in "+path.Join(s.place.Config.Dir, config.FileName), "prepare the %s tree: %s: %w", s.name, command, err).
				WithOutput(lastLines(string(out)))
		}
	}
	s.prepared = true
	return nil
}

// isolate returns the model of some services as scratch containers of this run.
func (s *side) isolate(stack, network string, services ...string) (compose.Isolated, error) {
	w := s.place
	isolation := w.Isolation(s.tree.Dir())
	isolation.Name, isolation.Labels, isolation.Network, isolation.Services = w.Name(stack), w.Labels(), network, services
	isolation.Volume = func(path string) string { return w.Name(s.name + "-" + inputs.Hash(path)[:8]) }
	isolation.Image, isolation.Builder = s.imageOf, w.WorktreeID
	return compose.Isolate(s.model, isolation)
}

// noteDropped says what scratch containers, or builds, do without.
func (s *side) noteDropped(iso compose.Isolated, build bool) {
	for _, d := range iso.Dropped {
		if d.Build == build {
			s.place.Note(d.String())
		}
	}
}

// imageOf is the tag of a service's built image.
func (s *side) imageOf(service string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.images[service]
}

// fill fills the volumes of a stack with the tree's files, each volume once in a run.
func (s *side) fill(ctx context.Context, iso compose.Isolated) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range iso.Volumes {
		if s.filled[v.Name] {
			continue
		}
		service := iso.Project.Services[v.Service]
		err := s.place.Client.FillVolume(ctx, compose.Fill{
			Volume: v.Name, Dir: filepath.Join(s.tree.Dir(), filepath.FromSlash(v.Path)),
			Image: service.Image, User: service.User, Labels: s.place.Labels(),
		})
		if err != nil {
			return err
		}
		s.filled[v.Name] = true
	}
	return nil
}

// close gives the tree back for the next run.
func (s *side) close() error {
	if s == nil {
		return nil
	}
	return s.tree.Close()
}

// lastLines are the last lines of a program's output, for a failure.
func lastLines(output string) []string {
	const most = 20
	lines := strings.Split(strings.TrimRight(output, "\n"), "\n")
	if len(lines) > most {
		lines = lines[len(lines)-most:]
	}
	return lines
}
