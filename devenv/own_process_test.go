package devenv

import (
	"os/exec"
	"path/filepath"
	"testing"
)

func TestAServerThatWorksInADirectoryIsFoundWhileItRuns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := StartServer(t, dir)
	expect := func(in string, want int) {
		t.Helper()
		if got, _ := serverIn(in); got != want {
			t.Errorf("process %d is found, want %d", got, want)
		}
	}
	expect(dir, server.Process.Pid)
	expect(t.TempDir(), 0)
	_ = server.Process.Kill()
	_ = server.Wait() // it was killed
	expect(dir, 0)
	if _, all := serverIn(dir + "/none"); all {
		t.Error("where there is no directory, no server could be looked for")
	}
}

// StartServer starts a process in a directory that has a server's name and does nothing.
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
