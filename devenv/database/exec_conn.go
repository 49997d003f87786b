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

// relay passes what it reads on to a port of its own container, and back, until either side ends. The images of Debian have
// bash, those of Alpine nc.
const relay = `if command -v bash >/dev/null; then
	exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/"$1" && { { cat >&3; kill $$; } <&0 >/dev/null 2>&1 & exec cat <&3; }' relay "$1"
fi
exec nc 127.0.0.1 "$1"`

// dial returns how a server is reached: nil by its address, else through its container, where the engine is another machine's,
// whose loopback the port is published on.
func (s *Server) dial() pgconn.DialFunc {
	if s.engine.Info().Local {
		return nil
	}
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // ends with the connection
		c := &execConn{Conn: ours, cancel: cancel, done: make(chan struct{})}
		go func() {
			defer close(c.done)
			_, err := s.engine.Exec(ctx, s.ID, engine.ExecOptions{
				Cmd: []string{"sh", "-c", relay, "relay", strconv.Itoa(s.settings.Port)}, Stdin: theirs, Stdout: theirs, Stderr: &c.said,
			})
			c.err = err
			_ = theirs.Close() // the other side reads the end
		}()
		return c, nil
	}
}

// execConn is a connection through a command in a container.
type execConn struct {
	net.Conn
	cancel context.CancelFunc
	// done is closed when the command has ended; then said is what it complained of, and err why it could not run.
	done chan struct{}
	said bytes.Buffer
	err  error
}

// Read reads what the server says. At the end it tells why the command ended, where that is known.
func (c *execConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	<-c.done
	if said := strings.TrimSpace(c.said.String()); said != "" || c.err != nil {
		return n, fmt.Errorf("reach the server through its container: %s: %w", said, errors.Join(err, c.err))
	}
	return n, err
}

// farewell is what the command gets to pass on what was said last.
const farewell = time.Second

// Close ends the connection, and returns when its command has gone.
func (c *execConn) Close() error {
	err := c.Conn.Close()
	timer := time.AfterFunc(farewell, c.cancel)
	defer timer.Stop()
	<-c.done
	c.cancel()
	return err
}
