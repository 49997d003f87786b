package devenv

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"

	"devenv/compose"
	"devenv/devenv/branch"
	"devenv/devenv/checks"
	"devenv/devenv/config"
	"devenv/devenv/database"
	"devenv/devenv/discover"
	"devenv/devenv/inside"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/step"
	"devenv/devenv/userdata"
)

// check finds out what there is to work on: repository, configuration, engine, Compose project, base, database,
// migration tool. Nothing is started.
func (r *run) check(ctx context.Context, log *step.Log) (err error) {
	if err := r.checkRequest(); err != nil {
		return err
	}
	if err := r.Open(ctx, userdata.Recover); err != nil {
		return err
	}
	r.selection.Severities = r.Workspace.Config.Severities()
	if err := database.CheckEngine(r.Workspace.Engine); err != nil {
		return err
	}
	if r.baseRef, err = r.Workspace.Repo.ResolveBase(ctx, r.baseName()); err != nil {
		return err
	}
	r.Redactor.Keep(r.baseRef.Ref, branch.Spoken(r.baseRef.Ref), r.baseRef.Commit)
	log.Found(r.foundCompose(), r.foundBase())
	if err := r.readProject(ctx, log); err != nil {
		return err
	}
	r.document.Base = report.Base{Ref: r.baseRef.Ref, Commit: r.baseRef.Commit}
	r.document.Branch = report.Branch{Ref: r.work.Head.Ref, Commit: r.work.Head.Commit}
	r.Redactor.Keep(r.work.Head.Ref, branch.Spoken(r.work.Head.Ref), r.work.Head.Commit)
	r.facts.BaseRef = branch.SpokenBase(r.baseRef.Ref, r.work.Head.Ref)
	if !r.asIs {
		if r.mode, err = r.work.Choose(ctx, r.Workspace.Repo, r.request.Mode, r.Ask); err != nil {
			return err
		}
	}
	log.Done(fmt.Sprintf("%s onto %s; database %s, backend %s, %s in %s", branch.Name(r.work.Head.Ref), branch.Spoken(r.baseRef.Ref),
		r.project.Database, r.project.Backend, r.project.Migrations.Tool, r.project.Migrations.Service))
	return nil
}

// checkRequest refuses a message that cannot be a migration's, and checks that do not exist.
func (r *run) checkRequest() error {
	if err := r.selection.Validate(); err != nil {
		return err
	}
	if r.asIs {
		return nil
	}
	if strings.TrimSpace(r.request.Message) == "" {
		return report.Fail(report.KindUsage, "devenv new-migration \"Add badges\"", "the message is empty")
	}
	for _, c := range r.request.Message {
		if unicode.IsControl(c) {
			return report.Fail(report.KindUsage, "write the message on one line", "the message holds the control character %q", c)
		}
	}
	return nil
}

// baseName is the base branch as named by the flag, else by the configuration, else empty.
func (r *run) baseName() string {
	if r.request.Base != "" || r.Workspace.Config == nil {
		return r.request.Base
	}
	return r.Workspace.Config.Base
}

// readProject captures the working tree, finds the project in it, and tells the branch's own migrations.
func (r *run) readProject(ctx context.Context, log *step.Log) (err error) {
	repo, cfg := r.Workspace.Repo, r.Workspace.Config
	if r.Workspace.Cache, err = project.KeepCaptures(repo); err != nil {
		return err
	}
	if err := repo.TrimObjects(); err != nil {
		return err
	}
	if err := r.Workspace.Builds.Open(ctx, r.Workspace.Cache, r.Note); err != nil {
		return err
	}
	include := r.ignoredPaths(cfg)
	work, err := branch.Read(ctx, repo, r.baseRef, include)
	if err != nil {
		return err
	}
	project.Learn(r.Redactor, compose.FileTexts(project.Absolute(repo.Root(), work.Capture.Included...)...))
	files, err := repo.Files(ctx, work.Capture.Tree, "")
	if err != nil {
		return err
	}
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.Path
	}
	r.project, err = discover.Services(r.Workspace.Model, discover.Tree{Dir: repo.Root(), Paths: paths}, cfg)
	log.Found(r.project.Found...)
	if err != nil {
		return err
	}
	settings, err := r.foundSettings()
	if err != nil {
		return err
	}
	log.Found(settings...)
	r.facts.OnePerBranch = r.project.Migrations.PerBranch != config.PerBranchMany
	for _, dir := range r.project.Migrations.Versions {
		if err := work.ReadVersions(ctx, repo, dir); err != nil {
			return err
		}
	}
	r.work = work
	log.Found(r.foundIgnored(cfg)...)
	for _, e := range work.Edited {
		r.facts.Edited = append(r.facts.Edited, checks.Edit(e))
	}
	r.facts.Restores = !r.asIs
	return nil
}

// ignoredPaths are the ignored files that the trees need: the configuration's, Compose's env files and .env, and the single files
// that services mount, secrets and configs among them.
func (r *run) ignoredPaths(cfg *config.Config) []string {
	var paths []string
	if cfg != nil {
		for _, p := range cfg.Include {
			paths = append(paths, cfg.Path(p))
		}
	}
	files := []string{filepath.Join(r.Workspace.Model.WorkingDir, ".env")}
	if dir, err := filepath.Abs(project.OrDot(r.Choice.Dir)); err == nil {
		r.envFiles = project.Absolute(dir, r.Choice.Compose.EnvFiles...)
		files = append(files, r.envFiles...)
	}
	files = append(files, compose.FilesOf(r.Workspace.Model)...)
	for _, f := range files {
		if rel, ok := inside.Rel(r.Workspace.Repo.Root(), f); ok {
			paths = append(paths, filepath.ToSlash(rel))
		}
	}
	return paths
}
