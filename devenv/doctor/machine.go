package doctor

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"devenv/compose/engine"
	"devenv/devenv/branch"
	"devenv/devenv/gitrepo"
	"devenv/devenv/machine"
	"devenv/devenv/project"
	"devenv/devenv/report"
)

func examineGit(ctx context.Context, _ *target) finding {
	version, err := gitrepo.Version(ctx)
	if err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	return pass("git " + version)
}

func examineRepository(ctx context.Context, t *target) finding {
	if t.repoErr != nil {
		return fail(t.repoErr.Error(), report.HintOf(t.repoErr))
	}
	if busy := t.repo.UnderWay(); busy != "" {
		remedy := "finish it: git " + busy + " --continue, or git " + busy + " --abort"
		if busy == "bisect" {
			remedy = "finish it: git bisect reset"
		}
		return warn("a "+busy+" is in progress in "+t.repo.Root(), remedy)
	}
	if err := t.repo.Conflicts(ctx); err != nil {
		return warn(err.Error(), report.HintOf(err))
	}
	base := ""
	if cfg, err := project.LoadConfig(project.OrDot(t.Choice.Dir), t.repo.Root()); err == nil && cfg != nil {
		base = cfg.Base
	}
	found, err := t.repo.ResolveBase(ctx, base)
	if err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	if err := t.repo.Unwritable(); err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	return pass(fmt.Sprintf("%s, base %s", t.repo.Root(), branch.ShortRef(found.Ref)))
}

func examineConfiguration(_ context.Context, t *target) finding {
	if t.repo == nil {
		return skip("there is no repository")
	}
	cfg, err := project.LoadConfig(project.OrDot(t.Choice.Dir), t.repo.Root())
	switch {
	case err != nil:
		return fail(err.Error(), "correct .devenv.yaml: "+cmp.Or(report.HintOf(err), "devenv init --print shows what is found without it"))
	case cfg == nil:
		return pass("none; none is needed if devenv init finds everything")
	}
	return pass(project.InRepository(t.repo.Root(), cfg.File))
}

func examineEngine(_ context.Context, t *target) finding {
	if t.engineErr != nil {
		return fail(t.engineErr.Error(), report.HintOf(t.engineErr))
	}
	return pass(fmt.Sprintf("Docker Engine %s at %s", t.client.Engine().Info().ServerVersion, t.client.Engine().Endpoint().Host))
}

func examineAPI(_ context.Context, t *target) finding {
	if t.client == nil {
		return skip(noEngine)
	}
	return pass("API " + t.client.Engine().Info().APIVersion + "; devenv needs at least " + engine.MinimumAPI + "")
}

// noEngine is why nothing of the engine is examined.
const noEngine = "the engine does not answer"

func examineContext(_ context.Context, t *target) finding {
	if t.client == nil {
		return skip(noEngine)
	}
	name := t.client.ContextName()
	if !t.client.Engine().Info().Local {
		return warn("the Docker context "+name+" is on another machine: services mount directories of that machine",
			"use this machine's engine: docker context use default")
	}
	if !t.client.Engine().Info().Loopback {
		return warn("the Docker context "+name+" is outside of this container: services mount directories of the machine outside", "mount the project at the same path inside and outside, or use named volumes")
	}
	return pass("the Docker context " + name)
}

func examineClock(ctx context.Context, t *target) finding {
	details, stop := t.details(ctx)
	if stop != nil {
		return *stop
	}
	return answered(machine.Clock(details, time.Now()))
}

// answered returns the machine's answer as a finding.
func answered(a machine.Answer) finding {
	status := map[machine.Supply]Status{machine.Unseen: Skip, machine.Enough: Pass, machine.Little: Warn, machine.None: Fail}[a.Supply]
	return finding{status, a.Said, a.Mend}
}

// details returns what the engine knows about its machine, or why it does not.
func (t *target) details(ctx context.Context) (engine.Details, *finding) {
	if t.client == nil {
		f := skip(noEngine)
		return engine.Details{}, &f
	}
	details, err := t.client.Engine().Details(ctx)
	if err != nil {
		f := fail(err.Error(), report.HintOf(err))
		return details, &f
	}
	return details, nil
}

func examineMemory(ctx context.Context, t *target) finding {
	details, stop := t.details(ctx)
	if stop != nil {
		return *stop
	}
	return answered(machine.Memory(details))
}

func examineDisk(ctx context.Context, t *target) finding {
	details, stop := t.details(ctx)
	if stop != nil {
		return *stop
	}
	return answered(machine.Disk(ctx, t.client.Engine(), details))
}

func examineCompose(_ context.Context, t *target) finding {
	switch {
	case t.client == nil:
		return skip(noEngine)
	case t.repo == nil:
		return skip("there is no repository")
	case t.loadErr != nil:
		return fail(t.loadErr.Error(), report.HintOf(t.loadErr))
	}
	return pass(fmt.Sprintf("project %s, %s", t.view.Model.Name, report.Count(len(t.view.Model.Services), "service")))
}
