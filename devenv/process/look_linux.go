package process

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

func boot() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}

// namespaces returns the namespace of process ids and, if the kernel has one, that of the time since boot.
func namespaces() string {
	numbers, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	times, err := os.Readlink("/proc/self/ns/time")
	if err != nil {
		return numbers
	}
	return numbers + " " + times
}

// look asks the kernel whether a process exists, which works for other users' processes as well, and /proc when it
// started. A process that has ended but was not waited for by its parent does not count.
func look(pid int) (started uint64, there bool) {
	if err := unix.Kill(pid, 0); errors.Is(err, unix.ESRCH) {
		return 0, false
	}
	if self, err := os.Readlink("/proc/self"); err != nil || self != strconv.Itoa(os.Getpid()) {
		return 0, true // the numbers in /proc belong to another namespace
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, true
	}
	// The fields follow the name, which may contain anything: the state is the third, the start the 22nd (proc(5)).
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 {
		return 0, true
	}
	started, err = strconv.ParseUint(fields[19], 10, 64)
	if err != nil {
		started = 0
	}
	return started, fields[0] != "Z" && fields[0] != "X"
}
