package engine

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
)

// LogsOptions describe which part of a container's log to return.
type LogsOptions struct {
	Follow bool
	// Since is the earliest time to include, by the engine's clock; zero includes everything.
	Since time.Time
	// Tail is the number of last lines; 0 means all.
	Tail int
}

// client converts the options to the engine client's.
func (o LogsOptions) client() container.LogsOptions {
	options := container.LogsOptions{ShowStdout: true, ShowStderr: true, Follow: o.Follow, Tail: "all"}
	if o.Tail > 0 {
		options.Tail = itoa(o.Tail)
	}
	if !o.Since.IsZero() {
		options.Since = o.Since.Format(time.RFC3339Nano)
	}
	return options
}

// Logs writes a container's log, stdout and stderr together. Each stream keeps its order; between the two, the engine
// keeps none.
func (e *Engine) Logs(ctx context.Context, id string, o LogsOptions, to io.Writer) error {
	c, err := e.Inspect(ctx, id)
	if err != nil {
		return err
	}
	stream, err := e.client.ContainerLogs(ctx, id, o.client())
	if err != nil {
		return failed(ctx, err, "read the log of container %.12s", id)
	}
	defer stream.Close() //nolint:errcheck // only read from
	if c.Tty {
		_, err = io.Copy(to, stream)
	} else {
		_, err = stdcopy.StdCopy(to, to, stream)
	}
	return failed(ctx, err, "read the log of container %.12s", id)
}

// Tail returns the last lines of a container's log.
func (e *Engine) Tail(ctx context.Context, id string, lines int) ([]string, error) {
	var out bytes.Buffer
	if err := e.Logs(ctx, id, LogsOptions{Tail: lines}, &out); err != nil {
		return nil, err
	}
	text := strings.TrimRight(out.String(), "\n")
	if text == "" {
		return nil, nil
	}
	all := strings.Split(strings.ReplaceAll(text, "\r", ""), "\n")
	return all[max(0, len(all)-lines):], nil
}
