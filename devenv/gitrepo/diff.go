package gitrepo

import (
	"context"
	"sort"
	"strings"

	"devenv/devenv/report"
)

// ChangeStatus is what happened to a file between two trees.
type ChangeStatus string

// The statuses of a change, git's own letters. A change of type (file to symlink) is Modified.
const (
	Added    ChangeStatus = "A"
	Modified ChangeStatus = "M"
	Deleted  ChangeStatus = "D"
	Renamed  ChangeStatus = "R"
)

// Change is one difference between two trees. OldPath is set when Status is Renamed.
type Change struct {
	Path, OldPath string
	Status        ChangeStatus
}

// Diff lists the differences between two commits or trees, below a directory or at a path ("" for all), sorted by
// path.
func (r *Repo) Diff(ctx context.Context, from, to, under string) ([]Change, error) {
	args := []string{"diff-tree", "-r", "-z", "-M", "--name-status", "--no-ext-diff", from, to}
	if under = strings.Trim(under, "/"); under != "" && under != "." {
		args = append(args, "--", under)
	}
	fields, err := r.git(args...).list(ctx)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "compare %s with %s: %w", short(from), short(to), err)
	}
	var changes []Change
	for len(fields) >= 2 {
		change := Change{Path: fields[1], Status: Modified}
		used := 2
		switch fields[0][0] {
		case 'A', 'D':
			change.Status = ChangeStatus(fields[0][:1])
		case 'R':
			if len(fields) < 3 {
				return nil, report.Fail(report.KindWork, "", "compare %s with %s: git printed half a rename", short(from), short(to))
			}
			change = Change{Path: fields[2], OldPath: fields[1], Status: Renamed}
			used = 3
		}
		changes, fields = append(changes, change), fields[used:]
	}
	sort.Slice(changes, func(i, j int) bool { return changes[i].Path < changes[j].Path })
	return changes, nil
}

// ChangedSince lists the files of the working tree that differ from a commit, by path, with those that git would add.
func (r *Repo) ChangedSince(ctx context.Context, commit string) ([]string, error) {
	changed, err := r.git("diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", commit).list(ctx)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "compare the working tree with %s: %w", short(commit), err)
	}
	added, err := r.git("ls-files", "-o", "--exclude-standard", "-z").list(ctx)
	if err != nil {
		return nil, report.Fail(report.KindWork, "", "list the files of %s: %w", r.root, err)
	}
	return append(changed, added...), nil
}
