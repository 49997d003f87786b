package generate

import (
	"context"
	"slices"

	"devenv/devenv/report"
	"devenv/migrations"
)

// reparent makes the branch's kept revisions follow the base's head if their parent is neither that head nor the
// branch's own. It changes the tool's container now and the working tree at delivery; in each file, one line changes.
func (w *writer) reparent(ctx context.Context) error {
	heads := w.BaseHeads()
	if len(heads) != 1 {
		return nil
	}
	m := w.migration
	for _, revision := range m.Revisions {
		if !m.isStale(revision, heads[0]) {
			continue
		}
		content, err := w.Workspace.Repo.ReadFile(ctx, w.Work.Capture.Tree, revision.Path)
		if err != nil {
			return err
		}
		moved, err := w.Project.Migrations.Kind.Files.Reparent(content, heads[0])
		if err != nil {
			return report.Fail(report.KindWork, report.HintOf(err),
				"re-parent %s: %w", revision.Path, err)
		}
		container := m.inContainer[revision.Path]
		if err := w.Workspace.Engine.WriteFile(ctx, w.Tool.Container, container, moved); err != nil {
			return err
		}
		m.Edits[container], m.Reparented[revision.Path] = moved, moved
	}
	if len(m.Reparented) == 0 {
		return nil
	}
	return m.Reread(ctx, w.Testbed)
}

// isStale reports whether a revision of the branch has a single parent that is neither the branch's nor the base's
// head.
func (m *Migration) isStale(revision migrations.Revision, head string) bool {
	if len(revision.Down) != 1 || revision.Down[0] == head {
		return false
	}
	return !slices.ContainsFunc(m.Revisions, func(own migrations.Revision) bool { return own.ID == revision.Down[0] })
}
