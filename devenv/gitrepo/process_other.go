//go:build unix && !linux

package gitrepo

import (
	"os/exec"
	"syscall"
)

// runProcess runs a git process in a session of its own: a Ctrl-C on the terminal reaches devenv, which decides, and
// no child can ask for a password on the terminal.
func runProcess(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	return cmd.Run()
}
