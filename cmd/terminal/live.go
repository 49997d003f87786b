package terminal

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

const (
	// maxLive limits the live lines: more would scroll a small window, and scrolled lines cannot be erased.
	maxLive = 8
	// announceAfter is how long a step runs before plain mode announces it.
	announceAfter = 2 * time.Second
)

// tick updates the display as time passes.
func (t *Terminal) tick() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.paused > 0 || len(t.running) == 0 {
		return
	}
	t.frame++
	if t.o.Live {
		t.redraw()
		return
	}
	t.announce()
}

// announce announces each long step once.
func (t *Terminal) announce() {
	now := t.now()
	var lines []string
	for _, s := range t.running {
		if ran := now.Sub(s.began); !s.announced && ran >= announceAfter {
			s.announced = true
			lines = append(lines, t.hang(t.lead(sign{"…", cyan}, ran)+s.name, leadWidth)...)
		}
	}
	if lines != nil {
		t.print(lines)
	}
}

// redraw replaces the live lines, in one write so that nothing flickers.
func (t *Terminal) redraw() {
	if t.o.Live && !t.closed {
		t.write(t.erase() + t.draw())
	}
}

// erase returns what erases the live lines from the screen. A terminal that has become narrower has wrapped them, so it
// counts rows with the current width.
func (t *Terminal) erase() string {
	rows, width := 0, t.o.Width()
	for _, w := range t.drawn {
		rows++
		if width > 0 && w > width {
			rows += (w - 1) / width
		}
	}
	t.drawn = t.drawn[:0]
	if rows == 0 {
		return ""
	}
	return "\r" + ansi.CursorUp(rows) + ansi.EraseScreenBelow
}

// draw returns the live lines and remembers their widths. They end before the last column, because terminals differ on
// when to wrap.
func (t *Terminal) draw() string {
	if !t.o.Live || t.paused > 0 || t.closed {
		return ""
	}
	now := t.now()
	var b strings.Builder
	for i, s := range t.running {
		line := ""
		if i == maxLive-1 && len(t.running) > maxLive {
			line = fmt.Sprintf("%s%d more", strings.Repeat(" ", leadWidth), len(t.running)-i)
		} else {
			line = t.lead(sign{t.spinner(), cyan}, now.Sub(s.began)) + s.name + t.faint(lastOf(s))
		}
		line = t.fit(line)
		t.drawn = append(t.drawn, ansi.StringWidth(line))
		b.WriteString(line + "\n")
		if len(t.drawn) == maxLive {
			break
		}
	}
	return b.String()
}

func lastOf(s *step) string {
	if last := s.last(); last != "" {
		return "  " + last
	}
	return ""
}

func (t *Terminal) spinner() string {
	frames := []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}
	return frames[t.frame%len(frames)]
}
