// Package userdatatest starts what tests of the user's own data need.
package userdatatest

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// StartServer starts a process in a directory that is named like a Postgres server and does nothing.
func StartServer(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "postgres")
	if out, err := exec.Command("cp", sleep, program).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	server := exec.Command(program, "600")
	server.Dir = dir
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill() })
	return server
}
