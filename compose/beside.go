package compose

import (
	"slices"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"
)

// MovedPort is a published port that one worktree publishes under another number.
type MovedPort struct {
	Service string `json:"service"`
	// Target is the port in the container; From and To are on the host.
	Target int `json:"target"`
	From   int `json:"from"`
	To     int `json:"to"`
}

// Beside changes the model of a linked worktree's stack, loaded under the stack's own name, so that it can run beside
// the stacks of other worktrees. It removes fixed names of containers, networks and volumes, keeps external ones, and
// moves each port published under a fixed number to the number that move returns. It touches nothing but the model.
func Beside(p *types.Project, move func(service string, target, published int) (int, error)) ([]MovedPort, error) {
	for key, v := range p.Volumes {
		if !v.External {
			v.Name = p.Name + "_" + key
			p.Volumes[key] = v
		}
	}
	for key, n := range p.Networks {
		if !n.External {
			n.Name = p.Name + "_" + key
			p.Networks[key] = n
		}
	}
	var moved []MovedPort
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		s.ContainerName = ""
		s.Ports = slices.Clone(s.Ports)
		for i, port := range s.Ports {
			published, err := strconv.Atoi(port.Published)
			if err != nil {
				continue // a range or no number: the engine chooses
			}
			to, err := move(name, int(port.Target), published)
			if err != nil {
				return nil, err
			}
			if to != published {
				s.Ports[i].Published = strconv.Itoa(to)
				moved = append(moved, MovedPort{Service: name, Target: int(port.Target), From: published, To: to})
			}
		}
		p.Services[name] = s
	}
	return moved, nil
}
