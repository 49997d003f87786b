// Package generate says what the branch's migration is: it reads the branch's own revisions in the history, writes a new one from the
// models on a clone of the base's data, and formats it. All of it happens in the migration tool's container; nothing of the user's
// is touched.
package generate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"devenv/devenv/checks"
	"devenv/devenv/report"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// Migration is what the branch adds to the base's history.
type Migration struct {
	// History is the graph after merging with the base; Revisions are the branch's own, oldest first.
	History   migrations.History
	Revisions []migrations.Revision
	// Since is the day since when the base has a revision, where the history has several heads.
	Since map[string]string
	// Written is the revision that was written, File its file; nil where none was.
	Written migrations.Written
	File    *File
	// Renames are drops and adds that look like renames and were not written as such: nobody was there to ask.
	Renames []migrations.Rename
	// Models is how the catalogs of models and migrations differ, where autogenerate found nothing; ModelsTook is the time for it.
	Models     checks.ModelsOutcome
	ModelsTook time.Duration
	// Applied says that the branch's revisions were applied to the seeded clone before the new one was made.
	Applied bool
	// Reparented are the kept revisions whose parent was changed, by their path in the repository; Edits is all that was written
	// in the tool's container, by path there.
	Reparented, Edits map[string][]byte

	// inContainer is where the tool sees the repository's revisions.
	inContainer map[string]string
}

// File is the new revision's file.
type File struct {
	// Path is relative to the repository, Container is where the tool sees it.
	Path, Container string
	Content         []byte
}

// Read returns the branch's migration as it is.
func Read(ctx context.Context, b *testbed.Testbed) (*Migration, error) {
	m := &Migration{Reparented: map[string][]byte{}, Edits: map[string][]byte{}, inContainer: map[string]string{}}
	return m, m.Reread(ctx, b)
}

// Reread reads the history in the branch's tree anew and finds the branch's own revisions in it.
func (m *Migration) Reread(ctx context.Context, b *testbed.Testbed) error {
	history, err := b.Tool.History(ctx)
	if err != nil {
		return err
	}
	own := b.Work.Paths()
	m.Revisions = nil
	for i := range history.Revisions {
		revision := &history.Revisions[i]
		if path, err := b.Tool.RepositoryPath(revision.Path); err == nil {
			m.inContainer[path] = revision.Path
			revision.Path = path
		}
		if slices.Contains(own, revision.Path) || (m.File != nil && revision.Path == m.File.Path) {
			m.Revisions = append(m.Revisions, *revision)
		}
	}
	for i := range history.Problems {
		if path, err := b.Tool.RepositoryPath(history.Problems[i].File); err == nil {
			history.Problems[i].File = path
		}
	}
	m.History = history
	return m.readSince(ctx, b)
}

// readSince finds since when the base has the heads that are not the branch's, where there are several.
func (m *Migration) readSince(ctx context.Context, b *testbed.Testbed) error {
	heads := m.History.Heads()
	if len(heads) < 2 {
		return nil
	}
	m.Since = map[string]string{}
	for _, revision := range m.History.Revisions {
		if !revision.Head || !slices.Contains(b.BaseHeads(), revision.ID) {
			continue
		}
		added, err := b.Workspace.Repo.Added(ctx, b.BaseRef.Commit, revision.Path)
		if err != nil {
			return err
		}
		if !added.IsZero() {
			m.Since[revision.ID] = added.Format("2 Jan 2006")
		}
	}
	return nil
}

// Nothing returns that there is nothing to write, and no more than is known.
func (m *Migration) Nothing(b *testbed.Testbed) string {
	switch noise := b.Base.Noise; {
	case m.Models.NotCompared != "":
		return "autogenerate finds nothing to migrate; the catalogs were not compared"
	case len(noise) > 0:
		return fmt.Sprintf("nothing to migrate beyond what differs on %s already: %s, %s first", b.BaseName(), report.Count(len(noise), "difference"), noise[0].Object)
	}
	return "nothing to migrate: models and migrations agree"
}

// Empty returns whether there is nothing to prove: no revision, new or the branch's own, and no difference found.
func (m *Migration) Empty() bool {
	return m.File == nil && len(m.Revisions) == 0 && len(m.Models.Differences) == 0
}

// IDs returns the ids of the branch's revisions, the new one among them.
func (m *Migration) IDs() []string {
	ids := []string{}
	for _, r := range m.Revisions {
		ids = append(ids, r.ID)
	}
	if id := m.Written.Revision; id != "" && !slices.Contains(ids, id) {
		ids = append(ids, id)
	}
	return ids
}

// Find returns the revision of a file of the repository; false where there is none.
func (m *Migration) Find(path string) (migrations.Revision, bool) {
	i := slices.IndexFunc(m.History.Revisions, func(r migrations.Revision) bool { return r.Path == path })
	if i < 0 {
		return migrations.Revision{}, false
	}
	return m.History.Revisions[i], true
}
