package base

import (
	"context"
	"path"
	"slices"
	"strings"

	"devenv/devenv/discover"
	"devenv/devenv/gitrepo"
	"devenv/devenv/report"
)

// lent returns the files that a base without a migration tool takes from the branch that introduces it, so that the
// tool can be asked about the base: its configuration, its scripts without revisions, and what says which packages are
// installed. It returns none if the base has the tool.
func lent(ctx context.Context, repo *gitrepo.Repo, p discover.MigrationTool, ref gitrepo.Base, capture string) ([]string, error) {
	there, err := repo.Files(ctx, ref.Commit, "")
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(there, func(f gitrepo.File) bool {
		return isScript(p, f.Path) || f.Path == p.Config && !p.Kind.Installs(path.Base(f.Path))
	}) {
		return nil, nil
	}
	files, err := repo.Files(ctx, capture, "")
	if err != nil {
		return nil, err
	}
	if moved := movedAway(p, there, files); moved != "" {
		return nil, report.Fail(report.KindUsage,
			"move it on the base first, in a commit of its own, or name a base that has it there: --base …",
			"find the migrations of the base: %s has %s, but the branch has its migrations in %s", ref.Ref, moved, p.ScriptLocation)
	}
	var paths []string
	for _, f := range files {
		if lends(p, f.Path) {
			paths = append(paths, f.Path)
		}
	}
	return paths, nil
}

// movedAway returns the configuration of the tool that the base has and the branch no longer has there; empty if there
// is none. Others, which both have, belong to something else.
func movedAway(p discover.MigrationTool, base, branch []gitrepo.File) string {
	for _, f := range base {
		stays := func(other gitrepo.File) bool { return other.Path == f.Path }
		if p.Kind.Configures(path.Base(f.Path)) && !slices.ContainsFunc(branch, stays) {
			return f.Path
		}
	}
	return ""
}

// lends reports whether a base without the tool takes one of the branch's files.
func lends(p discover.MigrationTool, file string) bool {
	revision := p.Kind.Files.IsRevision(file) && slices.ContainsFunc(p.Versions, func(dir string) bool {
		return strings.HasPrefix(file, dir+"/")
	})
	return file == p.Config || isScript(p, file) && !revision || p.Kind.Installs(path.Base(file))
}

// isScript reports whether a file is in the directory of the tool's scripts.
func isScript(p discover.MigrationTool, file string) bool {
	return strings.HasPrefix(file, p.ScriptLocation+"/")
}

// explainLent says what to do if a tool that the branch lends does not start on the base, whose image may lack it.
func (b *build) explainLent(err error) error {
	if err == nil || len(b.lent) == 0 {
		return err
	}
	hint := "let " + b.from.Name + " have it first, with what installs it:\n" +
		"    git switch " + b.from.Name + " && git checkout @{-1} -- " + strings.Join(b.lentPaths(), " ") +
		" && git commit -m \"Add migrations\"\n" +
		"    git switch - && git merge " + b.from.Name
	return report.Fail(report.KindOf(err), hint, "try on %s the migrations that the branch introduces: %w", b.from.Name, err).
		WithOutput(report.OutputOf(err))
}

// lentPaths returns the lent files, those of the tool's scripts as one directory.
func (b *build) lentPaths() []string {
	paths := []string{b.project.Migrations.ScriptLocation}
	for _, file := range b.lent {
		if !isScript(b.project.Migrations, file) {
			paths = append(paths, file)
		}
	}
	return paths
}
