package engine

import (
	"net"
	"strings"

	"golang.org/x/sys/unix"
)

// seesServer reports whether the process behind a socket has a number here. One in another namespace of process ids has
// none: this process is in a container then, and so is its loopback. Where nobody can tell, it has one.
func seesServer(host string) bool {
	path, ok := strings.CutPrefix(host, "unix://")
	if !ok {
		return true
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		return true
	}
	defer conn.Close() //nolint:errcheck // nothing was sent
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		return true
	}
	sees := true
	_ = raw.Control(func(fd uintptr) {
		peer, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
		sees = err != nil || peer.Pid != 0
	})
	return sees
}
