package devenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestAServerThatWorksInADirectoryIsFoundWhileItRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := startServer(t, dir)
	if got := serverIn(dir); got != server.Process.Pid || !isServer(got) {
		t.Errorf("process %d is found, want %d", got, server.Process.Pid)
	}
	if got := serverIn(t.TempDir()); got != 0 {
		t.Errorf("process %d is found in another directory", got)
	}
	_ = server.Process.Kill()
	_ = server.Wait() // it was killed
	if got := serverIn(dir); got != 0 || isServer(server.Process.Pid) {
		t.Errorf("process %d is found after its end", got)
	}
	if isServer(os.Getpid()) {
		t.Error("a process of another name counts as a server")
	}
}

// startServer starts a process in a directory that has a server's name and does nothing.
func startServer(t *testing.T, dir string) *exec.Cmd {
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
