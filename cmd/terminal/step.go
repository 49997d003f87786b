package terminal

import (
	"strings"
	"time"
)

// tailLines is how much of a failed step's output is shown.
const tailLines = 20

// step is one that has begun and not ended.
type step struct {
	name      string
	began     time.Time
	tail      []string // the last tailLines lines that are not empty
	announced bool     // plain mode has said that it runs
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
