package devenv

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"devenv/devenv/report"
	"devenv/devenv/step"
	"devenv/devenv/tool"
	"devenv/migrations"
	"devenv/migrations/alembic"
)

// nothingToMigrate is said when autogenerate finds nothing beyond the noise.
const nothingToMigrate = "nothing to migrate: models and migrations agree"

// newFile is the new revision's file.
type newFile struct {
	// path is relative to the repository, container is where the tool sees it.
	path, container string
	content         []byte
}

// generate writes the new revision in the tool's container: what autogenerate finds on the base's data, less what
// already differed before the branch, with renames as they were answered.
func (r *run) generate(ctx context.Context, log *step.Log) error {
	if err := r.readGraph(ctx); err != nil {
		return err
	}
	if err := r.reparent(ctx); err != nil {
		return err
	}
	revise, err := r.plan(ctx, log)
	if err != nil || revise == nil {
		return err
	}
	written, err := r.tool.WriteRevision(ctx, *revise)
	if err != nil {
		return tool.GeneratedFailure(err)
	}
	if written.Nothing {
		log.Skipped(nothingToMigrate)
		return nil
	}
	r.written = written
	path, err := r.tool.RepositoryPath(written.Path)
	if err != nil {
		return err
	}
	r.file = &newFile{path: path, container: written.Path, content: []byte(written.Content)}
	r.edits[written.Path] = r.file.content
	log.Done(fmt.Sprintf("%s with %s", path, report.Count(len(written.Operations), "operation")))
	return nil
}

// plan says what the new revision is to be; nil means that there is nothing to write.
func (r *run) plan(ctx context.Context, log *step.Log) (*alembic.Revise, error) {
	revise := &alembic.Revise{Message: r.request.Message, Parents: r.parents(), Exclude: r.base.Noise}
	if r.mode == ModeEmpty {
		revise.Empty = true
		return revise, nil
	}
	if brought, err := r.bringToParent(ctx, log); err != nil || !brought {
		return nil, err
	}
	operations, err := r.tool.Autogenerate(ctx, r.tool.Database(r.seeded))
	if err != nil {
		return nil, tool.GeneratedFailure(err)
	}
	left, _ := migrations.Subtract(operations, r.base.Noise)
	if len(left) == 0 {
		return nil, r.findUnwritten(ctx, log)
	}
	revise.Renames, r.facts.Renames, err = r.askRenames(ctx, migrations.LikelyRenames(left))
	return revise, err
}

// findUnwritten asks the catalogs when autogenerate finds nothing: what only they see has to be written by hand.
func (r *run) findUnwritten(ctx context.Context, log *step.Log) error {
	if err := r.tryModels(ctx); err != nil {
		return err
	}
	if n := len(r.facts.Models.Differences); n > 0 {
		log.Done("autogenerate finds nothing, but models and migrations differ in " + report.Count(n, "way") + " that it does not see")
		return nil
	}
	if why := r.facts.Models.NotCompared; why != "" {
		r.Note("autogenerate does not see changed CHECKs, primary keys, enum values and the like, and the catalogs that do could not be compared: " + why)
	}
	log.Skipped(r.nothing())
	return nil
}

// nothing says that there is nothing to write, and no more than is known.
func (r *run) nothing() string {
	if r.facts.Models.NotCompared != "" {
		return "autogenerate finds nothing to migrate; the catalogs were not compared"
	}
	return nothingToMigrate
}

// bringToParent upgrades the clone by the branch's kept revisions, so that autogenerate finds what they leave over. Where
// they fail there is nothing to find; the checks then say what is wrong with them.
func (r *run) bringToParent(ctx context.Context, log *step.Log) (bool, error) {
	if len(r.facts.Revisions) == 0 {
		return true, nil
	}
	log.Line("upgrading by the branch's own migrations")
	r.brought = true
	_, err := r.tool.Upgrade(ctx, r.tool.Database(r.seeded), "head", alembic.MoveOptions{})
	var failure *migrations.Failure
	if errors.As(err, &failure) {
		log.Skipped("the branch's own migrations fail: " + failure.Error())
		return false, nil
	}
	return err == nil, err
}

// parents are the new revision's: the newest of the branch's own, else the base's heads.
func (r *run) parents() []string {
	if n := len(r.facts.Revisions); n > 0 {
		return []string{r.facts.Revisions[n-1].ID}
	}
	return r.facts.BaseHeads
}

// askRenames asks about each likely rename; what nobody can answer is left for the report.
func (r *run) askRenames(ctx context.Context, likely []migrations.Rename) (written, reported []migrations.Rename, err error) {
	for _, rename := range likely {
		if slices.ContainsFunc(written, func(w migrations.Rename) bool { return w.Excludes(rename) }) {
			continue
		}
		if r.Ask == nil {
			reported = append(reported, rename)
			continue
		}
		yes, err := r.Ask.Confirm(ctx, fmt.Sprintf("Is %s a rename? (otherwise it is dropped with its data and added anew)", rename))
		if err != nil {
			return nil, nil, err
		}
		if yes {
			written = append(written, rename)
		}
	}
	return written, reported, nil
}

// readGraph reads the history in the branch's tree and finds the branch's own revisions in it, oldest first.
func (r *run) readGraph(ctx context.Context) error {
	history, err := r.tool.History(ctx)
	if err != nil {
		return err
	}
	own := r.work.Paths()
	r.facts.Revisions = nil
	for i := range history.Revisions {
		revision := &history.Revisions[i]
		if path, err := r.tool.RepositoryPath(revision.Path); err == nil {
			r.containerPaths[path] = revision.Path
			revision.Path = path
		}
		if slices.Contains(own, revision.Path) || (r.file != nil && revision.Path == r.file.path) {
			r.facts.Revisions = append(r.facts.Revisions, *revision)
		}
	}
	for i := range history.Problems {
		if path, err := r.tool.RepositoryPath(history.Problems[i].File); err == nil {
			history.Problems[i].File = path
		}
	}
	r.facts.History = history
	return r.readSince(ctx)
}

// readSince finds since when the base has the heads that are not the branch's, where there are several.
func (r *run) readSince(ctx context.Context) error {
	heads := r.facts.History.Heads()
	if len(heads) < 2 {
		return nil
	}
	r.facts.Since = map[string]string{}
	for _, revision := range r.facts.History.Revisions {
		if !revision.Head || !slices.Contains(r.facts.BaseHeads, revision.ID) {
			continue
		}
		added, err := r.Workspace.Repo.Added(ctx, r.baseRef.Commit, revision.Path)
		if err != nil {
			return err
		}
		if !added.IsZero() {
			r.facts.Since[revision.ID] = added.Format("2 Jan 2006")
		}
	}
	return nil
}

// readHistory is test-migration's step instead of generate: the graph as it is, and what stands in the way of trials.
func (r *run) readHistory(ctx context.Context, log *step.Log) error {
	if err := r.readGraph(ctx); err != nil {
		return err
	}
	log.Done(fmt.Sprintf("%s, %d of them the branch's", report.Count(len(r.facts.History.Revisions), "revision"), len(r.facts.Revisions)))
	return nil
}
