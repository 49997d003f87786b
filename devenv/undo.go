package devenv

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"devenv/devenv/gitrepo"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/session"
	"devenv/devenv/userdata"
)

// UndoOptions are the options of undo.
type UndoOptions struct {
	Options
	// DryRun only returns what would be done.
	DryRun bool
	// Yes replaces data without asking; undo never asks about files.
	Yes bool
	// Force also takes back files that were edited since, or that belong to another branch; edited ones are copied
	// first.
	Force bool
}

// UndoItem is one file that undo took back, or would take back.
type UndoItem struct {
	Path string `json:"path"`
	// Action is what undo did to the file: removed, restored.
	Action report.FileAction `json:"action"`
	// Kept is the absolute path of the copy of an edited file; empty if none was needed.
	Kept string `json:"kept,omitempty"`
	// Of is the command that delivered the file, and when.
	Of     string `json:"of"`
	DryRun bool   `json:"dry_run,omitempty"`
}

// Undo takes back what the last command did: the files that new-migration wrote, or the data that reset or snapshot
// restore replaced, whichever came later. It needs an engine only for data.
func Undo(ctx context.Context, o UndoOptions) (*report.Items, error) {
	items := report.NewItems("undo")
	completed, err := endPending(ctx, o)
	if err != nil {
		return items, err
	}
	if completed != nil { // an interrupted undo is the one that was asked for now
		items.Items = append(items.Items, *completed)
		return items, nil
	}
	data, err := undoFiles(ctx, o, items)
	if err != nil || !data {
		return items, err
	}
	return undoData(ctx, o)
}

// undoFiles takes the last delivery back and lists its files; it returns true if data was replaced after that delivery.
func undoFiles(ctx context.Context, o UndoOptions, items *report.Items) (data bool, err error) {
	repo, err := gitrepo.Open(ctx, project.OrDot(o.Dir))
	if err != nil {
		return false, err
	}
	lock, err := repo.Lock(ctx, "undo")
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	recovered, err := repo.Recover(ctx)
	if err != nil {
		return false, err
	}
	if recovered != "" && o.Listener != nil {
		o.Listener.Emit(report.Noted{Text: recovered})
	}
	last, err := userdata.LastToUndo(repo)
	if err != nil {
		return false, err
	}
	result, err := repo.Undo(ctx, gitrepo.UndoOptions{DryRun: true, Force: o.Force})
	none := report.KindOf(err) == report.KindUsage // nothing was delivered
	switch {
	case err != nil && result.At.IsZero() && !none:
		return false, err
	case last != nil && last.At.After(result.At):
		return true, nil
	case err != nil:
		return false, err
	}
	noteFiles(o, result)
	if !o.DryRun {
		if result, err = repo.Undo(ctx, gitrepo.UndoOptions{Force: o.Force}); err != nil {
			return false, err
		}
	}
	for _, f := range result.Files {
		items.Items = append(items.Items, UndoItem{
			Path: f.Path, Action: f.Action, Kept: result.Kept[f.Path], Of: of(result.Command, result.At), DryRun: o.DryRun,
		})
	}
	return false, nil
}

// noteFiles notes what is about to be taken back, and when that was done. It does not ask, because nothing is lost.
func noteFiles(o UndoOptions, delivered gitrepo.UndoResult) {
	if o.Listener == nil {
		return
	}
	var files []string
	for _, f := range delivered.Files {
		files = append(files, fmt.Sprintf("%s is %s", f.Path, f.Action))
	}
	o.Listener.Emit(report.Noted{Text: fmt.Sprintf("%s%s: %s", taking(o.DryRun), of(delivered.Command, delivered.At),
		strings.Join(files, ", "))})
}

// taking returns what undo is about to do, or would do.
func taking(dryRun bool) string {
	if dryRun {
		return "would take back "
	}
	return "taking back "
}

// takes returns what undo is for, before anybody has agreed to it.
func takes(dryRun bool) string {
	if dryRun {
		return taking(dryRun)
	}
	return "undo takes back "
}

// of returns which command it was, and when.
func of(command string, at time.Time) string {
	return fmt.Sprintf("%s, %s", command, at.Local().Format("2006-01-02 15:04:05"))
}

// endPending completes an interrupted exchange, so that what undo would take back is known. If that was an undo and is
// completed now, it returns what the undo did.
func endPending(ctx context.Context, o UndoOptions) (*ResetItem, error) {
	repo, err := gitrepo.Open(ctx, project.OrDot(o.Dir))
	if err != nil {
		return nil, err
	}
	interrupted, err := userdata.UnderWay(repo)
	if err != nil || interrupted == nil {
		return nil, err
	}
	s := session.New("undo", o.Options)
	if _, err = ended(ctx, s, report.NewItems(s.Command), s.Open(ctx, userdata.Recover)); err != nil || interrupted.Undoes.IsZero() {
		return nil, err
	}
	if done, err := userdata.TookBack(repo, *interrupted); err != nil || !done {
		return nil, err // it had not got that far
	}
	done := interrupted.Exchanged()
	return &done, nil
}

// undoData restores the data that the last exchange replaced, and keeps the current data.
func undoData(ctx context.Context, o UndoOptions) (*report.Items, error) {
	s := session.New("undo", o.Options)
	return replaceData(ctx, s, o.Yes, o.DryRun, func(ctx context.Context, d *userdata.Database) (userdata.NewData, error) {
		last, err := userdata.LastToUndo(s.Workspace.Repo)
		if err != nil {
			return userdata.NewData{}, err
		}
		data, err := d.DataBefore(ctx, last)
		switch {
		case err == nil:
			s.Note(takes(o.DryRun) + last.String())
		case !o.DryRun:
			err = userdata.PassOver(s.Workspace.Repo, last, err)
		}
		return data, err
	})
}
