package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"
)

// The pauses between two rows, and before a server that did not answer is tried again.
const (
	writePause = 50 * time.Millisecond
	retryPause = 150 * time.Millisecond
)

// writer is a client that writes rows to a container's database as long as the server accepts them.
type writer struct {
	container, tag string

	mu        sync.Mutex
	committed []string
	n         int
}

// write writes until ctx ends.
func (w *writer) write(ctx context.Context) {
	for ctx.Err() == nil {
		_ = w.session(ctx) // the server is gone, or does not answer yet
		pause(ctx, retryPause)
	}
}

// session writes over one connection until it breaks. A row counts once the server has reported it as committed.
func (w *writer) session(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "docker", "exec", "-i", w.container, "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres")
	cmd.WaitDelay = time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	_, err = io.WriteString(in, makeRows)
	for err == nil && ctx.Err() == nil {
		w.n++
		row := fmt.Sprintf("%s %d", w.tag, w.n)
		if _, err = fmt.Fprintf(in, "INSERT INTO %s VALUES ('%s') RETURNING id;\n", rowsTable, row); err != nil {
			break
		}
		if !lines.Scan() || lines.Text() != row { // the engine's own errors arrive here, too
			break
		}
		w.mu.Lock()
		w.committed = append(w.committed, row)
		w.mu.Unlock()
		pause(ctx, writePause)
	}
	_ = in.Close() // psql exits at the end of its input
	return cmd.Wait()
}

// rows returns the committed rows.
func (w *writer) rows() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.committed
}

// pause waits, unless ctx has ended.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// writers are the clients of one attempt.
type writers struct {
	mu  sync.Mutex
	all []*writer
	wg  sync.WaitGroup
}

// add starts writing through a container.
func (w *writers) add(ctx context.Context, container, tag string) {
	one := &writer{container: container, tag: tag}
	w.mu.Lock()
	w.all = append(w.all, one)
	w.mu.Unlock()
	w.wg.Go(func() { one.write(ctx) })
}

// linger gives servers that were started at the end of a run time to accept rows.
func (w *writers) linger(ctx context.Context) { pause(ctx, 2*time.Second) }

// rows returns all committed rows, once nobody writes any more.
func (w *writers) rows() []string {
	w.wg.Wait()
	var all []string
	for _, one := range w.all {
		all = append(all, one.rows()...)
	}
	return all
}
