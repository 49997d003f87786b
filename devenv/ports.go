package devenv

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"devenv/compose/engine"
)

// portHolder is who listens on a TCP port of this machine.
type portHolder struct {
	// container is the holder's, if it is one; process its command and id, "postgres (process 4711)", where the system tells.
	container engine.Container
	process   string
}

// holderOf finds who listens on a port; false when nobody does.
func holderOf(ctx context.Context, e *engine.Engine, port int) (portHolder, bool, error) {
	found, ok, err := e.PublishedBy(ctx, port)
	if err != nil || ok {
		return portHolder{container: found}, ok, err
	}
	if !e.Info().Local {
		return portHolder{}, false, nil // the ports are another machine's
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":"+strconv.Itoa(port))
	if err == nil {
		return portHolder{}, false, listener.Close()
	}
	return portHolder{process: listeningProcess(port)}, true, nil
}

// project is the Compose project of the holder, empty when it is of none.
func (h portHolder) project() string { return h.container.Labels[projectLabel] }

// Where Compose says of which project, and of which of its services, a container is.
const (
	projectLabel = "com.docker.compose.project"
	serviceLabel = "com.docker.compose.service"
)

// String names the holder.
func (h portHolder) String() string {
	switch {
	case h.container.ID != "" && h.project() != "":
		return fmt.Sprintf("container %s of the Compose project %s", h.container.Name, h.project())
	case h.container.ID != "":
		return "container " + h.container.Name
	case h.process != "":
		return h.process
	}
	return "another process"
}

// hint is how to make the holder let go.
func (h portHolder) hint(port int) string {
	switch {
	case h.container.ID != "" && h.project() != "":
		return "docker compose -p " + h.project() + " stop"
	case h.container.ID != "":
		return "docker stop " + h.container.Name
	}
	return fmt.Sprintf("see who: ss -ltnp 'sport = :%d'; then stop it, or publish another port", port)
}

// listeningProcess names the process that listens on a port, from what Linux shows of it; empty where it shows nothing.
func listeningProcess(port int) string {
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		inode := listeningInode(table, port)
		if inode == "" {
			continue
		}
		links, _ := filepath.Glob("/proc/[0-9]*/fd/*") // a broken pattern would be a mistake of ours
		for _, link := range links {
			if target, err := os.Readlink(link); err != nil || target != "socket:["+inode+"]" {
				continue
			}
			dir := filepath.Dir(filepath.Dir(link))
			name, err := os.ReadFile(filepath.Join(dir, "comm"))
			if err != nil {
				continue
			}
			return fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), filepath.Base(dir))
		}
	}
	return ""
}

// listeningInode finds the socket that listens on a port in one of the kernel's tables.
func listeningInode(table string, port int) string {
	file, err := os.Open(table)
	if err != nil {
		return ""
	}
	defer file.Close() //nolint:errcheck // only read from
	const listening = "0A"
	suffix := fmt.Sprintf(":%04X", port)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > 9 && strings.HasSuffix(fields[1], suffix) && fields[3] == listening {
			return fields[9]
		}
	}
	return ""
}
