package userdata

import (
	"testing"

	"devenv/devenv/userdata/userdatatest"
)

func TestARunningServerIsFoundByItsDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := userdatatest.StartServer(t, dir)
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
		t.Error("could not search for a server without a directory")
	}
}
