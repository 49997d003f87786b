package devenv

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"devenv/devenv/branch"
	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// deliver changes the user's files in one step that can be undone: it adds the new revision, removes those set aside,
// restores edited ones of the base, and re-parents the kept ones. Once it has begun, an interrupt does not stop it: the
// run ends as it would have, and says that the file was written.
func (r *run) deliver(ctx context.Context, dryRun bool, log *step.Log) error {
	ctx = context.WithoutCancel(ctx)
	changes, err := r.changes(ctx)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		log.Skipped("nothing to write")
		return nil
	}
	names := make([]string, 0, len(changes))
	for _, c := range changes {
		names = append(names, string(c.Action)+" "+c.Path)
	}
	if dryRun {
		r.propose(changes)
		r.changed = changes
		why := "--dry-run: "
		if r.Request.Standby != nil { // a watch, which writes it later
			why = ""
		}
		log.Skipped(why + "would have " + strings.Join(names, ", "))
		return nil
	}
	if err := r.Workspace.Repo.Deliver(ctx, gitrepo.Delivery{Command: r.Command, Changes: changes}); err != nil {
		return err
	}
	for _, c := range changes {
		r.document.Files = append(r.document.Files, r.fileOf(c))
	}
	log.Done(strings.Join(names, ", "))
	return nil
}

// Write writes what a dry run in dir has proposed, as the run itself would have. It fails, and changes nothing, if a file
// has changed since.
func Write(ctx context.Context, dir string, r *Result) (err error) {
	repo, err := gitrepo.Open(ctx, project.OrDot(dir))
	if err != nil {
		return err
	}
	lock, err := repo.Lock(ctx, r.Document.Command)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	return repo.Deliver(context.WithoutCancel(ctx), gitrepo.Delivery{Command: r.Document.Command, Changes: r.changes})
}

// propose puts into the document what a dry run would have done, with the text of the new revision.
func (r *run) propose(changes []gitrepo.FileChange) {
	for _, c := range changes {
		f := r.fileOf(c)
		if c.Action == report.FileAdded {
			f.Content = string(c.Content)
		}
		r.document.Proposed = append(r.document.Proposed, f)
	}
}

// changes returns the changes to the working tree.
func (r *run) changes(ctx context.Context) ([]gitrepo.FileChange, error) {
	var changes []gitrepo.FileChange
	if first := r.migration.Baseline; first != nil {
		changes = append(changes, gitrepo.FileChange{Path: first.Path, Action: report.FileAdded, Content: first.Content})
	}
	if r.migration.File != nil {
		changes = append(changes,
			gitrepo.FileChange{Path: r.migration.File.Path, Action: report.FileAdded, Content: r.migration.File.Content})
		if r.Mode == ModeReplace {
			changes = append(changes, r.setAside()...)
		}
	}
	if r.migration.File == nil && len(r.migration.Revisions) == 0 {
		return nil, nil
	}
	for _, f := range r.Work.Own {
		if content, ok := r.migration.Reparented[f.Path]; ok {
			changes = append(changes, gitrepo.FileChange{Path: f.Path, Action: report.FileChanged, Content: content, Expect: f.ID})
		}
	}
	for _, e := range r.Work.Edited {
		restored, err := r.restore(ctx, e)
		if err != nil {
			return nil, err
		}
		changes = append(changes, restored...)
	}
	return changes, nil
}

// setAside removes the branch's own revisions; undo brings them back. One that the new revision overwrites counts as
// changed.
func (r *run) setAside() []gitrepo.FileChange {
	var changes []gitrepo.FileChange
	for _, f := range r.Work.Own {
		changes = append(changes, gitrepo.FileChange{Path: f.Path, Action: report.FileRemoved, Expect: f.ID})
	}
	return changes
}

// restore restores one edited migration to the base's version.
func (r *run) restore(ctx context.Context, e branch.Edit) ([]gitrepo.FileChange, error) {
	repo, capture := r.Workspace.Repo, r.Work.Capture.Tree
	var changes []gitrepo.FileChange
	if e.RenamedTo != "" {
		files, err := repo.Files(ctx, capture, e.RenamedTo)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			changes = append(changes, gitrepo.FileChange{Path: f.Path, Action: report.FileRemoved, Expect: f.ID})
		}
	}
	content, err := repo.ReadFile(ctx, r.BaseRef.Commit, e.Path)
	if errors.Is(err, fs.ErrNotExist) {
		content, err = repo.ReadFile(ctx, r.Work.Fork, e.Path)
	}
	if err != nil {
		return nil, err
	}
	change := gitrepo.FileChange{Path: e.Path, Action: report.FileRestored, Content: content}
	files, err := repo.Files(ctx, capture, e.Path)
	if err != nil {
		return nil, err
	}
	if len(files) == 1 {
		change.Expect = files[0].ID
	}
	return append(changes, change), nil
}

// fileOf describes a change for the document, with its revision if known.
func (r *run) fileOf(c gitrepo.FileChange) report.File {
	f := report.File{Path: c.Path, Action: c.Action}
	if r.migration.File != nil && c.Path == r.migration.File.Path && c.Action == report.FileAdded {
		f.Revision, f.DownRevision = r.migration.Written.Revision, strings.Join(r.migration.Written.Parents, ", ")
		return f
	}
	if revision, ok := r.migration.Find(c.Path); ok {
		f.Revision, f.DownRevision = revision.ID, strings.Join(revision.Down, ", ")
	}
	return f
}
