package project

import (
	"cmp"
	"context"
	"errors"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/devenv/builds"
	"devenv/devenv/config"
	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/redact"
)

// Workspace is where a run works: the worktree, its configuration, the engine, and the run's identity. It is safe for
// concurrent use.
type Workspace struct {
	Repo   *gitrepo.Repo
	Config *config.Config // nil without a .devenv.yaml
	Client *compose.Client
	Engine *engine.Engine
	// Cloner starts clones of bases on the engine.
	Cloner *database.Cloner
	// Model is the user's own Compose project, as Compose loads it from the working tree.
	Model *types.Project
	// Cache is the cache directory, empty until something is captured.
	Cache string
	// Redactor takes secrets out of the run's output; it learns them while the workspace opens.
	Redactor *redact.Redactor
	// Builds are the images built by runs that this run uses.
	Builds builds.Images
	Identity
	state
}

// state is what a workspace keeps to itself.
type state struct {
	remarks
	selected  selection
	resources resources
	services  services
}

// OpenOptions are the options for opening a workspace.
type OpenOptions struct {
	Choice
	// Command is the command's name, shown to whoever finds the worktree locked.
	Command string
	// Redactor learns the project's secrets; nil means a new one.
	Redactor *redact.Redactor
	// Note receives remarks.
	Note func(string)
	// Recover completes what an interrupted command began to do with the user's own data. It runs before the project is
	// loaded.
	Recover func(context.Context, *Workspace) error
	// NeedsTool is set for commands that cannot work without a supported migration tool.
	NeedsTool bool
	// Series is the one that the run belongs to; nil for a run on its own.
	Series *Series
	// Background is set for what works in the background, beside the worktree's runs: it has a lock, trees and captures
	// of its own, and neither recovers nor changes anything of the user's.
	Background bool
}

func (o OpenOptions) workspace() *Workspace {
	return &Workspace{
		Redactor: cmp.Or(o.Redactor, redact.New()),
		state: state{
			remarks:   remarks{tell: o.Note, noted: map[string]bool{}},
			resources: resources{runs: runsRecord, networks: map[string]string{}},
		},
	}
}

// Open finds the repository, takes its lock, repairs an interrupted delivery or change of the user's own data, reads
// the configuration, connects to the engine, removes leftovers, and loads the Compose project. The caller closes the
// workspace.
func Open(ctx context.Context, o OpenOptions) (_ *Workspace, err error) {
	w := o.workspace()
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close(ctx))
		}
	}()
	if err := w.openRepository(ctx, o); err != nil {
		return nil, err
	}
	if err := w.connect(ctx, o.Choice); err != nil {
		return nil, err
	}
	if err := w.sweep(ctx); err != nil {
		return nil, err
	}
	if !o.Background {
		if err := o.Recover(ctx, w); err != nil {
			return nil, err
		}
	}
	if err := w.begin(ctx); err != nil {
		return nil, err
	}
	return w, w.load(ctx, o.Choice)
}

// OpenReadOnly opens a workspace for reading: it locks, recovers and sweeps nothing. The caller closes its Client.
func OpenReadOnly(ctx context.Context, o OpenOptions) (_ *Workspace, err error) {
	w, dir := o.workspace(), OrDot(o.Dir)
	if w.Repo, err = gitrepo.Open(ctx, dir); err != nil {
		return nil, err
	}
	w.Identity = IdentityOf(w.Repo.Root())
	if err := w.readConfig(ctx, o); err != nil {
		return nil, err
	}
	if err := w.connect(ctx, o.Choice); err != nil {
		return nil, err
	}
	if err := w.load(ctx, o.Choice); err != nil {
		return nil, errors.Join(err, w.Client.Close())
	}
	return w, nil
}

// openRepository finds the worktree, locks it, recovers it, and reads its configuration.
func (w *Workspace) openRepository(ctx context.Context, o OpenOptions) (err error) {
	dir := OrDot(o.Dir)
	if w.Repo, err = gitrepo.Open(ctx, dir); err != nil {
		return err
	}
	w.Identity = IdentityOf(w.Repo.Root())
	w.RunID = newRunID()
	if o.Background {
		w.Identity, w.resources.runs = w.beside(), runsBeside
		if w.resources.lock, err = w.Repo.LockBeside(ctx, o.Command); err != nil {
			return err
		}
		return w.readConfig(ctx, o)
	}
	if w.resources.lock, err = w.Repo.Lock(ctx, o.Command); err != nil {
		return err
	}
	w.join(o.Series)
	recovered, err := w.Repo.Recover(ctx)
	if err != nil {
		return err
	}
	if recovered != "" {
		w.tell(recovered)
	}
	return w.readConfig(ctx, o)
}

// readConfig reads the configuration. If the command needs a migration tool and the repository's is not supported, it
// says so before anything else is asked.
func (w *Workspace) readConfig(ctx context.Context, o OpenOptions) (err error) {
	if w.Config, err = w.loadConfig(OrDot(o.Dir)); err != nil || !o.NeedsTool {
		return err
	}
	dir, err := o.directory()
	if err != nil {
		return err
	}
	tree, err := w.tree(ctx)
	if err != nil {
		return err
	}
	return discover.Unsupported(tree, dir, w.Config)
}

// tree returns the user's working tree.
func (w *Workspace) tree(ctx context.Context) (discover.Tree, error) {
	paths, err := w.Repo.WorktreeFiles(ctx)
	return discover.Tree{Dir: w.Repo.Root(), Paths: paths}, err
}

// connect connects to the engine.
func (w *Workspace) connect(ctx context.Context, c Choice) (err error) {
	if w.InSeries() && w.resources.series.client != nil {
		w.Client = w.resources.series.client
	} else if w.Client, err = compose.Connect(ctx, compose.ConnectOptions{Host: c.Host, Context: c.Context}); err != nil {
		return err
	}
	if w.InSeries() {
		w.resources.series.client = w.Client
	}
	w.Engine = w.Client.Engine()
	w.Cloner = database.NewCloner(w.Engine)
	return nil
}

// CleanUpHint says what becomes of something that could not be removed.
const CleanUpHint = "the next run tries again; or: devenv clean"

// sweep removes what finished runs of this worktree left on the engine. If something cannot be removed, such as a
// volume that a foreign container mounts, it leaves a note: no run needs it gone.
func (w *Workspace) sweep(ctx context.Context) error {
	if w.InSeries() { // what the last run could not remove would be used as this one's
		made, err := w.Engine.Resources(ctx, LabelRun+"="+w.RunID)
		if err := errors.Join(err, w.Engine.RemoveResources(ctx, w.resources.series.left(made))); err != nil {
			return err
		}
	}
	left, err := leftovers(ctx, w.Engine, LabelWorktree+"="+w.WorktreeID, w.RunID)
	for _, l := range left {
		if stays := w.Engine.RemoveResources(ctx, l.Made); stays != nil {
			w.Note("could not remove what an earlier run left: " + stays.Error() + " (" + CleanUpHint + ")")
		}
	}
	return errors.Join(err, ctx.Err())
}
