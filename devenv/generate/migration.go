// Package generate determines the branch's migration: it reads the branch's own revisions from the history, writes a
// new one from the models on a clone of the base's data, and formats it. All this happens in the migration tool's
// container; nothing of the user's is touched.
package generate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
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
	// Since is the date on which the base got a revision, by its id, if the history has several heads.
	Since map[string]string
	// Written is the new revision, and File its file; nil if none was written.
	Written migrations.Written
	File    *File
	// Baseline is the file of a new revision before it, which makes what the base's databases have already; nil if none
	// was made.
	Baseline *File
	// Renames are drops and adds that look like renames but were not written as such, because nobody was there to ask.
	Renames []migrations.Rename
	Unwritten
	// Applied is set if the branch's revisions were applied to the seeded clone before the new one was made.
	Applied bool
	// Reparented are the kept revisions whose parent was changed, by path in the repository. Edits is everything
	// written in the tool's container, by path there.
	Reparented, Edits map[string][]byte

	// inContainer is where the tool sees the repository's revisions.
	inContainer map[string]string
}

// Unwritten is what is known when autogenerate found nothing.
type Unwritten struct {
	// Models is how the catalogs of models and migrations differ; ModelsTook is how long finding that took.
	Models     checks.ModelsOutcome
	ModelsTook time.Duration
	// Unimported are files that the branch changes, that can add to the models, and that no code imports.
	Unimported []string
}

// File is the new revision's file.
type File struct {
	// Path is relative to the repository; Container is where the tool sees it.
	Path, Container string
	Content         []byte
}

// Files returns the files that this run has made or changed, by path in the repository.
func (m *Migration) Files() map[string][]byte {
	files := maps.Clone(m.Reparented)
	for _, f := range []*File{m.Baseline, m.File} {
		if f != nil {
			files[f.Path] = f.Content
		}
	}
	return files
}

// Read returns the branch's migration as it is.
func Read(ctx context.Context, b *testbed.Testbed, seeded *testbed.Seeded) (*Migration, error) {
	m := &Migration{Reparented: map[string][]byte{}, Edits: map[string][]byte{}, inContainer: map[string]string{}}
	if err := m.Reread(ctx, b); err != nil {
		return m, err
	}
	return m, m.recognizeBaseline(ctx, b, seeded)
}

// Reread reads the history in the branch's tree again and finds the branch's own revisions in it.
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
	if len(m.Revisions) > 1 { // what follows the baseline is the branch's work
		m.Revisions = slices.DeleteFunc(m.Revisions, func(r migrations.Revision) bool { return r.ID == b.Baseline })
	}
	for i := range history.Problems {
		if path, err := b.Tool.RepositoryPath(history.Problems[i].File); err == nil {
			history.Problems[i].File = path
		}
	}
	m.History = history
	if err := m.unseenRevisions(b); err != nil {
		return err
	}
	return m.readSince(ctx, b)
}

// readSince finds out when the base got the heads that are not the branch's, if there are several.
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

// Nothing returns the message that there is nothing to write, without claiming more than is known.
func (m *Migration) Nothing(b *testbed.Testbed) string {
	switch noise := b.Noise(); {
	case len(m.Unimported) > 0:
		return fmt.Sprintf("autogenerate finds nothing to migrate, but no code imports %s, which the branch changes and which uses the "+
			"models' metadata", strings.Join(m.Unimported, ", "))
	case !m.Models.Ran, m.Models.NotCompared != "":
		return "autogenerate finds nothing to migrate; the catalogs were not compared"
	case len(noise) > 0:
		return fmt.Sprintf("nothing to migrate except what already differs on %s: %s, the first in %s", b.BaseName(),
			report.Count(len(noise), "difference"), noise[0].Object)
	}
	return "nothing to migrate: models and migrations agree"
}

// Empty reports whether there is nothing to test: no revision, new or existing, and no difference found.
func (m *Migration) Empty() bool {
	return m.File == nil && len(m.Revisions) == 0 && len(m.Models.Differences) == 0
}

// IDs returns the ids of the branch's revisions, including the new one.
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

// Find returns the revision in a file of the repository; false if there is none.
func (m *Migration) Find(path string) (migrations.Revision, bool) {
	i := slices.IndexFunc(m.History.Revisions, func(r migrations.Revision) bool { return r.Path == path })
	if i < 0 {
		return migrations.Revision{}, false
	}
	return m.History.Revisions[i], true
}
