package devenv

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"devenv/devenv/checks"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
)

// branchWork is what the branch holds, as git objects: the working tree as it is, and which migrations are its own.
type branchWork struct {
	head gitrepo.Head
	base gitrepo.Base
	// fork is the commit where the branch left the base.
	fork    string
	capture gitrepo.Capture
	// own are the files of revisions that the branch added, edited the base's that it touched.
	own    []gitrepo.File
	edited []checks.Edit
}

// readBranch captures the working tree with the ignored files of include.
func readBranch(ctx context.Context, repo *gitrepo.Repo, base gitrepo.Base, include []string) (*branchWork, error) {
	b := &branchWork{base: base}
	var err error
	if b.head, err = repo.Head(ctx); err != nil {
		return nil, err
	}
	if b.fork, err = repo.MergeBase(ctx, b.head.Commit, base.Commit); err != nil {
		return nil, err
	}
	if b.capture, err = repo.Capture(ctx, gitrepo.CaptureOptions{Include: include}); err != nil {
		return nil, err
	}
	return b, nil
}

// readVersions compares one directory of revisions with the fork and the base.
func (b *branchWork) readVersions(ctx context.Context, repo *gitrepo.Repo, dir string) error {
	changes, err := repo.Diff(ctx, b.fork, b.capture.Tree, dir)
	if err != nil || len(changes) == 0 {
		return err
	}
	onBase, err := filesByPath(ctx, repo, b.base.Commit, dir)
	if err != nil {
		return err
	}
	here, err := filesByPath(ctx, repo, b.capture.Tree, dir)
	if err != nil {
		return err
	}
	for _, c := range changes {
		b.sort(c, here, onBase)
	}
	return b.findTidied(ctx, repo)
}

// sort files one change under own or edited; what the base has in the same form is neither.
func (b *branchWork) sort(c gitrepo.Change, here, onBase map[string]gitrepo.File) {
	if c.Status == gitrepo.Renamed && !isRevisionFile(c.OldPath) {
		c = gitrepo.Change{Path: c.Path, Status: gitrepo.Added}
	}
	if c.Status == gitrepo.Renamed && !isRevisionFile(c.Path) {
		c = gitrepo.Change{Path: c.OldPath, Status: gitrepo.Deleted} // 0001.py.bak is read by nobody
	}
	if !isRevisionFile(c.Path) || here[c.Path].ID == onBase[c.Path].ID {
		return
	}
	switch c.Status {
	case gitrepo.Added:
		b.own = append(b.own, here[c.Path])
	case gitrepo.Renamed:
		b.edited = append(b.edited, checks.Edit{Path: c.OldPath, Status: "renamed", RenamedTo: c.Path})
	case gitrepo.Deleted:
		b.edited = append(b.edited, checks.Edit{Path: c.Path, Status: "removed"})
	case gitrepo.Modified:
		b.edited = append(b.edited, checks.Edit{Path: c.Path, Status: "changed"})
	}
}

// isRevisionFile says whether a path in a directory of revisions can be one.
func isRevisionFile(p string) bool {
	return strings.HasSuffix(p, ".py") && path.Base(p) != "__init__.py"
}

func filesByPath(ctx context.Context, repo *gitrepo.Repo, treeish, dir string) (map[string]gitrepo.File, error) {
	files, err := repo.Files(ctx, treeish, dir)
	if err != nil {
		return nil, err
	}
	byPath := make(map[string]gitrepo.File, len(files))
	for _, f := range files {
		byPath[f.Path] = f
	}
	return byPath, nil
}

// baseOnly returns the tree of the capture with the branch's own revisions set aside when replace says so, and the
// base's revisions as they were at the fork.
func (b *branchWork) baseOnly(ctx context.Context, repo *gitrepo.Repo, replace bool) (string, error) {
	var remove []string
	put := map[string][]byte{}
	if replace {
		for _, f := range b.own {
			remove = append(remove, f.Path)
		}
	}
	for _, e := range b.edited {
		if e.RenamedTo != "" {
			remove = append(remove, e.RenamedTo)
		}
		content, err := repo.ReadFile(ctx, b.fork, e.Path)
		if err != nil {
			return "", err
		}
		put[e.Path] = content
	}
	if len(remove)+len(put) == 0 {
		return b.capture.Tree, nil
	}
	return repo.WithFiles(ctx, b.capture.Tree, remove, put)
}

// chooseMode settles what happens to the branch's own revisions: the flag, the person at the terminal, or a usage failure.
func chooseMode(ctx context.Context, repo *gitrepo.Repo, b *branchWork, mode Mode, ask Asker) (Mode, error) {
	if mode != ModeAsk || len(b.own) == 0 {
		return mode, nil
	}
	names := make([]string, 0, len(b.own))
	for _, f := range b.own {
		names = append(names, "  "+f.Path+handWritten(ctx, repo, b.capture.Tree, f))
	}
	list := strings.Join(names, "\n")
	if ask == nil {
		return mode, report.Fail(report.KindUsage,
			"--replace sets them aside (devenv undo brings them back) and makes one\n--keep leaves them and adds one on top",
			"this branch already has %s:\n%s", report.Count(len(b.own), "migration"), list)
	}
	choice, err := ask.Choose(ctx, fmt.Sprintf("This branch already has %s:\n%s", report.Count(len(b.own), "migration"), list),
		[]string{"replace: set them aside and make one", "keep: leave them and add one on top"})
	if err != nil {
		return mode, err
	}
	return []Mode{ModeReplace, ModeKeep}[choice], nil
}

// handWritten says that a revision is not as devenv wrote it.
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

// ownPaths returns the paths of the branch's own revisions.
func (b *branchWork) ownPaths() []string {
	paths := make([]string, 0, len(b.own))
	for _, f := range b.own {
		paths = append(paths, f.Path)
	}
	slices.Sort(paths)
	return paths
}
