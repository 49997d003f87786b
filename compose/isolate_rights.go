package compose

import (
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// The rights that a configuration may leave to scratch containers, by the keys of their settings.
const (
	rightCapability   = "cap_add"
	rightSecurity     = "security_opt"
	rightDNS          = "dns"
	rightDNSSearch    = "dns_search"
	rightExtraHosts   = "extra_hosts"
	rightAnnotations  = "annotations"
	rightOOMDisable   = "oom_kill_disable"
	rightOOMScore     = "oom_score_adj"
	rightBuildNetwork = "build.network"
	rightBuildMore    = "build.entitlements"
	rightBuildRoot    = "build.privileged"
)

// Rights are the keys of what Isolation.Rights may keep: each alone, or with what of it is meant after a dot.
func Rights() []string {
	return []string{
		rightCapability, rightSecurity, rightDNS, rightDNSSearch, rightExtraHosts, rightAnnotations, rightOOMDisable, rightOOMScore,
		rightBuildNetwork, rightBuildMore, rightBuildRoot,
	}
}

// rights takes away what a container has only when a setting asks for it and what weakens the engine's walls around it, names of
// the user's network included; what is harmless stays, and what the configuration lists.
func (i *isolating) rights(s *types.ServiceConfig) {
	const walls, servers = "it opens the walls around the container", "it asks servers of your network"
	none := func(string) bool { return false }
	s.CapAdd = i.sift(s.Name, rightCapability, s.CapAdd, harmlessCapability, walls)
	s.SecurityOpt = i.sift(s.Name, rightSecurity, s.SecurityOpt, harmlessSecurity, walls)
	s.DNS = i.sift(s.Name, rightDNS, s.DNS, none, servers)
	s.DNSSearch = i.sift(s.Name, rightDNSSearch, s.DNSSearch, none, servers)
	annotations := i.sift(s.Name, rightAnnotations, slices.Sorted(maps.Keys(s.Annotations)), none, "the engine's runtime may obey it")
	s.Annotations = maps.Clone(s.Annotations)
	maps.DeleteFunc(s.Annotations, func(name, _ string) bool { return !slices.Contains(annotations, name) })
	const memory = "it has the host end other programs when memory is short"
	if s.OomKillDisable && !i.keepsRight(s.Name, rightOOMDisable, "", memory) {
		s.OomKillDisable = false
	}
	if s.OomScoreAdj < 0 && !i.keepsRight(s.Name, rightOOMScore, "", memory) {
		s.OomScoreAdj = 0
	}
}

// buildRights takes away what a build has only when a setting asks for it. Its secrets and the user's SSH agent stay: the image cannot
// be built without them, and neither is in it.
func (i *isolating) buildRights(service string, b *types.BuildConfig) {
	const host = "the build would be in the host's own network, or another's"
	switch b.Network {
	case "", "default", "none":
	default:
		if !i.keepsRight(service, rightBuildNetwork, b.Network, host) {
			b.Network = ""
		}
	}
	const walls = "it opens the walls around the build"
	b.Entitlements = i.sift(service, rightBuildMore, b.Entitlements, func(string) bool { return false }, walls)
	if b.Privileged && !i.keepsRight(service, rightBuildRoot, "", walls) {
		b.Privileged = false
	}
}

// sift returns the values of a setting that are harmless or listed in the configuration, and says which are not.
func (i *isolating) sift(service, key string, values []string, harmless func(string) bool, why string) []string {
	var left []string
	for _, value := range values {
		if harmless(value) || i.keepsRight(service, key, value, why) {
			left = append(left, value)
		}
	}
	return left
}

// keepsRight says whether the configuration lists a right, and says that the service does without when it does not.
func (i *isolating) keepsRight(service, key, value, why string) bool {
	entry := key
	if value != "" && key != rightDNS && key != rightDNSSearch && key != rightBuildNetwork {
		entry += "." + plainRight(key, value)
	}
	listed := func(kept string) bool {
		of, what, _ := strings.Cut(kept, ".")
		return kept == key || of+"."+plainRight(of, what) == entry
	}
	if slices.ContainsFunc(i.Rights, listed) {
		return true
	}
	i.result.Dropped = append(i.result.Dropped, Dropped{
		Service: service, What: strings.TrimSpace(key + " " + value), Build: strings.HasPrefix(key, "build."),
		Why: why + " (scratch: {keep: [" + entry + "]} brings it back)",
	})
	return false
}

// plainRight is a value as it is compared: capabilities and security options are written in two ways each.
func plainRight(key, value string) string {
	switch key {
	case rightCapability:
		return strings.TrimPrefix(strings.ToUpper(value), "CAP_")
	case rightSecurity:
		if at := strings.IndexAny(value, ":="); at >= 0 {
			return value[:at] + "=" + value[at+1:]
		}
	}
	return value
}

// harmlessCapability says whether a container may keep a capability: every container has it, or it reaches nobody else (SYS_NICE
// sets a program's own priority, IPC_LOCK keeps its own memory from being swapped out).
func harmlessCapability(name string) bool {
	switch plainRight(rightCapability, name) {
	case "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID",
		"SETPCAP", "SETUID", "SYS_CHROOT", "SYS_NICE", "IPC_LOCK":
		return true
	}
	return false
}

// harmlessSecurity says whether a security option makes the walls no lower than they are without.
func harmlessSecurity(option string) bool {
	switch plain := plainRight(rightSecurity, option); plain {
	case "no-new-privileges", "seccomp=builtin", "apparmor=docker-default":
		return true
	default:
		return strings.HasPrefix(plain, "no-new-privileges=")
	}
}

// isLoopback says whether all of a host's addresses are the container's own.
func isLoopback(addresses []string) bool {
	return !slices.ContainsFunc(addresses, func(a string) bool {
		ip := net.ParseIP(strings.Trim(a, "[]"))
		return ip == nil || !ip.IsLoopback()
	})
}
