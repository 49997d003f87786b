package generate

import (
	"context"
	"fmt"
	"path"
	"slices"

	"devenv/compose/engine"
	"devenv/devenv/branch"
	"devenv/devenv/database/catalog"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// beginHistory adds the base's first revision to the branch, as its baseline, if the base needs one and the branch has
// no revision.
func (w *writer) beginHistory(ctx context.Context) error {
	m, first := w.migration, w.Base.First
	located, ok := w.Tool.Tool.(migrations.Located)
	if first == nil || len(m.History.Revisions) > 0 || w.Mode == branch.Empty || !ok {
		return nil
	}
	directory := located.Directories()[0]
	inRepository, err := w.Tool.RepositoryPath(path.Join(directory, first.Name))
	if err != nil {
		return err
	}
	file := &File{Path: inRepository, Container: path.Join(directory, first.Name), Content: []byte(first.Content)}
	made, err := w.Workspace.Engine.Exec(ctx, w.Tool.Container, engine.ExecOptions{Cmd: []string{"mkdir", "-p", directory}, User: "0"})
	if err == nil && made != 0 {
		err = fmt.Errorf("make %s in the tool's container: mkdir exited with status %d", directory, made)
	}
	if err == nil {
		err = w.Workspace.Engine.WriteFile(ctx, w.Tool.Container, file.Container, file.Content)
	}
	if err != nil {
		return err
	}
	m.Baseline, m.Edits[file.Container] = file, file.Content
	if err := w.SetBaseline(ctx, w.seeded, first.Revision); err != nil {
		return err
	}
	noteBaseline(w.Testbed, file.Path)
	return m.Reread(ctx, w.Testbed)
}

// promote makes the baseline the branch's new revision if there is nothing else to write.
func (m *Migration) promote(ctx context.Context, b *testbed.Testbed) error {
	if m.Baseline == nil || m.File != nil {
		return nil
	}
	m.File, m.Baseline = m.Baseline, nil
	m.Written = migrations.Written{Revision: b.Baseline, Path: m.File.Container, Content: string(m.File.Content)}
	return m.Reread(ctx, b)
}

// recognizeBaseline finds out whether the first of the branch's own revisions only makes tables that the base's
// databases have already, with all columns. If so, it is not run on them, but recorded as applied.
func (m *Migration) recognizeBaseline(ctx context.Context, b *testbed.Testbed, seeded *testbed.Seeded) error {
	i := slices.IndexFunc(m.Revisions, func(r migrations.Revision) bool { return len(r.Down) == 0 })
	if i < 0 || b.Base.First == nil || len(m.History.Problems) > 0 {
		return nil
	}
	root := m.Revisions[i]
	made, err := b.MadeBy(ctx, root.ID)
	if err != nil {
		return err
	}
	there, err := b.Catalog(ctx, seeded.Server)
	if err != nil || !hasAll(there, made) {
		return err
	}
	if err := b.SetBaseline(ctx, seeded, root.ID); err != nil {
		return err
	}
	noteBaseline(b, root.Path)
	return m.Reread(ctx, b)
}

// hasAll reports whether a schema has all of what a revision makes, and that is something.
func hasAll(schema catalog.Catalog, made []string) bool {
	return len(made) > 0 && !slices.ContainsFunc(made, func(object string) bool { return !isThere(schema, object) })
}

// noteBaseline says what existing databases need.
func noteBaseline(b *testbed.Testbed, file string) {
	note := fmt.Sprintf("%[1]s has no migration, and its databases have tables: %[2]s makes those. It was recorded as applied in the "+
		"copies of their data, not run", b.BaseName(), file)
	if record := b.Tool.Snippets().Words().Record; record != "" {
		note += ". Record it once in each existing database: " + record + " " + b.Baseline
	}
	b.Note(note)
}
