package terminal

import (
	"io"
	"os"
	"strings"
	"testing"

	"github.com/creack/pty"

	"devenv/devenv/report"
)

func openPTY(t *testing.T, columns uint16) (control, tty *os.File) {
	t.Helper()
	control, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = control.Close(), tty.Close() })
	if err := pty.Setsize(control, &pty.Winsize{Rows: 24, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	return control, tty
}

func TestDetectIsLiveOnlyOnACapableTerminal(t *testing.T) {
	_, tty := openPTY(t, 40)
	tests := map[string]struct {
		env         map[string]string
		live, color bool
	}{
		"terminal": {map[string]string{"TERM": "xterm"}, true, true},
		"NO_COLOR": {map[string]string{"TERM": "xterm", "NO_COLOR": "1"}, true, false},
		"CI":       {map[string]string{"TERM": "xterm", "CI": "true"}, false, true},
		"dumb":     {map[string]string{"TERM": "dumb"}, false, false},
	}
	for name, tt := range tests {
		o := Detect(tty, func(k string) string { return tt.env[k] })
		if o.Live != tt.live || o.Color != tt.color || o.Width() != 40 {
			t.Errorf("%s: live %v, colour %v, width %d", name, o.Live, o.Color, o.Width())
		}
	}
}

func TestDetectIsPlainElsewhere(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if o := Detect(file, func(string) string { return "xterm" }); o.Live || o.Color || o.Width != nil {
		t.Errorf("a file was detected as a terminal: %+v", o)
	}
	if NewAsker(file, file, os.Getenv) != nil {
		t.Error("an asker without a terminal")
	}
}

func TestNoFrameIsWiderThanTheTerminal(t *testing.T) {
	for _, columns := range []uint16{40, 80} {
		control, tty := openPTY(t, columns)
		read := make(chan string, 1)
		go func() {
			b, _ := io.ReadAll(control) // ends with EIO when the last tty is closed
			read <- string(b)
		}()
		term := New(Detect(tty, func(k string) string { return map[string]string{"TERM": "xterm"}[k] }))
		run(term, &clock{now: term.now()})
		term.Emit(report.StepEnded{Name: "generate", Status: report.StepDone})
		if err := term.Close(); err != nil {
			t.Fatal(err)
		}
		_ = tty.Close()
		s := &screen{t: t, width: int(columns)}
		_, _ = s.Write([]byte(strings.ReplaceAll(<-read, "\r\n", "\n")))
		if got := s.String(); !strings.Contains(got, "capture") || !strings.Contains(got, "generate") || strings.Contains(got, "base: seed") {
			t.Errorf("last frame at %d columns:\n%s", columns, got)
		}
	}
}
