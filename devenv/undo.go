package devenv

import (
	"context"
	"errors"
	"fmt"

	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
)

// UndoOptions are the options of undo.
type UndoOptions struct {
	Options
	// DryRun only says what would happen.
	DryRun bool
	// Force takes back files that were edited since; copies of them are kept.
	Force bool
}

// UndoItem is one file that undo took back, or would take back.
type UndoItem struct {
	Path string `json:"path"`
	// Action is what undo did to the file: removed, restored.
	Action report.FileAction `json:"action"`
	// Kept is the copy of an edited file, absolute; empty when none was needed.
	Kept string `json:"kept,omitempty"`
	// Of says which command's delivery it was, and when.
	Of string `json:"of"`
}

// Undo takes back what the last new-migration did to the working tree. It needs no engine.
func Undo(ctx context.Context, o UndoOptions) (_ *report.Items, err error) {
	repo, err := gitrepo.Open(ctx, orDot(o.Dir))
	if err != nil {
		return nil, err
	}
	lock, err := repo.Lock(ctx, "undo")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	recovered, err := repo.Recover(ctx)
	if err != nil {
		return nil, err
	}
	if recovered != "" && o.Listener != nil {
		o.Listener.Emit(report.Noted{Text: recovered})
	}
	result, err := repo.Undo(ctx, gitrepo.UndoOptions{DryRun: o.DryRun, Force: o.Force})
	if err != nil {
		return nil, err
	}
	items := report.NewItems("undo")
	for _, f := range result.Files {
		items.Items = append(items.Items, UndoItem{
			Path: f.Path, Action: f.Action, Kept: result.Kept[f.Path],
			Of: fmt.Sprintf("%s, %s", result.Command, result.At.Format("2006-01-02 15:04:05")),
		})
	}
	return items, nil
}
