package engine

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// socketVariable is the socket that a child of the test looks at.
const socketVariable = "DEVENV_TEST_SOCKET"

// TestAServerOutsideAContainerIsNotSeen looks at a server from the same namespace of process ids, and from one of its
// own, as a container has.
func TestAServerOutsideAContainerIsNotSeen(t *testing.T) {
	t.Parallel()
	if host := os.Getenv(socketVariable); host != "" {
		if seesServer(host) {
			t.Log("the server is seen")
		}
		return
	}
	path := filepath.Join(t.TempDir(), "s")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if !seesServer("unix://"+path) || !seesServer("unix://"+path+"-absent") {
		t.Error("a server in the same namespace is not seen")
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), socketVariable+"=unix://"+path)
	child.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID}
	if os.Getuid() != 0 {
		child.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
	}
	if out, err := child.CombinedOutput(); err != nil || strings.Contains(string(out), "the server is seen") {
		t.Errorf("from another namespace: %v\n%s", err, out)
	}
}
