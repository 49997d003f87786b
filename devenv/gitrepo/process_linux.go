package gitrepo

import (
	"os/exec"
	"runtime"
	"syscall"
)

// runProcess runs a git process in a session of its own: a Ctrl-C on the terminal reaches devenv, which decides, and
// no child can ask for a password on the terminal. When devenv is killed the kernel kills git with it, so that the
// next run never meets a git that is still writing. That signal is tied to the thread, hence the locked thread.
func runProcess(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return cmd.Run()
}
