package alembic

import (
	"bufio"
	"context"
	"io"
	"slices"
	"sync"
	"time"
)

// tailLines is how many of the last lines are kept for error messages.
const tailLines = 40

// tail keeps the last lines of a stream and passes every line on.
type tail struct {
	ended chan struct{}
	mu    sync.Mutex
	pass  func(string)
	last  []string
}

func newTail(pass func(string)) *tail {
	t := &tail{ended: make(chan struct{})}
	t.begin(pass)
	return t
}

// begin forgets all lines, and passes those from now on to another function; nil means to none.
func (t *tail) begin(pass func(string)) {
	if pass == nil {
		pass = func(string) {}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pass, t.last = pass, nil
}

// read consumes the stream to its end. It splits lines longer than 64 KiB.
func (t *tail) read(stream io.Reader) {
	defer close(t.ended)
	lines := bufio.NewReaderSize(stream, 64<<10)
	for {
		line, _, err := lines.ReadLine()
		if err != nil {
			return
		}
		t.add(string(line))
	}
}

func (t *tail) add(line string) {
	t.mu.Lock()
	t.last = append(t.last, line)
	if len(t.last) > tailLines {
		t.last = t.last[1:]
	}
	pass := t.pass
	t.mu.Unlock()
	pass(line)
}

// atEnd returns the last lines, after waiting up to a second for the stream to end: the reason why a process ended is
// printed last.
func (t *tail) atEnd(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	select {
	case <-t.ended:
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.last)
}
