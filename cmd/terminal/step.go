package terminal

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
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

// clean makes text of a program safe to show in one line: no escapes, no control characters, and of a progress bar
// that goes back to the line's start only what it wrote last.
func clean(s string) string {
	s = strings.TrimRight(s, "\r\n")
	if i := strings.LastIndexByte(s, '\r'); i >= 0 {
		s = s[i+1:]
	}
	s = strings.ReplaceAll(ansi.Strip(s), "\t", "    ")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0:
			return -1
		default:
			return r
		}
	}, s)
}
