package testbed

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"devenv/compose"
	"devenv/devenv/branch"
	"devenv/devenv/config"
	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/inside"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/step"
)

// Find finds what to work on in the session's workspace: base, database, backend, migration tool, the branch's own
// migrations. It starts nothing.
func (b *Testbed) Find(ctx context.Context, log *step.Log) (err error) {
	w := b.Workspace
	b.Request.Selection.Severities = w.Config.Severities()
	if err := database.CheckEngine(w.Engine); err != nil {
		return err
	}
	if b.BaseRef, err = w.Repo.ResolveBase(ctx, w.BaseName(b.Request.Base)); err != nil {
		return err
	}
	b.Redactor.Keep(b.BaseRef.Ref, branch.ShortRef(b.BaseRef.Ref), b.BaseRef.Commit)
	log.Found(w.FoundCompose(), w.FoundBase(b.Request.Base, branch.ShortRef(b.BaseRef.Ref), b.BaseRef.Commit))
	if err := b.readProject(ctx, log); err != nil {
		return err
	}
	b.about.Base = report.Base{Ref: b.BaseRef.Ref, Commit: b.BaseRef.Commit}
	b.about.Branch = report.Branch{Ref: b.Work.Head.Ref, Commit: b.Work.Head.Commit}
	b.Redactor.Keep(b.Work.Head.Ref, branch.ShortRef(b.Work.Head.Ref), b.Work.Head.Commit)
	if !b.Request.Existing {
		if b.Mode, err = b.Work.Choose(ctx, w.Repo, b.Request.Mode, b.Ask); err != nil {
			return err
		}
	}
	log.Done(fmt.Sprintf("%s onto %s; database %s, backend %s, %s in %s", branch.Name(b.Work.Head.Ref), branch.ShortRef(b.BaseRef.Ref),
		b.Project.Database, b.Project.Backend, b.Project.Migrations.Kind.Name, b.Project.Migrations.Service))
	return nil
}

// readProject captures the working tree, finds the project in it, and determines the branch's own migrations.
func (b *Testbed) readProject(ctx context.Context, log *step.Log) (err error) {
	if err := b.openCache(ctx); err != nil {
		return err
	}
	w := b.Workspace
	work, err := branch.Read(ctx, w.Repo, b.BaseRef, b.ignoredPaths(w.Config))
	if err != nil {
		return err
	}
	project.Learn(b.Redactor, compose.FileTexts(project.Absolute(w.Repo.Root(), work.Capture.Included...)...))
	if err := b.findServices(ctx, work.Capture.Tree, log); err != nil {
		return err
	}
	for _, dir := range b.Project.Migrations.Versions {
		if err := work.ReadVersions(ctx, w.Repo, dir, b.Project.Migrations.Kind.Files); err != nil {
			return err
		}
	}
	b.Work = work
	log.Found(foundIgnored(work.Capture.Included, w.Config)...)
	return nil
}

// openCache opens the cache of captures and of built images.
func (b *Testbed) openCache(ctx context.Context) (err error) {
	w := b.Workspace
	if w.Cache, err = project.KeepCaptures(w.Repo, w.WorktreeID); err != nil {
		return err
	}
	if err := w.Repo.TrimObjects(); err != nil {
		return err
	}
	return w.Builds.Open(ctx, w.Cache, b.Note)
}

// findServices finds the project in a tree.
func (b *Testbed) findServices(ctx context.Context, tree string, log *step.Log) error {
	w := b.Workspace
	files, err := w.Repo.Files(ctx, tree, "")
	if err != nil {
		return err
	}
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.Path
	}
	b.Project, err = b.Request.Services(w.Model, discover.Tree{Dir: w.Repo.Root(), Paths: paths}, w.Config)
	log.Found(b.Project.Found...)
	if err != nil {
		return err
	}
	connection, err := w.FoundConnection(b.Project.Database)
	if err == nil {
		log.Found(connection)
	}
	return err
}

// ignoredPaths returns the ignored files the trees need: those configured, Compose's env files and .env, and the single
// files that services mount, including secrets and configs.
func (b *Testbed) ignoredPaths(cfg *config.Config) []string {
	var paths []string
	if cfg != nil {
		paths = cfg.Paths(cfg.Include)
	}
	w := b.Workspace
	files := []string{filepath.Join(w.Model.WorkingDir, ".env")}
	if dir, err := filepath.Abs(project.OrDot(b.Choice.Dir)); err == nil {
		b.EnvFiles = project.Absolute(dir, b.Choice.Compose.EnvFiles...)
		files = append(files, b.EnvFiles...)
	}
	files = append(files, compose.FilesOf(w.Model)...)
	for _, f := range files {
		if rel, ok := inside.Rel(w.Repo.Root(), f); ok {
			paths = append(paths, filepath.ToSlash(rel))
		}
	}
	return paths
}

// foundIgnored returns which ignored files go into the private trees.
func foundIgnored(included []string, cfg *config.Config) []report.Finding {
	if len(included) == 0 {
		return nil
	}
	from := "env files, .worktreeinclude"
	if cfg != nil && len(cfg.Include) > 0 {
		from += ", include in the configuration"
	}
	return []report.Finding{{What: "ignored files included", Value: strings.Join(included, ", "), From: from}}
}
