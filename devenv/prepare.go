package devenv

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"devenv/devenv/base"
	"devenv/devenv/checks"
	"devenv/devenv/database"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/database/writes"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// useBase finds the base's images by their key, or makes what keepBase makes them of.
func (r *run) useBase(ctx context.Context, log *step.Log) (err error) {
	if r.base, err = base.Open(ctx, r.Workspace, r.project, r.baseRef, r.work.Capture, r.envFiles); err != nil {
		return err
	}
	project.LearnModel(r.Redactor, r.base.Model)
	if err := r.base.ComputeKey(ctx, log); err != nil {
		return err
	}
	known, err := r.base.LookUp(ctx)
	if err != nil {
		return err
	}
	whence := "known"
	if !known {
		if known, err = r.base.Pull(ctx, log); err != nil {
			return err
		}
		whence = "pulled"
	}
	if known {
		if err := r.base.ReadKnown(ctx, log); err != nil {
			return err
		}
		log.Cached(fmt.Sprintf("%s at %.8s, %s", r.facts.BaseRef, r.baseRef.Commit, whence))
	} else {
		if err := r.base.Make(ctx, r.Runner, base.From{Ref: r.baseRef, Secrets: r.Secrets()}); err != nil {
			return err
		}
		log.Done(fmt.Sprintf("%s at %.8s, migrated and seeded", r.facts.BaseRef, r.baseRef.Commit))
	}
	r.document.Base.Image, r.document.Base.Cached = r.base.SeededRef(), known
	r.facts.BaseHeads = r.base.Seeded.Meta.Head
	r.document.Noise = noiseOf(r.base.Noise)
	if !known {
		close(r.copied) // keepBase does the rest
		return nil
	}
	return r.base.Touch(ctx)
}

// keepBase makes an image of the base's database, where this run has made that.
func (r *run) keepBase(ctx context.Context, _ *step.Log) error { return r.base.Keep(ctx, r.Runner) }

// takeBranch makes the branch's tree: the capture, with the branch's own revisions as the mode says, merged with the
// base; and brings the images that its services need.
func (r *run) takeBranch(ctx context.Context, log *step.Log) (err error) {
	repo := r.Workspace.Repo
	commit := r.work.Capture.Commit
	if !r.asIs {
		treeID, err := r.work.Tree(ctx, repo, r.mode == ModeReplace || r.mode == ModeAsk)
		if err != nil {
			return err
		}
		if commit, err = repo.CommitTree(ctx, treeID, r.work.Capture.Parents...); err != nil {
			return err
		}
	}
	if r.branch, err = scratch.CheckOut(ctx, r.Workspace, "branch", commit, r.work.Capture); err != nil {
		return err
	}
	for _, note := range r.branch.Tree.Notes {
		r.Note(note)
	}
	if r.branch.TreeID, r.document.Branch.Merged, err = repo.Merge(ctx, r.branch.Tree, commit, r.baseRef.Commit); err != nil {
		return err
	}
	if err := r.branch.Prepare(ctx, log); err != nil {
		return err
	}
	if err := r.branch.Load(ctx, r.envFiles); err != nil {
		return err
	}
	project.LearnModel(r.Redactor, r.branch.Model)
	log.Done(branchSummary(r.document.Branch.Merged, len(r.work.Own)))
	return r.branch.EnsureImages(ctx, r.stackServices(r.branch, r.project.Migrations.Service), log)
}

// stackServices are the services that a start needs, with one more, without the database.
func (r *run) stackServices(s *scratch.Checkout, extra string) []string {
	services := []string{extra}
	for _, name := range append([]string{r.project.Backend}, r.project.Needs...) {
		if _, ok := s.Model.Services[name]; ok && name != "" && !slices.Contains(services, name) {
			services = append(services, name)
		}
	}
	return services
}

func branchSummary(merged bool, own int) string {
	text := "the working tree as it is"
	if merged {
		text += ", merged with the base"
	}
	if own > 0 {
		text += ", " + report.Count(own, "migration") + " of its own"
	}
	return text
}

// cloneSeeded starts the clone of the base's data in which the migration is made and tried, and reads what it holds.
func (r *run) cloneSeeded(ctx context.Context, log *step.Log) error {
	if err := r.noteDatabaseChange(ctx, log); err != nil {
		return err
	}
	began := time.Now()
	group, cloning := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		r.seeded, err = r.clone(cloning, r.base.First, database.NetworkAlias{})
		return err
	})
	if r.selection.Wants(checks.TrialModels) && !r.request.NoVerify {
		group.Go(func() (err error) {
			r.modelsServer, err = r.clone(cloning, r.base.WithoutData, database.NetworkAlias{})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := r.readBefore(ctx); err != nil {
		return err
	}
	log.Done("a clone of the base's data, ready in " + time.Since(began).Round(time.Millisecond).String())
	return nil
}

// startTool starts the migration tool on the branch's tree.
func (r *run) startTool(ctx context.Context, log *step.Log) (err error) {
	if r.tool, err = tool.Start(ctx, r.branch, base.ToolNetwork, r.project.Migrations, r.base.Settings.Hosts, log); err != nil {
		return err
	}
	hello := r.tool.Hello()
	log.Done(fmt.Sprintf("Alembic %s, SQLAlchemy %s, Python %s", hello.Alembic, hello.SQLAlchemy, hello.Python))
	return nil
}

// clone starts a scenario from an image of the base, in the tool's network and in the one of a stack if it has a name.
func (r *run) clone(ctx context.Context, image base.Image, stack database.NetworkAlias) (*database.Server, error) {
	w := r.Workspace
	tool := w.Name(base.ToolNetwork)
	if err := w.Network(ctx, tool); err != nil {
		return nil, err
	}
	networks := []database.NetworkAlias{{Name: tool}}
	if stack.Name != "" {
		networks = append(networks, stack)
	}
	from, err := image(ctx)
	if err != nil {
		return nil, err
	}
	options := r.base.CloneOf(from, networks...)
	options.Kept = r.keepsClone
	return w.Cloner.Clone(ctx, options)
}

// onClone returns what a function finds on a fresh clone of one of the base's images, and removes the clone.
func onClone[T any](ctx context.Context, r *run, image base.Image, do func(*database.Server) (T, error)) (found T, err error) {
	server, err := r.clone(ctx, image, database.NetworkAlias{})
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, server.Remove(context.WithoutCancel(ctx))) }()
	return do(server)
}

// beforeFacts is what the clone of the base's data held before the migration.
type beforeFacts struct {
	fingerprint data.Fingerprint
	catalog     catalog.Catalog
	shape       catalog.Shape
	// writers are the roles that insert into each table, by OID.
	writers map[uint32][]string
}

// afterFacts is what the same clone held when the migration had been applied, and how that was done.
type afterFacts struct {
	fingerprint data.Fingerprint
	catalog     catalog.Catalog
	shape       catalog.Shape
	statements  []migrations.Statement
}

// wantsCatalogs says whether a trial compares schemas as text, wantsShapes as structure.
func (r *run) wantsCatalogs() bool {
	return r.selection.Wants(checks.TrialReverse) || r.selection.Wants(checks.TrialStepwise) || r.selection.Wants(checks.TrialAtomic) ||
		r.selection.Wants(checks.TrialModels)
}

func (r *run) wantsShapes() bool {
	return r.selection.Wants(checks.TrialAdversarial) || r.selection.Wants(checks.TrialSmoke) || r.selection.Wants(checks.TrialReverse) ||
		r.selection.Wants(checks.TrialNotes) || r.selection.Wants(checks.TrialRenames)
}

// readAfter reads the schema that the upgrade left.
func (r *run) readAfter(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	if r.wantsCatalogs() {
		group.Go(func() (err error) { r.after.catalog, err = r.readCatalog(ctx); return err })
	}
	if r.wantsShapes() {
		group.Go(func() (err error) { r.after.shape, err = r.shapeOf(ctx, r.seeded); return err })
	}
	return group.Wait()
}

// unread names the objects before and after the upgrade that no catalog query describes.
func (r *run) unread() []string {
	names := slices.Sorted(slices.Values(slices.Concat(r.before.catalog.Unread, r.after.catalog.Unread)))
	return slices.Compact(names)
}

// readWriters reads which roles insert into which tables of the base.
func (r *run) readWriters(ctx context.Context) (map[uint32][]string, error) {
	return database.Ask(ctx, r.seeded, writes.Writers)
}

// shapeOf reads what rows of a server's tables must look like.
func (r *run) shapeOf(ctx context.Context, s *database.Server) (catalog.Shape, error) {
	return database.Ask(ctx, s, catalog.ReadShape)
}

// readBefore reads the catalog and the fingerprint of the data that the migration will meet.
func (r *run) readBefore(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	if r.wantsCatalogs() {
		group.Go(func() (err error) { r.before.catalog, err = r.readCatalog(ctx); return err })
	}
	if r.wantsShapes() {
		group.Go(func() (err error) { r.before.shape, err = r.shapeOf(ctx, r.seeded); return err })
	}
	if r.selection.Wants(checks.TrialSmoke) {
		group.Go(func() (err error) { r.before.writers, err = r.readWriters(ctx); return err })
	}
	if r.selection.Wants(checks.TrialData) {
		group.Go(func() (err error) {
			if r.before.fingerprint, err = r.takeFingerprint(ctx); err == nil && !data.HoldsRows(r.before.fingerprint) {
				r.Note(noRows)
			}
			return err
		})
	}
	return group.Wait()
}

// noRows says what a pass on such a base is worth.
const noRows = "the base holds no row, so nothing was tried on data; say in .devenv.yaml what fills it, as seed: {run: \"python seed.py\"}, {sql: [seed.sql]} or {dump: base.dump}"

// noiseOf lists the noise as the document shows it.
func noiseOf(operations []migrations.Operation) []report.Noise {
	noise := make([]report.Noise, 0, len(operations))
	for _, op := range operations {
		noise = append(noise, report.Noise{Object: op.Object, Operation: op.String()})
	}
	return noise
}
