package userdata

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/compose"
	"devenv/devenv/machine"
	"devenv/devenv/project"
)

// portsRecord is the record of this worktree's moved ports, by "service/target".
const portsRecord = "ports"

// movePorts assigns other ports to the stack of a linked worktree if its own are busy, the same ones each time.
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

// movedPort returns a port between 20000 and 29999, derived from a text and the number of attempts.
func movedPort(text string, try uint32) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text)) // never fails
	return 20000 + int((h.Sum32()+try)%10000)
}

// CheckPorts fails if somebody else holds a port, before anything is started.
func (s *Stack) CheckPorts(ctx context.Context) error {
	for _, name := range s.Model.ServiceNames() {
		for _, port := range s.Model.Services[name].Ports {
			published := 0
			if _, err := fmt.Sscanf(port.Published, "%d", &published); err != nil || strings.Contains(port.Published,
				"-") || port.Protocol == "udp" {
				continue
			}
			wanted := machine.Port{Number: published, Project: s.Model.Name, Service: name}
			holder, busy, err := machine.Probe(ctx, s.workspace.Engine, wanted, s.workspace.Note)
			if err != nil {
				return err
			}
			if busy && holder.Project() != s.Model.Name {
				return machine.Explain(wanted, holder)
			}
		}
	}
	return nil
}
