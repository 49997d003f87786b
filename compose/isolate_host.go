package compose

import (
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// scratchNetwork is the only network of an isolated project.
const scratchNetwork = "default"

// network gives the service its names in the run's network, and no other network.
func (i *isolating) network(s *types.ServiceConfig) {
	if s.NetworkMode != "" && s.NetworkMode != "bridge" && s.NetworkMode != "default" {
		i.drop(s.Name, "network_mode "+s.NetworkMode,
			"it joins the run's own network, where services are reached by name, not as localhost")
	}
	for _, link := range s.ExternalLinks {
		i.drop(s.Name, "the external link "+link, "it points outside the project")
	}
	i.extraHosts(s)
	s.Networks = map[string]*types.ServiceNetworkConfig{scratchNetwork: {Aliases: i.aliases(s)}}
	s.NetworkMode, s.Net, s.Ports, s.Links, s.ExternalLinks, s.MacAddress = "", "", nil, nil, nil, ""
	if i.Network == "" {
		s.Networks = nil
		s.NetworkMode = "none"
	}
}

// aliases returns the other names under which services reach this one: its aliases in all its networks, its
// container's name, and the names that links of other services give it.
func (i *isolating) aliases(s *types.ServiceConfig) []string {
	var aliases []string
	for _, n := range s.Networks {
		if n != nil {
			aliases = append(aliases, n.Aliases...)
		}
	}
	if s.ContainerName != "" {
		aliases = append(aliases, s.ContainerName)
	}
	for _, other := range i.from.AllServices() {
		for _, link := range other.Links {
			if service, alias, ok := strings.Cut(link, ":"); ok && service == s.Name {
				aliases = append(aliases, alias)
			}
		}
		for host, addresses := range other.ExtraHosts {
			if hasAddress(*s, addresses) {
				aliases = append(aliases, host)
			}
		}
	}
	slices.Sort(aliases)
	return slices.Compact(aliases)
}

// engineHost is the name of this machine in containers, if the engine provides it.
const engineHost = "host.docker.internal"

// extraHosts removes names that point outside the run, above all to this machine, which publishes the ports of the
// user's own database. Names for fixed addresses of the project's services are aliases now. The machine's own name
// points nowhere.
func (i *isolating) extraHosts(s *types.ServiceConfig) {
	hosts := types.HostsList{engineHost: {"127.0.0.1"}}
	for _, host := range slices.Sorted(maps.Keys(s.ExtraHosts)) {
		addresses := s.ExtraHosts[host]
		aliased := slices.ContainsFunc(slices.Collect(maps.Values(i.from.AllServices())), func(other types.ServiceConfig) bool {
			return hasAddress(other, addresses)
		})
		if aliased {
			continue
		}
		why := "it points to an address in your network"
		if host == engineHost || slices.Contains(addresses, "host-gateway") {
			why = "it points to this machine"
		}
		if isLoopback(addresses) || i.keepsRight(s.Name, rightExtraHosts, host, why) {
			hosts[host] = addresses
		}
	}
	s.ExtraHosts = hosts
}

// hasAddress reports whether a service of the user's project has one of these addresses fixed in one of its networks.
func hasAddress(s types.ServiceConfig, addresses []string) bool {
	for _, n := range s.Networks {
		if n != nil && (slices.Contains(addresses, n.Ipv4Address) || slices.Contains(addresses, n.Ipv6Address)) {
			return true
		}
	}
	return false
}

// host removes what gives access to the host.
func (i *isolating) host(s *types.ServiceConfig) {
	const access = "it gives access to the host"
	for _, d := range s.Devices {
		i.drop(s.Name, "the device "+d.Source, access)
	}
	for _, reach := range []struct {
		what  string
		there bool
	}{
		{"GPUs", len(s.Gpus) > 0 || reservesDevices(s.Deploy)},
		{"privileged", s.Privileged},
		{"the engine's socket", s.UseAPISocket},
		{"runtime " + s.Runtime, s.Runtime != ""},
		{"credential_spec", s.CredentialSpec != nil},
		{"models", len(s.Models) > 0},
		{"device_cgroup_rules", len(s.DeviceCgroupRules) > 0},
		{"cgroup_parent", s.CgroupParent != ""},
		{"provider", s.Provider != nil},
	} {
		if reach.there {
			i.drop(s.Name, reach.what, access)
		}
	}
	i.namespaces(s)
	s.Devices, s.Gpus, s.Privileged, s.UseAPISocket, s.CgroupParent, s.DeviceCgroupRules = nil, nil, false, false, "", nil
	s.Runtime, s.CredentialSpec, s.Models, s.Provider = "", nil, nil, nil
}

// namespaces gives the service namespaces of its own instead of the host's or other containers'.
func (i *isolating) namespaces(s *types.ServiceConfig) {
	for _, n := range []struct {
		name string
		mode *string
	}{{"ipc", &s.Ipc}, {"pid", &s.Pid}, {"uts", &s.Uts}, {"userns_mode", &s.UserNSMode}, {"cgroup", &s.Cgroup}} {
		if *n.mode != "" && *n.mode != "private" && *n.mode != "shareable" {
			i.drop(s.Name, n.name+" "+*n.mode, "it has a namespace of its own")
			*n.mode = ""
		}
	}
}

// reservesDevices reports whether a deploy section asks for devices, as it usually does for GPUs.
func reservesDevices(d *types.DeployConfig) bool {
	return d != nil && d.Resources.Reservations != nil && len(d.Resources.Reservations.Devices) > 0
}

// resources keeps the limits of a deploy section, which apply to a single container as well.
func resources(d *types.DeployConfig) *types.DeployConfig {
	if d == nil || d.Resources.Limits == nil {
		return nil
	}
	limits := *d.Resources.Limits
	limits.Devices = nil
	return &types.DeployConfig{Resources: types.Resources{Limits: &limits}}
}
