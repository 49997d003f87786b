package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"devenv/devenv/branch"
	"devenv/devenv/report"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// writer makes a new revision.
type writer struct {
	*testbed.Testbed
	generator migrations.Generator
	seeded    *testbed.Seeded
	message   string
	migration *Migration
}

// New writes a new revision in the tool's container: what autogenerate finds on the base's data, without what already
// differed before the branch, and with renames as answered. If there is nothing to write, the migration has no file.
func New(ctx context.Context, b *testbed.Testbed, seeded *testbed.Seeded, message string, log *step.Log) (*Migration, error) {
	generator, err := b.Tool.Generator()
	if err != nil {
		return nil, err
	}
	m, err := Read(ctx, b, seeded)
	if err != nil {
		return m, err
	}
	w := &writer{Testbed: b, generator: generator, seeded: seeded, message: message, migration: m}
	if err := w.beginHistory(ctx); err != nil {
		return m, err
	}
	if err := w.reparent(ctx); err != nil {
		return m, err
	}
	revise, err := w.plan(ctx, log)
	if err == nil && revise != nil {
		err = w.write(ctx, *revise, log)
	}
	if err == nil {
		err = m.promote(ctx, b)
	}
	return m, err
}

// write makes the tool write the revision.
func (w *writer) write(ctx context.Context, revise migrations.Revise, log *step.Log) error {
	written, err := w.generator.WriteRevision(ctx, revise)
	if err != nil {
		return tool.GeneratedFailure(err)
	}
	if written.Nothing {
		log.Skipped(w.migration.Nothing(w.Testbed))
		return nil
	}
	path, err := w.Tool.RepositoryPath(written.Path)
	if err != nil {
		return err
	}
	m := w.migration
	m.Written, m.File = written, &File{Path: path, Container: written.Path, Content: []byte(written.Content)}
	m.Edits[written.Path] = m.File.Content
	log.Done(fmt.Sprintf("%s with %s", path, report.Count(len(written.Operations), "operation")))
	w.Emit(proposed(written.Operations))
	w.noteOlder(written.Operations)
	return nil
}

// proposed returns the operations in the file, before anything has been tried.
func proposed(operations []migrations.Operation) report.Proposed {
	p := report.Proposed{Operations: make([]string, len(operations))}
	for i, o := range operations {
		p.Operations[i] = o.Line()
	}
	return p
}

// plan returns what to put into the new revision; nil if there is nothing to write.
func (w *writer) plan(ctx context.Context, log *step.Log) (*migrations.Revise, error) {
	if err := w.followOne(); err != nil {
		return nil, err
	}
	revise := &migrations.Revise{Message: w.message, Parents: w.parents(), Exclude: w.Noise()}
	if w.Mode == branch.Empty {
		revise.Empty = true
		return revise, nil
	}
	if applied, err := w.applyBranch(ctx, log); err != nil || !applied {
		return nil, err
	}
	operations, err := w.generator.Autogenerate(ctx, w.Tool.Database(w.seeded.Server))
	if err != nil {
		return nil, tool.GeneratedFailure(err)
	}
	if err := w.noteNewModels(); err != nil {
		return nil, err
	}
	left, _ := migrations.Subtract(operations, revise.Exclude)
	if len(left) == 0 {
		return nil, w.findUnwritten(ctx, log)
	}
	revise.Renames, w.migration.Renames, err = w.askRenames(ctx, migrations.LikelyRenames(left))
	return revise, err
}

// noteNewModels says so if the base has migrations and no models: what differs there cannot be left out.
func (w *writer) noteNewModels() error {
	known, err := w.Base.ModelsBaseline()
	if err == nil && known.None != "" && len(w.BaseHeads()) > 0 {
		w.Note(fmt.Sprintf("on %s there is nothing to compare the migrations with (%s), so the new one has all that differs",
			w.BaseName(), known.None))
	}
	return err
}

// noteOlder notes which of the operations the branch did not bring: a base without any revision may have models.
func (w *writer) noteOlder(operations []migrations.Operation) {
	if len(w.BaseHeads()) > 0 {
		return
	}
	if note := older(w.BaseName(), w.Base.Noise, operations); note != "" {
		w.Note(note)
	}
}

// older says which of the tables that operations make the models of the base describe already; "" if none.
func older(base string, noise, operations []migrations.Operation) string {
	var tables []string
	for _, o := range operations {
		name, isTable := strings.CutPrefix(o.Object, "table:")
		if isTable && o.Creates() && slices.ContainsFunc(noise, func(n migrations.Operation) bool { return n.Object == o.Object }) {
			tables = append(tables, name)
		}
	}
	if len(tables) == 0 {
		return ""
	}
	return fmt.Sprintf("on %s the models describe %s already, and no migration makes %s: the new one does", base, listed(tables),
		pronoun(len(tables)))
}

// findUnwritten compares the catalogs if autogenerate finds nothing: what only they show must be written by hand.
func (w *writer) findUnwritten(ctx context.Context, log *step.Log) (err error) {
	m, began := w.migration, time.Now()
	if m.Models, err = w.CompareModels(ctx, w.seeded, nil); err != nil {
		return err
	}
	m.ModelsTook = time.Since(began)
	if n := len(m.Models.Differences); n > 0 {
		log.Done("autogenerate finds nothing, but models and migrations differ in " + report.Count(n, "way") + " that it does not see")
		return nil
	}
	if why := m.Models.NotCompared; why != "" {
		w.Note("autogenerate does not see changed CHECKs, primary keys, enum values and the like; the catalogs show them, but could not " +
			"be compared: " + why)
	}
	if err := w.findUnimported(ctx); err != nil {
		return err
	}
	log.Skipped(m.Nothing(w.Testbed))
	if !m.Empty() {
		return nil
	}
	there, err := w.Catalog(ctx, w.seeded.Server)
	if err != nil {
		return err
	}
	return lacking(w.Noise(), there, w.BaseName(), w.Tool.Snippets().Words().Upgrade)
}

// applyBranch upgrades the clone with the branch's kept revisions, so that autogenerate finds only what they leave. If
// they fail or lead to several heads, there is nothing to find and it returns false; the checks then say what is wrong.
func (w *writer) applyBranch(ctx context.Context, log *step.Log) (bool, error) {
	if len(w.migration.Revisions) == 0 {
		return true, nil
	}
	if len(w.migration.History.Heads()) > migrations.MostHeads(w.migration.Revisions, w.BaseHeads()) {
		log.Skipped("the branch's own migrations fail: the history has several heads (history.heads)")
		return false, nil
	}
	log.Line("applying the branch's own migrations")
	w.migration.Applied = true
	_, err := w.Tool.Upgrade(ctx, w.Tool.Database(w.seeded.Server), migrations.Heads())
	var failure *migrations.Failure
	switch {
	case errors.As(err, &failure) && failure.Unanswered():
		return false, err
	case failure != nil && failure.BeforeRevisions():
		return false, tool.GeneratedFailure(err)
	case failure != nil:
		log.Skipped("the branch's own migrations fail: " + failure.Error())
		return false, nil
	}
	return err == nil, err
}

// parents returns the new revision's parents: the newest of the branch's own revisions, or else the base's heads.
func (w *writer) parents() []string {
	if n := len(w.migration.Revisions); n > 0 {
		return []string{w.migration.Revisions[n-1].ID}
	}
	return w.BaseHeads()
}

// askRenames asks about each likely rename. Without an answer it goes into the report; so does a table that may have
// moved, because only its author knows about its rights and sequences.
func (w *writer) askRenames(ctx context.Context, likely []migrations.Rename) (written, reported []migrations.Rename, err error) {
	for _, rename := range likely {
		if slices.ContainsFunc(written, func(w migrations.Rename) bool { return w.Excludes(rename) }) {
			continue
		}
		if w.Ask == nil || rename.Kind == migrations.MoveTable {
			reported = append(reported, rename)
			continue
		}
		if err := w.LeaveTurn(); err != nil {
			return nil, nil, err
		}
		yes, err := w.Ask.Confirm(ctx, fmt.Sprintf("Is %s a rename? (otherwise the old one is dropped with its data and a new one added)",
			rename))
		if err != nil {
			return nil, nil, err
		}
		if yes {
			written = append(written, rename)
		}
	}
	return written, reported, nil
}
