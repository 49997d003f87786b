package devenv

import (
	"context"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/devenv/machine"
	"devenv/devenv/project"
)

// portsRecord is the record of the ports that moved in this worktree, by "service/target".
const portsRecord = "ports"

// ownModel is the Compose project of the user's own stack as it runs in this worktree: in a linked worktree under a name, in
// volumes and on ports of its own. services are those that are wanted, with what they depend on; none means all.
func ownModel(ctx context.Context, w *project.Workspace, choice project.Choice, services []string) (*types.Project, []compose.MovedPort, error) {
	load, err := choice.LoadOptions(w.Config, w.Repo.Root())
	if err != nil {
		return nil, nil, err
	}
	load.Services = services
	linked := w.Repo.GitDir() != w.Repo.CommonDir()
	if linked && load.ProjectName == "" {
		shared, err := sharesName(ctx, w)
		if err != nil {
			return nil, nil, err
		}
		if shared {
			load.ProjectName = w.Model.Name + "-" + defaultName(w.Repo.GitDir())
		}
	}
	model, err := w.Client.Load(ctx, load)
	if err != nil {
		return nil, nil, err
	}
	if !linked {
		return model, nil, nil
	}
	moved, err := movePorts(ctx, w, model)
	return model, moved, err
}

// sharesName says whether the project has the same name in another worktree: the files fix it, or the directory that Compose
// takes it from is called the same there.
func sharesName(ctx context.Context, w *project.Workspace) (bool, error) {
	if w.Model.Name != defaultName(w.Model.WorkingDir) {
		return true, nil
	}
	roots, err := w.Repo.Worktrees(ctx)
	if err != nil {
		return false, err
	}
	dir, err := filepath.EvalSymlinks(w.Model.WorkingDir)
	if err != nil {
		return false, err
	}
	below, err := filepath.Rel(w.Repo.Root(), dir)
	return slices.ContainsFunc(roots, func(root string) bool {
		return root != w.Repo.Root() && defaultName(filepath.Join(root, below)) == w.Model.Name
	}), err
}

// defaultName is the name that Compose gives a project in a directory.
func defaultName(dir string) string {
	name := regexp.MustCompile(`[^a-z0-9_-]+`).ReplaceAllString(strings.ToLower(filepath.Base(dir)), "")
	return strings.TrimLeft(name, "_-")
}

// movePorts gives the stack of a linked worktree other ports where its own are busy, the same each time.
func movePorts(ctx context.Context, w *project.Workspace, model *types.Project) ([]compose.MovedPort, error) {
	record := w.Repo.Record(portsRecord)
	known := map[string]int{}
	if _, err := record.Read(&known); err != nil {
		return nil, err
	}
	changed := false
	moved, err := compose.Beside(model, func(service string, target, published int) (int, error) {
		key := fmt.Sprintf("%s/%d/%d", service, target, published)
		port := known[key]
		if port == 0 {
			port = published
		}
		for try := uint32(0); ; try++ {
			holder, busy, err := machine.Probe(ctx, w.Engine, machine.Port{Number: port, Project: model.Name, Service: service}, w.Note)
			if err != nil || !busy || holder.Project() == model.Name {
				return port, err
			}
			port = movedPort(w.WorktreeID+key, try)
			known[key], changed = port, true
		}
	})
	if err != nil || !changed {
		return moved, err
	}
	return moved, record.Write(known)
}

// movedPort is a port between 20000 and 29999 that a text and a number of tries choose.
func movedPort(text string, try uint32) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text)) // never fails
	return 20000 + int((h.Sum32()+try)%10000)
}

// checkPorts refuses ports that somebody else holds, before anything is started.
func checkPorts(ctx context.Context, w *project.Workspace, model *types.Project) error {
	for _, name := range model.ServiceNames() {
		for _, port := range model.Services[name].Ports {
			published := 0
			if _, err := fmt.Sscanf(port.Published, "%d", &published); err != nil || strings.Contains(port.Published, "-") || port.Protocol == "udp" {
				continue
			}
			wanted := machine.Port{Number: published, Project: model.Name, Service: name}
			holder, busy, err := machine.Probe(ctx, w.Engine, wanted, w.Note)
			if err != nil {
				return err
			}
			if busy && holder.Project() != model.Name {
				return machine.Explain(wanted, holder)
			}
		}
	}
	return nil
}
