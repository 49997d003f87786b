package compose

import (
	"bytes"
	"strings"
	"sync"
)

// tailLines is how many of a program's last lines a failure shows.
const tailLines = 20

// tail is a writer that passes lines on and keeps the last ones.
type tail struct {
	next func(line string)

	mu      sync.Mutex
	partial bytes.Buffer
	lines   []string
}

// Write takes bytes and passes on the lines that they complete.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.partial.Write(p)
	for {
		line, err := t.partial.ReadString('\n')
		if err != nil {
			t.partial.WriteString(line)
			return len(p), nil
		}
		t.keep(line)
	}
}

// flush passes on a last line without a newline.
func (t *tail) flush() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.partial.Len() > 0 {
		t.keep(t.partial.String())
		t.partial.Reset()
	}
}

func (t *tail) keep(line string) {
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return
	}
	t.lines = append(t.lines, line)
	if len(t.lines) > tailLines {
		t.lines = t.lines[1:]
	}
	t.next(line)
}
