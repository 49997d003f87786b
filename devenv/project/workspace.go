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
	"devenv/devenv/gitrepo"
	"devenv/devenv/redact"
)

// Workspace is where a run takes place: the worktree, its configuration, the engine, and the run's own name. Several goroutines may
// use one.
type Workspace struct {
	Repo   *gitrepo.Repo
	Config *config.Config // nil where there is no .devenv.yaml
	Client *compose.Client
	Engine *engine.Engine
	// Cloner starts clones of bases on the engine.
	Cloner *database.Cloner
	// Model is the user's own Compose project, as Compose loads it in the working tree.
	Model *types.Project
	// Cache is the directory of the cache, empty until something is captured.
	Cache string
	// Redactor takes secrets out of what the run says; it learns as the workspace opens.
	Redactor *redact.Redactor
	// Builds are the images that the run uses of those that runs build.
	Builds builds.Images
	Identity
	remarks

	held held
}

// OpenOptions are what a workspace is opened with.
type OpenOptions struct {
	Choice
	// Command is the command's name, for those who find the worktree locked.
	Command string
	// Redactor learns the project's secrets; nil means a new one.
	Redactor *redact.Redactor
	// Note hears remarks.
	Note func(string)
	// Recover ends what a command that was cut off has begun with the user's own data. It is called before the project is loaded.
	Recover func(context.Context, *Workspace) error
}

func (o OpenOptions) workspace() *Workspace {
	return &Workspace{
		Redactor: cmp.Or(o.Redactor, redact.New()),
		remarks:  remarks{say: o.Note, said: map[string]bool{}},
		held:     held{networks: map[string]bool{}},
	}
}

// Open finds the repository, takes its lock, mends what an interrupted run left of a delivery or of the user's own data, reads the
// configuration, reaches the engine, removes leftovers, and loads the Compose project. The caller closes the workspace.
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
	if err := o.Recover(ctx, w); err != nil {
		return nil, err
	}
	if err := w.begin(ctx); err != nil {
		return nil, err
	}
	return w, w.load(ctx, o.Choice)
}

// Look opens a workspace to look at: nothing is locked, recovered or swept. The caller closes its Client.
func Look(ctx context.Context, o OpenOptions) (_ *Workspace, err error) {
	w, dir := o.workspace(), OrDot(o.Dir)
	if w.Repo, err = gitrepo.Open(ctx, dir); err != nil {
		return nil, err
	}
	w.Identity = IdentityOf(w.Repo.Root())
	if w.Config, err = w.loadConfig(dir); err != nil {
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
	if w.held.lock, err = w.Repo.Lock(ctx, o.Command); err != nil {
		return err
	}
	w.Identity, w.RunID = IdentityOf(w.Repo.Root()), newRunID()
	recovered, err := w.Repo.Recover(ctx)
	if err != nil {
		return err
	}
	if recovered != "" {
		w.say(recovered)
	}
	w.Config, err = w.loadConfig(dir)
	return err
}

// connect reaches the engine.
func (w *Workspace) connect(ctx context.Context, c Choice) (err error) {
	if w.Client, err = compose.Connect(ctx, compose.ConnectOptions{Host: c.Host, Context: c.Context}); err != nil {
		return err
	}
	w.Engine = w.Client.Engine()
	w.Cloner = database.NewCloner(w.Engine)
	return nil
}

// sweep removes what runs that are over left of this worktree on the engine. What cannot be removed, such as a volume that another's
// container has mounted, stays and is told: no run needs it gone.
func (w *Workspace) sweep(ctx context.Context) error {
	left, err := leftovers(ctx, w.Engine, LabelWorktree+"="+w.WorktreeID, w.RunID)
	for _, l := range left {
		if stays := w.Engine.RemoveResources(ctx, l.Made); stays != nil {
			w.Note("something that an earlier run left could not be removed: " + stays.Error() + " (the next run tries again; or: devenv clean)")
		}
	}
	return errors.Join(err, ctx.Err())
}
