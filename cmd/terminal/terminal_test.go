package terminal

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"devenv/devenv/report"
)

// screen implements as much of a terminal as the display uses: lines, cursor up, erase below, wrapping at the width.
type screen struct {
	t     *testing.T
	width int
	lines []string
	row   int
	wide  int // the widest line ever written
}

func (s *screen) Write(b []byte) (int, error) {
	text := string(b)
	for text != "" {
		switch {
		case strings.HasPrefix(text, "\r"):
			text = text[1:]
		case strings.HasPrefix(text, "\x1b["):
			end := strings.IndexAny(text, "AJm")
			if end < 0 {
				s.t.Fatalf("unknown escape %q", text)
			}
			s.escape(text[2:end], text[end])
			text = text[end+1:]
		default:
			end := strings.IndexAny(text, "\r\n\x1b")
			if end < 0 {
				end = len(text)
			}
			s.put(text[:end])
			text = text[end:]
			if strings.HasPrefix(text, "\n") {
				s.row++
				text = text[1:]
			}
		}
	}
	return len(b), nil
}

func (s *screen) escape(arg string, final byte) {
	switch final {
	case 'A':
		up := 1
		if arg != "" {
			_, _ = fmt.Sscan(arg, &up)
		}
		s.row -= up
		if s.row < 0 {
			s.t.Fatalf("the cursor left the top of the screen")
		}
	case 'J':
		s.lines = s.lines[:min(s.row, len(s.lines))]
	}
}

func (s *screen) put(text string) {
	for len(s.lines) <= s.row {
		s.lines = append(s.lines, "")
	}
	s.lines[s.row] += text
	s.wide = max(s.wide, ansi.StringWidth(s.lines[s.row]))
	if s.width > 0 && s.wide > s.width {
		s.t.Errorf("line of %d columns on a screen of %d: %q", s.wide, s.width, s.lines[s.row])
	}
}

func (s *screen) String() string { return strings.Join(s.lines, "\n") }

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func live(t *testing.T, width int) (*Terminal, *screen, *clock) {
	t.Helper()
	s, c := &screen{t: t, width: width}, &clock{now: time.Unix(1_000_000, 0)}
	return newStill(Options{Err: s, Width: func() int { return width }, Live: true}, c.read), s, c
}

// run is a complete run, with concurrent steps, a skip, wide characters and a failure.
func run(t *Terminal, c *clock) {
	t.Emit(report.StepStarted{Name: "capture", At: c.read()})
	t.Emit(report.StepEnded{
		Name: "capture", Status: report.StepDone, Detail: "42 files of the working tree, and one that is not tracked",
		Took: 340 * time.Millisecond,
	})
	t.Emit(report.StepStarted{Name: "base: seed", At: c.read()})
	t.Emit(report.StepStarted{Name: "generate", At: c.read()})
	c.advance(3 * time.Second)
	t.tick()
	t.Emit(report.StepOutput{Name: "base: seed", Line: "\x1b[31m名前テーブルにデータを挿入しています\x1b[0m and so on and so on and so on"})
	t.Emit(report.Noted{Text: "the bind /var/run/docker.sock of service backend is left out, nothing on this machine is touched"})
	t.Emit(report.StepEnded{Name: "rename", Status: report.StepSkipped})
}

func TestLiveShowsEndedStepsAboveTheRunningOnes(t *testing.T) {
	want := map[int]string{
		40: `✓   0.3s  capture  42 files
          of the working tree, and one
          that is not tracked
· the bind /var/run/docker.sock of
  service backend is left out, nothing
  on this machine is touched
⠙   3.0s  base: seed …
⠙   3.0s  generate`,
		80: `✓   0.3s  capture  42 files of the working tree, and one that is not tracked
· the bind /var/run/docker.sock of service backend is left out, nothing on
  this machine is touched
⠙   3.0s  base: seed  名前テーブルにデータを挿入しています and so on and so …
⠙   3.0s  generate`,
	}
	for width, lines := range want {
		term, s, c := live(t, width)
		run(term, c)
		if diff := cmp.Diff(lines, s.String()); diff != "" {
			t.Errorf("at %d columns (-want +got):\n%s", width, diff)
		}
	}
}

func TestALiveLineEndsAfterAWholeWord(t *testing.T) {
	for line, want := range map[string]string{
		"⠙   3.0s  base  try `docker compose up -d` in that place":      "⠙   3.0s  base  try …",
		"⠙   3.0s  base  seeding members and items":                     "⠙   3.0s  base  seeding …",
		"⠙   3.0s  base  backend/src/toolshed/migrations/versions/a.py": "⠙   3.0s  base …",
		"⠙   3.0s  a-step-whose-name-alone-takes-more-than-there-is":    "⠙   3.0s  a-step-whose-name…",
		"⠙   3.0s  base  short":                                         "⠙   3.0s  base  short",
	} {
		if term, _, _ := live(t, 29); term.fit(line) != want {
			t.Errorf("%q, want %q", term.fit(line), want)
		}
	}
}

func TestCloseLeavesOnlyWhatEnded(t *testing.T) {
	term, s, c := live(t, 80)
	run(term, c)
	if err := term.Close(); err != nil {
		t.Fatal(err)
	}
	term.Emit(report.Noted{Text: "too late"})
	term.tick()
	if got := s.String(); strings.Contains(got, "generate") || strings.Contains(got, "late") || !strings.Contains(got, "capture") {
		t.Errorf("screen after Close:\n%s", got)
	}
}

func TestResumeShowsTheLinesThatPauseErased(t *testing.T) {
	term, s, c := live(t, 80)
	run(term, c)
	term.Pause()
	term.tick()
	if strings.Contains(s.String(), "generate") {
		t.Errorf("a paused display drew:\n%s", s)
	}
	c.advance(time.Hour)
	term.Resume()
	if !strings.Contains(s.String(), "  3.0s  generate") {
		t.Errorf("a resumed display does not show the step with its own time:\n%s", s)
	}
}

func TestAPausedPlainDisplayAnnouncesNothing(t *testing.T) {
	var b bytes.Buffer
	c := &clock{now: time.Unix(1_000_000, 0)}
	term := newStill(Options{Err: &b}, c.read)
	term.Emit(report.StepStarted{Name: "down", At: c.read()})
	term.Pause()
	c.advance(time.Hour)
	term.tick()
	term.Resume()
	term.tick()
	if b.Len() > 0 {
		t.Errorf("it wrote into the question: %q", b.String())
	}
}

func TestLongWaitsForPeopleAreNotShown(t *testing.T) {
	const text = "Still waiting for apply since 16:00:00"
	term, s, _ := live(t, 80)
	term.Emit(report.StepStarted{Name: "apply"})
	term.Emit(report.StepWaiting{Name: "apply", Text: text})
	if got := s.String(); !strings.Contains(got, "apply  "+text) {
		t.Errorf("live:\n%s", got)
	}
	var b strings.Builder
	plain := newStill(Options{Err: &b}, time.Now)
	plain.Emit(report.StepStarted{Name: "apply"})
	plain.Pause()
	plain.Emit(report.StepWaiting{Name: "apply", Text: text})
	if b.Len() > 0 {
		t.Errorf("it wrote into the question: %q", b.String())
	}
	plain.Resume()
	plain.Emit(report.StepWaiting{Name: "apply", Text: text})
	if !strings.HasSuffix(b.String(), "  "+text+"\n") {
		t.Errorf("plain: %q", b.String())
	}
}

func TestAFailedStepShowsItsLastLines(t *testing.T) {
	term, s, _ := live(t, 80)
	term.Emit(report.StepStarted{Name: "base: seed"})
	statement := "INSERT INTO items (" + strings.Repeat("a_column, ", 10) + "last_column) VALUES (1)"
	for i := range 30 {
		term.Emit(report.StepOutput{Name: "base: seed", Line: fmt.Sprintf("line %d", i)})
	}
	term.Emit(report.StepOutput{Name: "base: seed", Line: statement})
	term.Emit(report.StepEnded{Name: "base: seed", Status: report.StepFailed, Took: time.Second, Err: errors.New("exit 1")})
	got := s.String()
	if strings.Contains(got, "line 10\n") || !strings.Contains(got, "│ line 11\n") || !strings.Contains(got, "last_column) VALUES (1)") {
		t.Errorf("not the last %d lines:\n%s", tailLines, got)
	}
}

func TestOutputInTheErrorIsNotShownTwice(t *testing.T) {
	term, s, _ := live(t, 80)
	term.Emit(report.StepStarted{Name: "build"})
	term.Emit(report.StepOutput{Name: "build", Line: "no such file"})
	err := report.Fail(report.KindWork, "", "build").WithOutput([]string{"no such file"})
	term.Emit(report.StepEnded{Name: "build", Status: report.StepFailed, Err: err})
	if strings.Contains(s.String(), "no such file") {
		t.Errorf("shown here and by the error:\n%s", s)
	}
}

func TestManyStepsNeverGrowBeyondTheLiveRegion(t *testing.T) {
	term, s, _ := live(t, 40)
	for i := range 20 {
		term.Emit(report.StepStarted{Name: fmt.Sprintf("step %d", i)})
	}
	if len(s.lines) != maxLive || !strings.Contains(s.lines[maxLive-1], "13 more") {
		t.Errorf("%d lines:\n%s", len(s.lines), s)
	}
}

func TestPlainModeHasNoEscapesAndAnnouncesSteps(t *testing.T) {
	var b bytes.Buffer
	c := &clock{now: time.Unix(1_000_000, 0)}
	term := newStill(Options{Err: &b}, c.read)
	run(term, c)
	term.tick()
	want := `✓   0.3s  capture  42 files of the working tree, and one that is not tracked
…   3.0s  base: seed
…   3.0s  generate
· the bind /var/run/docker.sock of service backend is left out, nothing on this machine is touched
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("plain lines (-want +got):\n%s", diff)
	}
}

func TestManyGoroutinesMayEmitWhileTheDisplayRedraws(t *testing.T) {
	s := &screen{t: t, width: 40}
	term := New(Options{Err: s, Width: func() int { return 40 }, Live: true, Color: true})
	var emitters sync.WaitGroup
	for i := range 8 {
		emitters.Go(func() {
			name := fmt.Sprintf("step %d", i)
			term.Emit(report.StepStarted{Name: name})
			for j := range 50 {
				term.Emit(report.StepOutput{Name: name, Line: fmt.Sprint(j)})
				term.tick()
			}
			term.Emit(report.StepEnded{Name: name, Status: report.StepDone})
		})
	}
	emitters.Wait()
	if err := term.Close(); err != nil {
		t.Fatal(err)
	}
	if len(s.lines) != 8 {
		t.Errorf("want a line for each of 8 steps, got:\n%s", s)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("closed") }

func TestCloseReturnsTheFirstFailedWrite(t *testing.T) {
	term := New(Options{Err: broken{}})
	term.Emit(report.Noted{Text: "x"})
	if err := term.Close(); err == nil {
		t.Error("no error from a closed writer")
	}
}

func TestNoEventSteersTheTerminal(t *testing.T) {
	const hostile = "vis\x1b]0;title\x07\x1b[2Jible\u202e\u200b\u009b\x1b]52;c;x"
	var out strings.Builder
	term := newStill(Options{Err: &out, Verbose: true}, time.Now)
	term.Emit(report.StepStarted{Name: hostile})
	term.Emit(report.StepOutput{Name: hostile, Line: hostile})
	term.Emit(report.Noted{Text: hostile})
	term.Emit(report.StepEnded{
		Name: hostile, Status: report.StepFailed, Detail: hostile, Found: []report.Finding{{What: hostile, Value: hostile, From: hostile}},
	})
	for _, r := range out.String() {
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) {
			t.Fatalf("%U was written: %q", r, out.String())
		}
	}
	if n := strings.Count(out.String(), `visible\u202e\u200b`); n < 6 {
		t.Errorf("visible text is missing: %q", out.String())
	}
}
