package devenv

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"devenv/compose"
	"devenv/compose/engine"
	"devenv/devenv/branch"
	"devenv/devenv/gitrepo"
	"devenv/devenv/machine"
	"devenv/devenv/project"
	"devenv/devenv/report"
)

func examineGit(ctx context.Context, _ *patient) finding {
	version, err := gitrepo.Version(ctx)
	if err != nil {
		return ill(err.Error(), report.HintOf(err))
	}
	return well("git " + version)
}

func examineRepository(ctx context.Context, p *patient) finding {
	if p.repoErr != nil {
		return ill(p.repoErr.Error(), report.HintOf(p.repoErr))
	}
	if busy := p.repo.UnderWay(); busy != "" {
		mend := "end it: git " + busy + " --continue, or git " + busy + " --abort"
		if busy == "bisect" {
			mend = "end it: git bisect reset"
		}
		return unwell("a "+busy+" is under way in "+p.repo.Root(), mend)
	}
	base := ""
	if cfg, err := project.LoadConfig(project.OrDot(p.Choice.Dir), p.repo.Root()); err == nil && cfg != nil {
		base = cfg.Base
	}
	found, err := p.repo.ResolveBase(ctx, base)
	if err != nil {
		return ill(err.Error(), report.HintOf(err))
	}
	return well(fmt.Sprintf("%s, base %s", p.repo.Root(), branch.Spoken(found.Ref)))
}

func examineConfiguration(_ context.Context, p *patient) finding {
	if p.repo == nil {
		return unlooked("there is no repository")
	}
	cfg, err := project.LoadConfig(project.OrDot(p.Choice.Dir), p.repo.Root())
	switch {
	case err != nil:
		return ill(err.Error(), "correct .devenv.yaml: "+cmp.Or(report.HintOf(err), "devenv init --print shows what is found without it"))
	case cfg == nil:
		return well("none, and none is needed where everything is found: devenv init looks")
	}
	return well(project.InRepository(p.repo.Root(), cfg.File))
}

func examineEngine(_ context.Context, p *patient) finding {
	if p.engineErr != nil {
		return ill(p.engineErr.Error(), report.HintOf(p.engineErr))
	}
	return well(fmt.Sprintf("Docker Engine %s at %s", p.client.Engine().Info().ServerVersion, p.client.Engine().Endpoint().Host))
}

func examineAPI(_ context.Context, p *patient) finding {
	if p.client == nil {
		return unlooked(noEngine)
	}
	return well("API " + p.client.Engine().Info().APIVersion + ", at least " + engine.MinimumAPI + " is needed")
}

// noEngine is why things of the engine are not looked at.
const noEngine = "the engine does not answer"

func examineContext(_ context.Context, p *patient) finding {
	if p.client == nil {
		return unlooked(noEngine)
	}
	name := p.client.ContextName()
	if !p.client.Engine().Info().Local {
		return unwell("the Docker context "+name+" is another machine's: directories of the host that services mount are that machine's",
			"use this machine's: docker context use default")
	}
	return well("the Docker context " + name)
}

func examineClock(ctx context.Context, p *patient) finding {
	details, stop := p.details(ctx)
	if stop != nil {
		return *stop
	}
	return answered(machine.Clock(details, time.Now()))
}

// answered is what the machine answered, as a finding.
func answered(a machine.Answer) finding {
	status := map[machine.Supply]Health{machine.Unseen: Unlooked, machine.Enough: Healthy, machine.Little: Unwell, machine.None: Ill}[a.Supply]
	return finding{status, a.Said, a.Mend}
}

// details asks the engine about its machine, or says why not.
func (p *patient) details(ctx context.Context) (engine.Details, *finding) {
	if p.client == nil {
		f := unlooked(noEngine)
		return engine.Details{}, &f
	}
	details, err := p.client.Engine().Details(ctx)
	if err != nil {
		f := ill(err.Error(), report.HintOf(err))
		return details, &f
	}
	return details, nil
}

func examineMemory(ctx context.Context, p *patient) finding {
	details, stop := p.details(ctx)
	if stop != nil {
		return *stop
	}
	return answered(machine.Memory(details))
}

func examineDisk(ctx context.Context, p *patient) finding {
	details, stop := p.details(ctx)
	if stop != nil {
		return *stop
	}
	return answered(machine.Disk(ctx, p.client.Engine(), details))
}

func examineCompose(_ context.Context, p *patient) finding {
	switch {
	case p.client == nil:
		return unlooked(noEngine)
	case p.repo == nil:
		return unlooked("there is no repository")
	case p.loadErr != nil:
		return ill(p.loadErr.Error(), report.HintOf(p.loadErr))
	}
	return well(fmt.Sprintf("project %s, %s", p.looking.Model.Name, report.Count(len(p.looking.Model.Services), "service")))
}

// noProject is why things of the Compose project are not looked at.
const noProject = "the Compose project does not load"

func examineBuilder(_ context.Context, p *patient) finding {
	if p.looking == nil {
		return unlooked(noProject)
	}
	if p.client.HasBuildx() {
		return well("buildx builds the images")
	}
	var needing []string
	for _, name := range p.looking.Model.ServiceNames() {
		if b := p.looking.Model.Services[name].Build; b != nil && needsBuildKit(filepath.Join(b.Context, b.Dockerfile)) {
			needing = append(needing, name)
		}
	}
	if len(needing) > 0 {
		return ill("buildx is not installed, and these Dockerfiles need it: "+strings.Join(needing, ", "), compose.InstallBuildx)
	}
	return well("the engine's classic builder; no Dockerfile needs more")
}

// needsBuildKit says whether a Dockerfile holds what the classic builder does not know.
func needsBuildKit(path string) bool {
	content, err := os.ReadFile(path)
	text := string(content)
	return err == nil && (strings.Contains(text, "RUN --mount") || strings.Contains(text, "<<EOF") || strings.Contains(text, "COPY --link"))
}

func examineImages(ctx context.Context, p *patient) finding {
	if p.looking == nil {
		return unlooked(noProject)
	}
	var missing, unreachable []string
	for _, name := range p.looking.Model.ServiceNames() {
		s := p.looking.Model.Services[name]
		if s.Build != nil || s.Image == "" || slices.Contains(missing, s.Image) {
			continue
		}
		_, there, err := p.client.Engine().ImageInspect(ctx, s.Image)
		if err != nil {
			return ill(err.Error(), report.HintOf(err))
		}
		if there {
			continue
		}
		missing = append(missing, s.Image)
		asking, cancel := context.WithTimeout(ctx, 10*time.Second)
		if err := p.client.Engine().InRegistry(asking, s.Image); err != nil {
			unreachable = append(unreachable, s.Image)
		}
		cancel()
	}
	switch {
	case len(unreachable) > 0:
		return ill("not on the engine, and no registry gives them: "+strings.Join(unreachable, ", "), "check the names, the network and docker login; or bring them: docker load")
	case len(missing) > 0:
		return well("to be pulled when they are needed: " + strings.Join(missing, ", "))
	}
	return well("all are on the engine, or built")
}

func examineStandIns(ctx context.Context, p *patient) finding {
	if p.client == nil {
		return unlooked(noEngine)
	}
	images, err := p.client.Engine().Images(ctx, "dev.devenv.standin=true")
	if err != nil {
		return ill(err.Error(), report.HintOf(err))
	}
	var names []string
	for _, i := range images {
		if i.Labels["dev.devenv.standin.for"] == i.Ref { // images made on a stand-in inherit its labels
			names = append(names, i.Ref)
		}
	}
	if len(names) == 0 {
		return well("none: all images are the official ones")
	}
	slices.Sort(names)
	return unwell("built here for want of a registry, not the official images: "+strings.Join(names, ", "), "where a registry answers: docker pull "+strings.Join(names, " "))
}
