package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"devenv/devenv/report"
)

// UndoOptions control an undo.
type UndoOptions struct {
	// Force also reverts files that were edited since; copies of them are kept and named.
	Force bool
	// DryRun only reports what would happen.
	DryRun bool
}

// UndoResult is what an undo did, or would do.
type UndoResult struct {
	// Command is the command that was undone, At the time of its delivery.
	Command string
	At      time.Time
	// Files tell what happened to each file: removed or restored.
	Files []report.File
	// Edited are the files that were edited since the delivery, repo-relative.
	Edited []string
	// Kept are copies of the edited files, from path to the copy's absolute name; empty on a dry run.
	Kept map[string]string
}

// Undo reverts the last delivery; called again, the one before. It fails with KindUsage if there is nothing to undo,
// and with KindWork, naming them, if files were edited since or another branch is checked out, unless forced; then the
// result still describes the delivery. The caller holds the Lock.
func (r *Repo) Undo(ctx context.Context, opts UndoOptions) (UndoResult, error) {
	return r.undo(ctx, opts, func(string) {})
}

func (r *Repo) undo(ctx context.Context, opts UndoOptions, step func(string)) (UndoResult, error) {
	if _, err := r.recoverDeliveries(step); err != nil {
		return UndoResult{}, err
	}
	e, found, err := r.lastDelivery(step)
	if err != nil {
		return UndoResult{}, err
	}
	if !found {
		return UndoResult{}, report.Fail(report.KindUsage, "", "undo: no command of devenv in %s is left to take back", r.root)
	}
	result := UndoResult{Command: e.journal.Command, At: e.journal.At, Files: e.undone(), Kept: map[string]string{}}
	if result.Edited, err = e.edited(); err != nil {
		return result, report.Fail(report.KindWork, "", "undo \"devenv %s\": %w", e.journal.Command, err)
	}
	if len(result.Edited) > 0 && !opts.Force {
		return result, report.Fail(report.KindWork, "undo it anyway and keep copies of them: devenv undo --force",
			"undo \"devenv %s\": edited since it wrote them: %s", e.journal.Command, strings.Join(result.Edited, ", "))
	}
	if err := e.checkBranch(ctx, opts.Force); err != nil || opts.DryRun {
		return result, err
	}
	if err := e.undo(&result); err != nil {
		return UndoResult{}, report.Fail(report.KindWork, writableHint(err, r.root), "undo \"devenv %s\": %w", e.journal.Command, err)
	}
	return result, nil
}

// checkBranch refuses to put files of one branch into another's checkout.
func (e *execution) checkBranch(ctx context.Context, force bool) error {
	head, err := e.repo.Head(ctx)
	if err != nil || force || head.Ref == e.journal.Ref {
		return err
	}
	made, now := strings.TrimPrefix(e.journal.Ref, "refs/heads/"), strings.TrimPrefix(head.Ref, "refs/heads/")
	if made == "" {
		return report.Fail(report.KindWork, "check out that commit again, or undo it here anyway: devenv undo --force",
			"undo \"devenv %s\": it was made on a detached HEAD, and the worktree is on %s now", e.journal.Command, now)
	}
	return report.Fail(report.KindWork, "git checkout "+report.ShellWord(made)+", or undo it here anyway: devenv undo --force",
		"undo \"devenv %s\": it was made on branch %s, which is not checked out now", e.journal.Command, made)
}

// undo keeps copies of edited files, then reverts the delivery.
func (e *execution) undo(result *UndoResult) error {
	for _, c := range e.journal.Changes {
		if dir, err := writableParent(e.repo.target(c.Path)); err != nil {
			return fmt.Errorf("write to %s: %w", dir, err)
		}
	}
	for _, name := range result.Edited {
		kept, err := e.keepEdited(name)
		if err != nil {
			return err
		}
		result.Kept[name] = kept
	}
	e.journal.Forced = len(result.Edited) > 0
	if err := e.mark(stateUndoing); err != nil {
		return err
	}
	return e.revert()
}

// keepEdited moves a copy of an edited file to safety and returns the copy's name.
func (e *execution) keepEdited(name string) (string, error) {
	target := e.repo.target(name)
	info, err := os.Lstat(target)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no longer a regular file: move it away", name)
	}
	content, err := os.ReadFile(target)
	if err != nil {
		return "", err
	}
	kept := e.repo.state("kept", filepath.Base(e.dir)+"-"+time.Now().Format("20060102-150405"), filepath.FromSlash(name))
	if err := makeOwned(filepath.Dir(kept), e.repo.gitDir); err != nil {
		return "", err
	}
	return kept, errors.Join(writeSynced(kept, content, 0o666), ownLike(kept, e.repo.gitDir))
}

// undone returns what reverting the delivery does to each file.
func (e *execution) undone() []report.File {
	files := make([]report.File, 0, len(e.journal.Changes))
	for _, c := range e.journal.Changes {
		action := report.FileRestored
		if c.Old == nil {
			action = report.FileRemoved
		}
		files = append(files, report.File{Path: c.Path, Action: action})
	}
	return files
}

// lastDelivery opens the newest complete delivery.
func (r *Repo) lastDelivery(step func(string)) (*execution, bool, error) {
	names, err := r.deliveries()
	if err != nil {
		return nil, false, err
	}
	for i := len(names) - 1; i >= 0; i-- {
		e, begun, err := r.openDelivery(names[i], step)
		if err != nil {
			return nil, false, err
		}
		if begun && e.journal.State == stateDone {
			return e, true, nil
		}
	}
	return nil, false, nil
}

func isNotDir(err error) bool { return errors.Is(err, syscall.ENOTDIR) }
