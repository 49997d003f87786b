package testbed

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"devenv/devenv/base"
	"devenv/devenv/branch"
	"devenv/devenv/project"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/step"
	"devenv/devenv/tool"
	"devenv/migrations"
)

// UseBase finds the base's images by their key, or creates the database that KeepBase turns into images.
func (b *Testbed) UseBase(ctx context.Context, log *step.Log) (err error) {
	if err := b.OpenBase(ctx, log); err != nil {
		return err
	}
	close(b.Opened)
	source, err := b.findBase(ctx, log)
	if err != nil {
		return err
	}
	known := source != ""
	if known {
		if err := b.Base.ReadKnown(ctx, log); err != nil {
			return err
		}
		log.Cached(fmt.Sprintf("%s at %.8s, %s", b.BaseName(), b.BaseRef.Commit, source))
	} else if err := b.makeBase(ctx, log); err != nil {
		return err
	}
	b.noteUpgraded()
	if err := b.useStandby(ctx); err != nil {
		return err
	}
	b.about.Base.Image, b.about.Base.Cached = b.Base.SeededRef(), known
	b.about.Noise = noiseOf(b.Noise())
	close(b.Based)
	if !known {
		close(b.Copied) // KeepBase does the rest
		return nil
	}
	return b.Base.Touch(ctx)
}

// findBase finds the base's images, and says where they were; empty if they must be made.
func (b *Testbed) findBase(ctx context.Context, log *step.Log) (source string, err error) {
	if known, err := b.Base.LookUp(ctx); err != nil || known {
		return "known", err
	}
	if pulled, err := b.Base.Pull(ctx, log); err != nil || pulled {
		return "pulled", err
	}
	if !b.incremental() {
		return "", nil
	}
	if known, err := b.Base.LookUpUpgraded(ctx); err != nil || known {
		return "known", err
	}
	return "", nil
}

// makeBase makes the base's database.
func (b *Testbed) makeBase(ctx context.Context, log *step.Log) (err error) {
	from := base.From{Ref: b.BaseRef, Name: b.BaseName(), Secrets: b.Secrets()}
	if b.incremental() {
		if b.Workspace.Prepares() {
			b.Note("seed.incremental has no effect beside prepare: which files make the empty database is then unknown")
		}
		if from.Earlier, err = b.Base.Nearest(ctx, b.BaseRef); err != nil {
			return err
		}
	}
	if err := b.Base.Make(ctx, b.Runner, from); err != nil {
		return err
	}
	what := "migrated and seeded"
	if b.Base.Upgraded != nil {
		what = "upgraded"
	}
	log.Done(fmt.Sprintf("%s at %.8s, %s", b.BaseName(), b.BaseRef.Commit, what))
	return nil
}

// OpenBase checks out the base and computes its key.
func (b *Testbed) OpenBase(ctx context.Context, log *step.Log) (err error) {
	if b.Base, err = base.Open(ctx, b.Workspace, b.Project, b.BaseRef, b.Work.Capture, b.EnvFiles); err != nil {
		return err
	}
	project.LearnModel(b.Redactor, b.Base.Model)
	return b.Base.ComputeKey(ctx, log)
}

// KeepBase creates images of the base's database, if this run has created it.
func (b *Testbed) KeepBase(ctx context.Context, _ *step.Log) error { return b.Base.Keep(ctx, b.Runner) }

// PrepareBranch creates the branch's tree: the captured working tree, with the branch's own revisions handled as the
// mode says, merged with the base. It also pulls the images its services need.
func (b *Testbed) PrepareBranch(ctx context.Context, log *step.Log) (err error) {
	repo := b.Workspace.Repo
	commit := b.Work.Capture.Commit
	if !b.Request.Existing {
		treeID, err := b.Work.Tree(ctx, repo, b.Mode == branch.Replace || b.Mode == branch.Ask)
		if err != nil {
			return err
		}
		if commit, err = repo.CommitTree(ctx, treeID, b.Work.Capture.Parents...); err != nil {
			return err
		}
	}
	if b.Branch, err = scratch.CheckOut(ctx, b.Workspace, "branch", commit, b.Work.Capture); err != nil {
		return err
	}
	for _, note := range b.Branch.Tree.Notes {
		b.Note(note)
	}
	if b.Branch.TreeID, b.about.Branch.Merged, err = repo.Merge(ctx, b.Branch.Tree, commit, b.BaseRef.Commit); err != nil {
		return err
	}
	if err := b.onBranch(ctx, b.ensureBranch(ctx, log)); err != nil {
		return err
	}
	close(b.Branched)
	return nil
}

// onBranch says of an error that the branch's code was at work, and how little it differs from the base where that is so:
// then the base probably has the fault as well.
func (b *Testbed) onBranch(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	var paths []string
	changes, failed := b.Workspace.Repo.Diff(ctx, b.BaseRef.Commit, b.Branch.TreeID, "")
	for _, c := range changes {
		paths = append(paths, c.Path)
	}
	side := "your branch"
	if failed == nil {
		side = branchSide(b.BaseName(), paths)
	}
	return scratch.On(ctx, side, err)
}

// branchSide names the branch's side in errors, with the files in which it differs from the base if they are few.
func branchSide(base string, differs []string) string {
	const few = 3
	switch n := len(differs); {
	case n == 0:
		return base + ", from which your branch does not differ"
	case n <= few:
		list := strings.Join(differs[:n-1], ", ")
		if n > 1 {
			list += " and "
		}
		return fmt.Sprintf("your branch, which differs from %s in %s only", base, list+differs[n-1])
	}
	return "your branch"
}

// ensureBranch makes ready what runs on the branch's tree.
func (b *Testbed) ensureBranch(ctx context.Context, log *step.Log) error {
	if err := b.Branch.Prepare(ctx, log); err != nil {
		return err
	}
	if err := b.Branch.Load(ctx, b.EnvFiles); err != nil {
		return err
	}
	project.LearnModel(b.Redactor, b.Branch.Model)
	log.Done(branchSummary(b.about.Branch.Merged, len(b.Work.Own)))
	return b.Branch.EnsureImages(ctx, b.Services(b.Branch, b.Project.Migrations.Service), log)
}

// Services returns the services to start for a start in a checkout, without the database, and one more.
func (b *Testbed) Services(s *scratch.Checkout, extra string) []string {
	services := []string{extra}
	for _, name := range append([]string{b.Project.Backend}, b.Project.Needs...) {
		if _, ok := s.Model.Services[name]; ok && name != "" && !slices.Contains(services, name) {
			services = append(services, name)
		}
	}
	return services
}

// StartTool starts the migration tool on the branch's tree.
func (b *Testbed) StartTool(ctx context.Context, log *step.Log) (err error) {
	if b.Tool, err = b.resumeTool(ctx, log); err != nil {
		return err
	}
	if b.Tool != nil {
		log.Cached(b.Tool.About())
		return nil
	}
	if b.Tool, err = tool.Start(ctx, b.Branch, base.ToolNetwork, b.Project.Migrations, b.Base.Settings.Hosts, log); err != nil {
		return b.onBranch(ctx, err)
	}
	log.Done(b.Tool.About())
	return nil
}

func branchSummary(merged bool, own int) string {
	text := "the working tree as it is"
	if merged {
		text += ", merged with the base"
	}
	if own > 0 {
		text += ", " + report.Count(own, "migration") + " of its own"
	}
	return text
}

// Noise returns what differs on the base already: the branch does not answer for it. If the base has no revision at
// all, a new one is the first, which makes what the base's models describe.
func (b *Testbed) Noise() []migrations.Operation {
	if b.Request.Existing || len(b.BaseHeads()) > 0 {
		return b.Base.Noise
	}
	return slices.DeleteFunc(slices.Clone(b.Base.Noise), migrations.Operation.Creates)
}

// noiseOf returns the noise as the document shows it.
func noiseOf(operations []migrations.Operation) []report.Noise {
	noise := make([]report.Noise, 0, len(operations))
	for _, op := range operations {
		noise = append(noise, report.Noise{Object: op.Object, Operation: op.String()})
	}
	return noise
}
