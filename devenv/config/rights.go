package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// right is a setting of a service, or of its build, that scratch.keep may list.
type right struct {
	key string
	// example is a value that may follow the key and a dot. If it is set, a value is required: a single word for all
	// values would allow too much.
	example string
	// whole means that no value may follow.
	whole bool
	// wrong returns what is wrong with a value; nil accepts any value.
	wrong func(value string) string
}

// rights returns everything that scratch.keep may list.
func rights() []right {
	return []right{
		{key: "cap_add", example: "SYS_PTRACE", wrong: wrongCapability},
		{key: "security_opt", example: "seccomp=unconfined", wrong: wrongSecurity},
		{key: "dns", whole: true},
		{key: "dns_search", whole: true},
		{key: "extra_hosts"},
		{key: "annotations"},
		{key: "oom_kill_disable", whole: true},
		{key: "oom_score_adj", whole: true},
		{key: "build.network", whole: true},
		{key: "build.entitlements"},
		{key: "build.privileged", whole: true},
	}
}

// rights records entries of scratch.keep that keep nothing.
func (r *reader) rights(keep []string) {
	const key = "scratch.keep"
	for n, written := range keep {
		if text := wrongRight(written); text != "" {
			r.at(entry(key, n), "%s: %s", key, text)
		}
	}
}

// wrongRight returns what is wrong with an entry, empty if it is valid.
func wrongRight(written string) string {
	all := rights()
	at := slices.IndexFunc(all, func(r right) bool { return written == r.key || strings.HasPrefix(written, r.key+".") })
	if at < 0 {
		return unknownRight(written, all)
	}
	r := all[at]
	value, hasValue := strings.CutPrefix(written, r.key+".")
	switch {
	case r.whole && hasValue:
		return fmt.Sprintf("%s takes no value: write %s", r.key, r.key)
	case r.example != "" && (!hasValue || value == ""):
		return fmt.Sprintf("%s needs a value, for example %s.%s", r.key, r.key, r.example)
	case r.wrong != nil:
		return r.wrong(value)
	}
	return ""
}

func unknownRight(written string, all []right) string {
	keys := make([]string, len(all))
	for i, r := range all {
		keys[i] = r.key
	}
	key, value, hasValue := strings.Cut(written, ".")
	near := closest(key, keys)
	switch {
	case near == "":
		return fmt.Sprintf("unknown right %q: the rights are %s", written, strings.Join(keys, ", "))
	case hasValue:
		near += "." + value
	}
	return fmt.Sprintf("unknown right %q: did you mean %q?", written, near)
}

func wrongCapability(name string) string {
	plain := strings.TrimPrefix(strings.ToUpper(name), "CAP_")
	if slices.Contains(capabilities(), plain) {
		return ""
	}
	text := "unknown capability " + strconv.Quote(name)
	if near := closest(plain, capabilities()); near != "" {
		text += ": did you mean " + near + "?"
	}
	return text
}

// capabilities returns Linux's capabilities (capabilities(7), 6.x), and ALL.
func capabilities() []string {
	return strings.Fields(`ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE
		DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN
		NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE
		SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM`)
}

// wrongSecurity checks the name of one of the engine's options; the engine checks its value.
func wrongSecurity(option string) string {
	known := []string{"apparmor", "credentialspec", "label", "no-new-privileges", "seccomp", "systempaths", "writable-cgroups"}
	name := option
	if end := strings.IndexAny(option, ":="); end >= 0 {
		name = option[:end]
	}
	if slices.Contains(known, name) {
		return ""
	}
	return fmt.Sprintf("unknown security option %q: the options are %s", name, strings.Join(known, ", "))
}

// entry names an entry of a list.
func entry(key string, n int) string { return key + "[" + strconv.Itoa(n) + "]" }
