package devenv

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/devenv/builds"
	"devenv/devenv/checks"
	"devenv/devenv/config"
	"devenv/devenv/gitrepo"
	"devenv/devenv/redact"
	"devenv/devenv/report"
)

// Labels of what a run makes on the engine; the sweep finds leftovers by them.
const (
	labelRun      = "dev.devenv.run"
	labelWorktree = "dev.devenv.worktree"
	labelRoot     = "dev.devenv.root" // the worktree's path, for clean
)

// workplace is where a run takes place: the locked worktree, its configuration, the engine, and the run's own name.
type workplace struct {
	repo   *gitrepo.Repo
	lock   *gitrepo.Lock
	config *config.Config
	client *compose.Client
	engine *engine.Engine
	// runID is eight hex digits; worktreeID is the same for every run in this worktree.
	runID, worktreeID string
	// begun says that the run is in the record of those that have begun.
	begun bool
	cache string
	// model is the user's own Compose project, as Compose loads it in the working tree.
	model *types.Project

	// redactor takes secrets out of what the run says; it learns as the workplace opens.
	redactor *redact.Redactor
	// say passes remarks on; said are those that were made, each once.
	say      func(string)
	mu       sync.Mutex
	said     map[string]bool
	networks map[string]bool
	building sync.Mutex
	// discarded are images to remove at the end: one that a container is made of would only lose its name.
	discarded []string
	builds    builds.Images
}

// discard lets an image go when the run's containers are gone.
func (w *workplace) discard(ref string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.discarded = append(w.discarded, ref)
}

// note makes a remark, once in a run.
func (w *workplace) note(text string) {
	w.mu.Lock()
	known := w.said[text]
	w.said[text] = true
	w.mu.Unlock()
	if !known {
		w.say(text)
	}
}

// network makes a network of the run, once: the engine itself takes a second one of the same name.
func (w *workplace) network(ctx context.Context, name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.networks[name] {
		return nil
	}
	if _, err := w.engine.CreateNetwork(ctx, name, w.labels()); err != nil {
		return err
	}
	w.networks[name] = true
	return nil
}

// openWorkplace finds the repository, takes its lock, mends what an interrupted run left of a delivery or of an exchange of the
// user's own data, reads the configuration, reaches the engine, removes leftovers, and loads the Compose project. note hears
// remarks.
func openWorkplace(ctx context.Context, command string, o Options, note func(string)) (_ *workplace, err error) {
	w := &workplace{networks: map[string]bool{}, said: map[string]bool{}, say: note, redactor: cmp.Or(o.redactor, redact.New())}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close(ctx))
		}
	}()
	if err := w.openRepository(ctx, command, o, note); err != nil {
		return nil, err
	}
	if w.client, err = compose.Connect(ctx, compose.ConnectOptions{Host: o.Host, Context: o.Context}); err != nil {
		return nil, err
	}
	w.engine = w.client.Engine()
	if err := w.sweep(ctx); err != nil {
		return nil, err
	}
	if err := w.endCutOff(ctx); err != nil {
		return nil, err
	}
	return w, w.loadProject(ctx, o)
}

// openUnlocked opens a workplace to look at: nothing is locked, recovered or swept. The caller closes its client.
func openUnlocked(ctx context.Context, o Options, note func(string)) (_ *workplace, err error) {
	w := &workplace{networks: map[string]bool{}, said: map[string]bool{}, say: note, redactor: cmp.Or(o.redactor, redact.New())}
	if w.repo, err = gitrepo.Open(ctx, orDot(o.Dir)); err != nil {
		return nil, err
	}
	w.worktreeID = WorktreeID(w.repo.Root())
	if w.config, err = w.loadConfig(orDot(o.Dir)); err != nil {
		return nil, err
	}
	if w.client, err = compose.Connect(ctx, compose.ConnectOptions{Host: o.Host, Context: o.Context}); err != nil {
		return nil, err
	}
	w.engine = w.client.Engine()
	if err := w.loadProject(ctx, o); err != nil {
		return nil, errors.Join(err, w.client.Close())
	}
	return w, nil
}

// loadProject loads the user's own Compose project.
func (w *workplace) loadProject(ctx context.Context, o Options) error {
	load, err := loadOptions(o, w.config, w.repo.Root())
	if err != nil {
		return err
	}
	learn(w.redactor, compose.TextsBefore(load))
	if w.model, err = w.client.Load(ctx, load); err != nil {
		return report.Fail(report.KindOf(err), report.HintOf(err), "%s: %w", strings.Join(namesOf(load), ", "), err)
	}
	learnProject(w.redactor, w.model)
	if err := w.learnFiles(ctx); err != nil {
		return err
	}
	compose.ShareBuilds(w.model)
	unset, err := compose.CheckVariables(w.model, load)
	if len(unset) > 0 && err == nil {
		w.note("Compose takes these variables for empty, nothing sets them: " + strings.Join(unset, ", "))
	}
	return err
}

// namesOf are the Compose files as people say them.
func namesOf(load compose.LoadOptions) []string {
	files := load.Files
	if len(files) == 0 {
		files = composeFilesIn(load.WorkingDir)
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = filepath.Base(f)
	}
	return names
}

// openRepository finds the worktree, locks it, recovers it, and reads its configuration.
func (w *workplace) openRepository(ctx context.Context, command string, o Options, note func(string)) (err error) {
	dir := orDot(o.Dir)
	if w.repo, err = gitrepo.Open(ctx, dir); err != nil {
		return err
	}
	if w.lock, err = w.repo.Lock(ctx, command); err != nil {
		return err
	}
	w.runID, w.worktreeID = newRunID(), WorktreeID(w.repo.Root())
	recovered, err := w.repo.Recover(ctx)
	if err != nil {
		return err
	}
	if recovered != "" {
		note(recovered)
	}
	w.config, err = w.loadConfig(dir)
	return err
}

// loadConfig reads the nearest .devenv.yaml, and learns from it first: its errors show its lines.
func (w *workplace) loadConfig(dir string) (*config.Config, error) {
	if path, ok, err := findConfig(dir, w.repo.Root()); err == nil && ok {
		learn(w.redactor, compose.FileTexts(path))
	}
	return loadConfig(dir, w.repo.Root())
}

// loadConfig reads the nearest .devenv.yaml; none is a nil configuration.
func loadConfig(dir, root string) (*config.Config, error) {
	path, ok, err := findConfig(dir, root)
	if err != nil || !ok {
		return nil, err
	}
	return config.Load(root, path, checks.IDs())
}

// findConfig finds the nearest .devenv.yaml.
func findConfig(dir, root string) (path string, ok bool, err error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", false, err
	}
	if absolute, err = filepath.EvalSymlinks(absolute); err != nil {
		return "", false, err
	}
	path, ok = config.Find(absolute, root)
	return path, ok, nil
}

// close removes everything of the run from the engine and gives the lock back, also after an interrupt.
func (w *workplace) close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	if w.engine != nil {
		err = w.sweep(ctx)
		for _, ref := range w.discarded {
			err = errors.Join(err, w.engine.RemoveImage(ctx, ref, true))
		}
		if surplusErr := w.builds.RemoveSurplus(ctx, w.engine, w.worktreeID); surplusErr != nil {
			w.note("images of earlier runs stay that nothing needs: " + surplusErr.Error())
		}
	}
	if w.client != nil {
		err = errors.Join(err, w.client.Close())
	}
	err = errors.Join(err, w.builds.Close())
	if w.lock != nil {
		err = errors.Join(err, w.end(), w.lock.Release())
	}
	return err
}

// sweep removes what runs in this worktree made on the engine. The lock makes sure that none but this one is alive.
func (w *workplace) sweep(ctx context.Context) error {
	_, err := w.engine.Sweep(ctx, labelWorktree+"="+w.worktreeID)
	return err
}

// WorktreeID is the value of the label dev.devenv.worktree for the worktree at a path: the same for every run in it.
func WorktreeID(root string) string {
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real
	}
	return digest(root)[:12]
}

// labels are put on everything the run makes on the engine.
func (w *workplace) labels() map[string]string {
	return map[string]string{labelRun: w.runID, labelWorktree: w.worktreeID, labelRoot: w.repo.Root()}
}

// imageLabels are put on a container that becomes an image: some engines keep them in the image's JSON, where the worktree's path
// is nobody's business.
func (w *workplace) imageLabels() map[string]string {
	return map[string]string{labelRun: w.runID, labelWorktree: w.worktreeID}
}

// name is the name of something the run makes on the engine.
func (w *workplace) name(part string) string { return "devenv-" + w.runID + "-" + part }

func newRunID() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return hex.EncodeToString(b[:])
}

// digest is the SHA-256 of texts in hex; each is ended by a zero byte, so that their borders count.
func digest(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		_, _ = h.Write([]byte(t))
		_, _ = h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}
