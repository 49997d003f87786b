// Package startengine tests what scripts/engine does about an engine that does not start. Every run of scripts/test
// shows that a real one starts.
package startengine

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// It exits at once while its list of networks is the broken one, as Debian 12's engine does after a kill at the wrong
// moment; otherwise it runs as long as its machine exists.
const dockerd = `#!/usr/bin/env bash
if grep -qs broken "$HOME/docker/network/files/local-kv.db"; then
	echo "panic: runtime error: index out of range [0] with length 0"
	echo "github.com/docker/WHERE.(*controller).reservePools(0x564024cd7e70?)"
	exit 2
fi
touch "$HOME/up"
while [[ -e $HOME/up ]]; do sleep 0.1; done
`

// It answers once the engine runs.
const docker = `#!/usr/bin/env bash
[[ -e $HOME/up ]] && echo 1.41
`

type machine struct{ home string }

// newMachine returns a directory with an engine that panics in the given package.
func newMachine(t *testing.T, panicsIn string) machine {
	t.Helper()
	m := machine{home: t.TempDir()}
	m.write(t, "bin/dockerd", strings.ReplaceAll(dockerd, "WHERE", panicsIn))
	m.write(t, "bin/docker", docker)
	m.write(t, "docker/network/files/local-kv.db", "a broken network")
	m.write(t, "daemon.json", `{"data-root": "`+m.path("docker")+`"}`)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "unix", m.path("sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return m
}

func (m machine) path(name string) string { return filepath.Join(m.home, name) }

func (m machine) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(m.path(name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(m.path(name), []byte(content), 0o755); err != nil { //nolint:gosec // some are programs
		t.Fatal(err)
	}
}

// start runs the script's start on this machine.
func (m machine) start(t *testing.T) (output string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-c", `set -euo pipefail
		. ../../engine
		mount_cgroups() { :; }
		configuration=$HOME/daemon.json socket=$HOME/sock systemd=$HOME/none
		start`)
	cmd.Env = append(os.Environ(), "HOME="+m.home, "DEVENV_CACHE="+m.path("cache"),
		"PATH="+m.path("bin")+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (m machine) lists(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(m.path("docker/network/files/*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestABrokenListOfNetworksIsSetAside(t *testing.T) {
	m := newMachine(t, "libnetwork")
	if output, err := m.start(t); err != nil {
		t.Fatalf("it did not start: %v\n%s", err, output)
	}
	lists := m.lists(t)
	if len(lists) != 1 || !strings.Contains(lists[0], "local-kv.db.broken-") {
		t.Errorf("the list of networks is not set aside: %q", lists)
	}
}

func TestAnotherPanicIsOnlyReported(t *testing.T) {
	m := newMachine(t, "graphdriver")
	output, err := m.start(t)
	if err == nil {
		t.Fatal("it started")
	}
	if !strings.Contains(output, "does not answer") || !strings.Contains(output, "graphdriver") {
		t.Errorf("the panic is not shown:\n%s", output)
	}
	if lists := m.lists(t); len(lists) != 1 || filepath.Base(lists[0]) != "local-kv.db" {
		t.Errorf("the list of networks was touched: %q", lists)
	}
}
