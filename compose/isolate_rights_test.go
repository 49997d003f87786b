package compose

import (
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"
)

const privileged = `
services:
  app:
    image: app
    build:
      context: .
      network: host
      privileged: true
      entitlements: [network.host, security.insecure]
      ssh: [default]
    cap_add: [ALL, SYS_PTRACE, CAP_NET_ADMIN, SYS_NICE, IPC_LOCK, NET_BIND_SERVICE]
    security_opt: ["seccomp:unconfined", "apparmor=unconfined", "label:disable", "no-new-privileges:true", "seccomp=builtin"]
    dns: [10.0.0.53]
    dns_search: [corp.example]
    extra_hosts: ["database:192.0.2.5", "self:127.0.0.1"]
    annotations: {org.systemd.property.DevicePolicy: "'auto'"}
    oom_kill_disable: true
    oom_score_adj: -900
`

// isolated isolates the privileged service, with some rights listed.
func isolated(t *testing.T, rights ...string) (types.ServiceConfig, []string) {
	t.Helper()
	p, tree := load(t, privileged)
	iso, err := Isolate(p, Isolation{
		Name: "n", Tree: tree, Network: "n", Services: []string{"app"}, Rights: rights, Image: func(string) string { return "tag" },
	})
	if err != nil {
		t.Fatal(err)
	}
	said := make([]string, 0, len(iso.Dropped))
	for _, d := range iso.Dropped {
		said = append(said, d.String())
	}
	return iso.Project.Services["app"], said
}

// entryOf returns the entry for scratch.keep that a note suggests.
func entryOf(t *testing.T, said string) string {
	t.Helper()
	_, rest, _ := strings.Cut(said, "(scratch: {keep: [")
	entry, _, found := strings.Cut(rest, "]} restores it)")
	if !found {
		t.Errorf("%q does not say how to keep it", said)
	}
	return entry
}

func TestExtraPrivilegesAreDroppedAndReported(t *testing.T) {
	s, said := isolated(t)
	var entries []string
	for _, line := range said {
		entries = append(entries, entryOf(t, line))
	}
	want := []string{
		"extra_hosts.database", "cap_add.ALL", "cap_add.SYS_PTRACE", "cap_add.NET_ADMIN", "security_opt.seccomp=unconfined",
		"security_opt.apparmor=unconfined", "security_opt.label=disable", "dns", "dns_search",
		"annotations.org.systemd.property.DevicePolicy",
		"oom_kill_disable", "oom_score_adj", "build.network", "build.entitlements.network.host", "build.entitlements.security.insecure",
		"build.privileged",
	}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(s.CapAdd, []string{"SYS_NICE", "IPC_LOCK", "NET_BIND_SERVICE"}) ||
		!slices.Equal(s.SecurityOpt, []string{"no-new-privileges:true", "seccomp=builtin"}) {
		t.Errorf("%v, %v", s.CapAdd, s.SecurityOpt)
	}
	if len(s.DNS)+len(s.DNSSearch)+len(s.Annotations) > 0 || s.OomKillDisable || s.OomScoreAdj != 0 || len(s.ExtraHosts["database"]) > 0 {
		t.Errorf("something is left: %+v", s)
	}
	if b := s.Build; b.Network != "" || b.Privileged || len(b.Entitlements) > 0 || len(b.SSH) != 1 {
		t.Errorf("the build: %+v", b)
	}
	if !strings.HasPrefix(said[1], "service app runs without cap_add ALL: ") ||
		!strings.HasPrefix(said[12], "service app is built without build.network host: ") {
		t.Errorf("%q, %q", said[1], said[12])
	}
}

func TestListedRightsStay(t *testing.T) {
	_, said := isolated(t)
	for _, line := range said {
		entry := entryOf(t, line)
		if _, still := isolated(t, entry); len(still) != len(said)-1 || slices.Contains(still, line) {
			t.Errorf("with %s listed it is still reported: %q", entry, still)
		}
	}
	s, _ := isolated(t, "cap_add.cap_sys_ptrace", "security_opt.seccomp:unconfined")
	if !slices.Contains(s.CapAdd, "SYS_PTRACE") || slices.Contains(s.CapAdd, "ALL") ||
		!slices.Contains(s.SecurityOpt, "seccomp:unconfined") {
		t.Errorf("written otherwise: %v, %v", s.CapAdd, s.SecurityOpt)
	}
	if _, left := isolated(t, Rights()...); len(left) > 0 {
		t.Errorf("with every right listed: %q", left)
	}
}
