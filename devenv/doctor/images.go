package doctor

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"devenv/compose"
	"devenv/devenv/report"
)

// noProject is why nothing of the Compose project is examined.
const noProject = "the Compose project does not load"

func examineBuilder(_ context.Context, t *target) finding {
	if t.view == nil {
		return skip(noProject)
	}
	if t.client.HasBuildx() {
		return pass("buildx builds the images")
	}
	var needing []string
	for _, name := range t.view.Model.ServiceNames() {
		if b := t.view.Model.Services[name].Build; b != nil && needsBuildKit(filepath.Join(b.Context, b.Dockerfile)) {
			needing = append(needing, name)
		}
	}
	if len(needing) > 0 {
		return fail("buildx is not installed, and these Dockerfiles need it: "+strings.Join(needing, ", "), compose.InstallBuildx)
	}
	return pass("the engine's classic builder builds the images; no Dockerfile needs more")
}

// needsBuildKit reports whether a Dockerfile uses what the classic builder does not support.
func needsBuildKit(path string) bool {
	content, err := os.ReadFile(path)
	text := string(content)
	return err == nil && (strings.Contains(text, "RUN --mount") || strings.Contains(text, "<<EOF") || strings.Contains(text, "COPY --link"))
}

func examineImages(ctx context.Context, t *target) finding {
	if t.view == nil {
		return skip(noProject)
	}
	var missing, unreachable []string
	for _, name := range t.view.Model.ServiceNames() {
		s := t.view.Model.Services[name]
		if s.Build != nil || s.Image == "" || slices.Contains(missing, s.Image) {
			continue
		}
		_, there, err := t.client.Engine().ImageInspect(ctx, s.Image)
		if err != nil {
			return fail(err.Error(), report.HintOf(err))
		}
		if there {
			continue
		}
		missing = append(missing, s.Image)
		asking, cancel := context.WithTimeout(ctx, 10*time.Second)
		if err := t.client.Engine().InRegistry(asking, s.Image); err != nil {
			unreachable = append(unreachable, s.Image)
		}
		cancel()
	}
	switch {
	case len(unreachable) > 0:
		return fail("neither on the engine nor available from a registry: "+strings.Join(unreachable, ", "),
			"check the names, the network and docker login; or load them: docker load")
	case len(missing) > 0:
		return pass("will be pulled when needed: " + strings.Join(missing, ", "))
	}
	return pass("all are on the engine, or will be built")
}

func examineStandIns(ctx context.Context, t *target) finding {
	if t.client == nil {
		return skip(noEngine)
	}
	images, err := t.client.Engine().Images(ctx, "dev.devenv.standin=true")
	if err != nil {
		return fail(err.Error(), report.HintOf(err))
	}
	var names []string
	for _, i := range images {
		if i.Labels["dev.devenv.standin.for"] == i.Ref { // images built on a stand-in inherit its labels
			names = append(names, i.Ref)
		}
	}
	if len(names) == 0 {
		return pass("no image on this engine was built by devenv in place of an official one")
	}
	slices.Sort(names)
	return warn("built here because no registry was available, and not the official images: "+strings.Join(names, ", "),
		"once a registry is available:\n    docker pull "+strings.Join(names, "\n    docker pull "))
}
