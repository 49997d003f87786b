package engine

import (
	"context"
	"errors"
	"io"
	"strconv"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
)

// ExecOptions describe a command to run in a running container.
type ExecOptions struct {
	Cmd, Env      []string
	User, WorkDir string
	// Stdin may be nil; Stdout and Stderr may be nil or the same.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// Exec runs a command in a container and returns its exit code.
func (e *Engine) Exec(ctx context.Context, id string, o ExecOptions) (int, error) {
	made, err := e.client.ContainerExecCreate(ctx, id, container.ExecOptions{
		Cmd: o.Cmd, Env: o.Env, User: o.User, WorkingDir: o.WorkDir, AttachStdin: o.Stdin != nil, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return 0, failed(ctx, err, "run %q in container %.12s", o.Cmd, id)
	}
	attached, err := e.client.ContainerExecAttach(ctx, made.ID, container.ExecAttachOptions{})
	if err != nil {
		return 0, failed(ctx, err, "run %q in container %.12s", o.Cmd, id)
	}
	defer attached.Close()
	stop := context.AfterFunc(ctx, attached.Close)
	defer stop()
	fed := make(chan error, 1)
	go func() { fed <- feed(attached.Conn, attached.CloseWrite, o.Stdin) }()
	_, err = stdcopy.StdCopy(orDiscard(o.Stdout), orDiscard(o.Stderr), attached.Reader)
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if err != nil {
		return 0, failed(ctx, err, "read what %q prints in container %.12s", o.Cmd, id)
	}
	ended, err := e.client.ContainerExecInspect(ctx, made.ID)
	return ended.ExitCode, failed(ctx, err, "run %q in container %.12s", o.Cmd, id)
}

// feed copies stdin and closes the writing side; a command that does not read to the end is not an error.
func feed(to io.Writer, done func() error, stdin io.Reader) error {
	if stdin == nil {
		return nil
	}
	_, err := io.Copy(to, stdin)
	return errors.Join(err, done())
}

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

func itoa(n int) string { return strconv.Itoa(n) }
