package process

import (
	"errors"

	"golang.org/x/sys/unix"
)

func boot() string {
	id, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return ""
	}
	return id
}

// namespaces returns a constant: this system has one of each.
func namespaces() string { return "darwin" }

// zombie is the state of a process that has ended but was not waited for by its parent (SZOMB in sys/proc.h).
const zombie = 5

// look asks the kernel whether a process exists, and when it started.
func look(pid int) (started uint64, there bool) {
	if err := unix.Kill(pid, 0); errors.Is(err, unix.ESRCH) {
		return 0, false
	}
	p, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return 0, true
	}
	return uint64(p.Proc.P_starttime.Nano()), p.Proc.P_stat != zombie
}
