package database

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"devenv/compose/engine"
)

// relay forwards its input to a port of its own container, and back, until either end closes. Debian's images have
// bash, Alpine's have nc.
const relay = `if command -v bash >/dev/null; then
	exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/"$1" && { { cat >&3; kill $$; } <&0 >/dev/null 2>&1 & exec cat <&3; }' relay "$1"
fi
exec nc 127.0.0.1 "$1"`

// dial returns how to connect to a server: nil means by its address. If the port is published on another loopback,
// since the engine runs on another machine or outside of this container, it goes through the server's container.
func (s *Server) dial() pgconn.DialFunc {
	if s.engine.Info().Loopback {
		return nil
	}
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // ends with the connection
		c := &execConn{Conn: ours, cancel: cancel, done: make(chan struct{})}
		go func() {
			defer close(c.done)
			_, err := s.engine.Exec(ctx, s.ID, engine.ExecOptions{
				Cmd: []string{"sh", "-c", relay, "relay", strconv.Itoa(s.settings.Port)}, Stdin: theirs, Stdout: theirs, Stderr: &c.stderr,
			})
			c.err = err
			_ = theirs.Close() // the other side reads EOF
		}()
		return c, nil
	}
}

// execConn is a connection through a command in a container.
type execConn struct {
	net.Conn
	cancel context.CancelFunc
	// done is closed when the command has ended; then stderr holds its output, and err why it could not run.
	done   chan struct{}
	stderr bytes.Buffer
	err    error
}

// Read reads from the server. At the end of the stream it returns why the command ended, if that is known.
func (c *execConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	<-c.done
	if stderr := strings.TrimSpace(c.stderr.String()); stderr != "" || c.err != nil {
		return n, fmt.Errorf("reach the server through its container: %s: %w", stderr, errors.Join(err, c.err))
	}
	return n, err
}

// flushTime is how long the command gets to forward the last bytes.
const flushTime = time.Second

// Close closes the connection, and returns once its command has ended.
func (c *execConn) Close() error {
	err := c.Conn.Close()
	timer := time.AfterFunc(flushTime, c.cancel)
	defer timer.Stop()
	<-c.done
	c.cancel()
	return err
}
