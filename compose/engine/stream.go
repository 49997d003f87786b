package engine

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
)

// Stream is a container's main process with its streams: Write and Close act on its stdin.
type Stream struct {
	engine         *Engine
	id             string
	attached       types.HijackedResponse
	stdout, stderr *io.PipeReader
	once           sync.Once
	copied         chan struct{}
}

// Attach connects to a container's streams. Call it before the start to miss nothing. The container must have been
// created with an open stdin and without a terminal.
func (e *Engine) Attach(ctx context.Context, id string) (*Stream, error) {
	attached, err := e.client.ContainerAttach(ctx, id, container.AttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		return nil, failed(ctx, err, "attach to container %.12s", id)
	}
	out, outEnd := io.Pipe()
	errs, errsEnd := io.Pipe()
	s := &Stream{engine: e, id: id, attached: attached, stdout: out, stderr: errs, copied: make(chan struct{})}
	go func() {
		defer close(s.copied)
		_, err := stdcopy.StdCopy(outEnd, errsEnd, attached.Reader)
		_ = outEnd.CloseWithError(err) // the readers get the error
		_ = errsEnd.CloseWithError(err)
	}()
	return s, nil
}

// Write writes to the process's stdin.
func (s *Stream) Write(p []byte) (int, error) { return s.attached.Conn.Write(p) }

// closeTimeout is how long the engine may take to end the process.
const closeTimeout = 10 * time.Second

// Close ends the process: closing its stdin alone does not reach it, since the engine keeps that open.
func (s *Stream) Close() error {
	var err error
	s.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		err = s.engine.Kill(ctx, s.id)
	})
	return err
}

// Stdout returns the process's standard output.
func (s *Stream) Stdout() io.Reader { return s.stdout }

// Stderr returns the process's standard error.
func (s *Stream) Stderr() io.Reader { return s.stderr }

// Wait returns the exit code once the process has ended, and closes the connection.
func (s *Stream) Wait(ctx context.Context) (int, error) {
	code, err := s.engine.Wait(ctx, s.id)
	s.attached.Close()
	return code, err
}
