package branch

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
)

// Mode tells what happens to the revisions that the branch already has.
type Mode int

// The modes of a new migration.
const (
	// Ask asks if the branch has revisions, and is an error if nobody can be asked.
	Ask Mode = iota
	// Replace sets the branch's revisions aside and generates one.
	Replace
	// Keep keeps them unchanged, re-parents the oldest and adds one on top.
	Keep
	// Empty adds a revision with empty bodies on top of the existing ones.
	Empty
)

// Chooser asks the person at the terminal a question, and returns the index of the chosen option.
type Chooser interface {
	Choose(ctx context.Context, question string, options []string) (int, error)
}

// Choose decides the mode: the given one, the person's answer or, if ask is nil, a usage failure that lists the
// revisions.
func (w *Work) Choose(ctx context.Context, repo *gitrepo.Repo, given Mode, ask Chooser) (Mode, error) {
	if given != Ask || len(w.Own) == 0 {
		return given, nil
	}
	names := make([]string, 0, len(w.Own))
	for _, f := range w.Own {
		names = append(names, "  "+f.Path+handWritten(ctx, repo, w.Capture.Tree, f))
	}
	who := "this branch"
	if w.Capture.Head.Ref == "" {
		who = "the working tree, on a detached HEAD,"
	}
	has := fmt.Sprintf("%s already has %s:\n%s", who, report.Count(len(w.Own), "migration"), strings.Join(names, "\n"))
	if ask == nil {
		return given, report.Fail(report.KindUsage,
			"--replace sets them aside (devenv undo restores them) and generates one\n--keep leaves them and adds one on top",
			"%s", has)
	}
	choice, err := ask.Choose(ctx, strings.ToUpper(has[:1])+has[1:],
		[]string{"replace: set them aside and generate one", "keep: leave them and add one on top"})
	if err != nil {
		return given, err
	}
	return []Mode{Replace, Keep}[choice], nil
}

// handWritten returns a remark if a revision is not as devenv wrote it.
func handWritten(ctx context.Context, repo *gitrepo.Repo, tree string, f gitrepo.File) string {
	written, err := repo.Written(f.Path)
	if err != nil {
		return " (not written by devenv)"
	}
	current, err := repo.ReadFile(ctx, tree, f.Path)
	if err != nil || !bytes.Equal(written, current) {
		return " (edited since devenv wrote it)"
	}
	return ""
}
