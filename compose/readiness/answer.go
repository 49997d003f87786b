package readiness

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"syscall"
	"time"

	"devenv/compose/engine"
)

// Timeouts for probing a port: to connect, and for its first answer.
const (
	connectTimeout = 500 * time.Millisecond
	answerTimeout  = 15 * time.Second
)

// dial connects to a container's port by the container's address; that works if the engine runs on this machine.
func dial(ctx context.Context, container engine.Container, port int) (net.Conn, error) {
	dialer := net.Dialer{Timeout: connectTimeout}
	err := net.ErrClosed
	for _, network := range container.Networks {
		if network.IP == "" {
			continue
		}
		var conn net.Conn
		if conn, err = dialer.DialContext(ctx, "tcp", net.JoinHostPort(network.IP, strconv.Itoa(port))); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// opening returns a channel that is closed once one of a container's ports accepts connections, or once it is clear that
// nobody can tell from here; nil if there is no port. stop ends the watch.
func opening(ctx context.Context, container engine.Container, ports []int) (opens <-chan struct{}, stop func()) {
	if len(ports) == 0 {
		return nil, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	open := make(chan struct{})
	go func() {
		defer close(open)
		_ = poll(ctx, inspectEvery, func() (bool, error) { // its only error is the context's
			return !refuses(ctx, container, ports), nil
		})
	}()
	return open, func() { cancel(); <-open }
}

// refuses reports whether a container's ports can be reached, and none accepts connections.
func refuses(ctx context.Context, container engine.Container, ports []int) bool {
	for _, port := range ports {
		conn, err := dial(ctx, container, port)
		if err == nil {
			_ = conn.Close() // nothing was sent
		}
		if !errors.Is(err, syscall.ECONNREFUSED) {
			return false
		}
	}
	return true
}

// hangUps is how often a server may close the connection without a word before that counts as its answer.
const hangUps = 5

// unreached is how often a port must be out of reach, and unreachedTime how long, before it counts as one that cannot be
// reached from here: the first connection to a container that was just started may time out, or be refused because it has
// been restarted since.
const (
	unreached     = 3
	unreachedTime = 2 * connectTimeout
)

// awaitAnswer waits until a listening port also answers: servers with worker processes listen before the application
// is loaded, and exit if that fails. A port that cannot be reached from here counts as answering, and so does a
// server that keeps silent for long. A server that refuses a later connection has probably exited, whatever the
// engine reports, and is tried again.
func awaitAnswer(ctx context.Context, container engine.Container, port int) error {
	asking, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	silent, failed, began := 0, 0, time.Now()
	err := poll(asking, inspectEvery*2, func() (bool, error) {
		conn, err := dial(asking, container, port)
		if err != nil {
			failed++
			return silent == 0 && (failed >= unreached || time.Since(began) > unreachedTime), nil
		}
		defer conn.Close() //nolint:errcheck // what was sent does not matter
		stop := context.AfterFunc(asking, func() { _ = conn.Close() })
		defer stop()
		silent++
		return ask(conn) || silent >= hangUps, nil
	})
	if ctx.Err() == nil {
		return nil
	}
	return err
}

// ask sends something that most servers understand or reject, and reports whether there is an answer. It reads on for
// a moment after the first byte, so that the server has no broken connection to log.
func ask(conn net.Conn) bool {
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); err != nil {
		return false
	}
	if n, _ := conn.Read(make([]byte, 1)); n == 0 { // an error is a hang-up
		return false
	}
	if conn.SetReadDeadline(time.Now().Add(connectTimeout)) == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(conn, 1<<20))
	}
	return true
}
