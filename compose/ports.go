package compose

import (
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// DeclaredPorts returns the TCP ports that a service publishes or exposes, by their numbers in the container.
func DeclaredPorts(s types.ServiceConfig) []int {
	var ports []int
	for _, p := range s.Ports {
		if p.Protocol == "" || p.Protocol == "tcp" {
			ports = append(ports, int(p.Target))
		}
	}
	for _, e := range s.Expose {
		number, protocol, _ := strings.Cut(e, "/")
		if n, err := strconv.Atoi(number); err == nil && (protocol == "" || protocol == "tcp") {
			ports = append(ports, n)
		}
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}
