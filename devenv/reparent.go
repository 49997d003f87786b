package devenv

import (
	"context"
	"slices"

	"devenv/devenv/report"
	"devenv/migrations"
)

// reparent lets the branch's kept revisions follow the base's head, where their parent is neither the branch's own nor
// that head: in the tool's container now, in the working tree at delivery. One line of each file changes.
func (r *run) reparent(ctx context.Context) error {
	if r.asIs || len(r.facts.BaseHeads) != 1 {
		return nil
	}
	changed := false
	for _, revision := range r.facts.Revisions {
		if !r.isStale(revision) {
			continue
		}
		content, err := r.Workspace.Repo.ReadFile(ctx, r.work.Capture.Tree, revision.Path)
		if err != nil {
			return err
		}
		moved, err := migrations.Reparent(content, r.facts.BaseHeads[0])
		if err != nil {
			return report.Fail(report.KindWork, "write down_revision as a plain string, or make one migration of all: --replace",
				"re-parent %s: %w", revision.Path, err)
		}
		if err := r.edit(ctx, r.containerPaths[revision.Path], moved); err != nil {
			return err
		}
		r.reparented[revision.Path] = moved
		changed = true
	}
	if !changed {
		return nil
	}
	return r.readGraph(ctx)
}

// isStale says that a revision of the branch has one parent which is neither the branch's nor the base's head.
func (r *run) isStale(revision migrations.Revision) bool {
	if len(revision.Down) != 1 || revision.Down[0] == r.facts.BaseHeads[0] {
		return false
	}
	return !slices.ContainsFunc(r.facts.Revisions, func(own migrations.Revision) bool { return own.ID == revision.Down[0] })
}

// edit writes a file in the tool's container, and remembers it for the containers that hold the code as a copy.
func (r *run) edit(ctx context.Context, containerPath string, content []byte) error {
	r.edits[containerPath] = content
	return r.put(ctx, r.tool.Container, containerPath, content)
}
