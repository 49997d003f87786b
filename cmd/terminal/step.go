package terminal

import (
	"strings"
	"time"
)

// tailLines is how much of a failed step's output to show.
const tailLines = 20

// step is a running step.
type step struct {
	name      string
	began     time.Time
	tail      []string // the last tailLines non-empty lines
	announced bool     // plain mode has announced it
}

func (s *step) remember(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	if len(s.tail) == tailLines {
		s.tail = append(s.tail[:0], s.tail[1:]...)
	}
	s.tail = append(s.tail, line)
}

func (s *step) last() string {
	if len(s.tail) == 0 {
		return ""
	}
	return strings.TrimSpace(s.tail[len(s.tail)-1])
}
