package compose

import (
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// The rights that a configuration may leave to scratch containers, by setting.
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

// Rights returns the keys that Isolation.Rights may hold: each alone, or with one of its values after a dot.
func Rights() []string {
	return []string{
		rightCapability, rightSecurity, rightDNS, rightDNSSearch, rightExtraHosts, rightAnnotations, rightOOMDisable, rightOOMScore,
		rightBuildNetwork, rightBuildMore, rightBuildRoot,
	}
}

// rights removes privileges that a container has only when a setting asks for them, and settings that weaken its
// isolation, including names in the user's network. Harmless settings stay, and so does what the configuration lists.
func (i *isolating) rights(s *types.ServiceConfig) {
	const weakens, servers = "it weakens the container's isolation", "it queries servers in your network"
	none := func(string) bool { return false }
	s.CapAdd = i.filter(s.Name, rightCapability, s.CapAdd, harmlessCapability, weakens)
	s.SecurityOpt = i.filter(s.Name, rightSecurity, s.SecurityOpt, harmlessSecurity, weakens)
	s.DNS = i.filter(s.Name, rightDNS, s.DNS, none, servers)
	s.DNSSearch = i.filter(s.Name, rightDNSSearch, s.DNSSearch, none, servers)
	annotations := i.filter(s.Name, rightAnnotations, slices.Sorted(maps.Keys(s.Annotations)), none, "the container runtime may act on it")
	s.Annotations = maps.Clone(s.Annotations)
	maps.DeleteFunc(s.Annotations, func(name, _ string) bool { return !slices.Contains(annotations, name) })
	const memory = "it makes the host kill other programs first when memory runs out"
	if s.OomKillDisable && !i.keepsRight(s.Name, rightOOMDisable, "", memory) {
		s.OomKillDisable = false
	}
	if s.OomScoreAdj < 0 && !i.keepsRight(s.Name, rightOOMScore, "", memory) {
		s.OomScoreAdj = 0
	}
}

// buildRights removes privileges that a build has only when a setting asks for them. Its secrets and the user's SSH
// agent stay: the image cannot be built without them, and they do not end up in it.
func (i *isolating) buildRights(service string, b *types.BuildConfig) {
	const host = "the build would run in the host's network, or in another one"
	switch b.Network {
	case "", "default", "none":
	default:
		if !i.keepsRight(service, rightBuildNetwork, b.Network, host) {
			b.Network = ""
		}
	}
	const weakens = "it weakens the build's isolation"
	b.Entitlements = i.filter(service, rightBuildMore, b.Entitlements, func(string) bool { return false }, weakens)
	if b.Privileged && !i.keepsRight(service, rightBuildRoot, "", weakens) {
		b.Privileged = false
	}
}

// filter returns the values of a setting that are harmless or listed in the configuration, and notes the others as
// dropped.
func (i *isolating) filter(service, key string, values []string, harmless func(string) bool, why string) []string {
	var left []string
	for _, value := range values {
		if harmless(value) || i.keepsRight(service, key, value, why) {
			left = append(left, value)
		}
	}
	return left
}

// keepsRight reports whether the configuration lists a right, and notes it as dropped otherwise.
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
		Why: why + " (scratch: {keep: [" + entry + "]} restores it)",
	})
	return false
}

// plainRight returns a value in its canonical form: capabilities and security options can each be written in two
// ways.
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

// harmlessCapability reports whether a container may keep a capability: every container has it, or it affects no
// other program (SYS_NICE sets a program's own priority, IPC_LOCK keeps its own memory from being swapped out).
func harmlessCapability(name string) bool {
	switch plainRight(rightCapability, name) {
	case "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID",
		"SETPCAP", "SETUID", "SYS_CHROOT", "SYS_NICE", "IPC_LOCK":
		return true
	}
	return false
}

// harmlessSecurity reports whether a security option leaves the isolation as strong as it is by default.
func harmlessSecurity(option string) bool {
	switch plain := plainRight(rightSecurity, option); plain {
	case "no-new-privileges", "seccomp=builtin", "apparmor=docker-default":
		return true
	default:
		return strings.HasPrefix(plain, "no-new-privileges=")
	}
}

// isLoopback reports whether all of a host's addresses are the container's own.
func isLoopback(addresses []string) bool {
	return !slices.ContainsFunc(addresses, func(a string) bool {
		ip := net.ParseIP(strings.Trim(a, "[]"))
		return ip == nil || !ip.IsLoopback()
	})
}
