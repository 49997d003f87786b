package terminal

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// environment returns a stand-in for os.Getenv.
func environment(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestNobodyIsAskedInCI(t *testing.T) {
	_, tty := openPTY(t, 80)
	for value, asked := range map[string]bool{"": true, "0": true, "false": true, "1": false, "true": false} {
		if got := NewAsker(tty, tty, environment(map[string]string{"TERM": "xterm", "CI": value})) != nil; got != asked {
			t.Errorf("CI=%q: somebody is asked: %v", value, got)
		}
	}
}

// shows reads what a terminal shows until it shows all parts.
func shows(t *testing.T, control *os.File, parts ...string) {
	t.Helper()
	var shown bytes.Buffer
	piece := make([]byte, 4096)
	for {
		n, err := control.Read(piece)
		shown.Write(piece[:n])
		missing := false
		for _, part := range parts {
			missing = missing || !strings.Contains(shown.String(), part)
		}
		if !missing {
			return
		}
		if err != nil {
			t.Fatalf("%q without all of %q: %v", shown.String(), parts, err)
		}
	}
}

func TestTheChosenAnswerIsVisibleWithoutColour(t *testing.T) {
	for name, c := range map[string]struct {
		env           map[string]string
		chosen, typed string
	}{
		"NO_COLOR": {map[string]string{"TERM": "xterm", "NO_COLOR": "yes"}, "> No", "y"},
		"dumb":     {map[string]string{"TERM": "dumb"}, "[y/N]", "y\n"},
	} {
		t.Run(name, func(t *testing.T) {
			control, tty := openPTY(t, 80)
			a := NewAsker(tty, tty, environment(c.env))
			answered := make(chan error, 1)
			go func() {
				yes, err := a.Confirm(t.Context(), "Remove them?")
				if err == nil && !yes {
					err = errors.New("it took yes for no")
				}
				answered <- err
			}()
			shows(t, control, "Remove them?", c.chosen)
			if _, err := control.WriteString(c.typed); err != nil {
				t.Fatal(err)
			}
			go func() { _, _ = io.Copy(io.Discard, control) }() // its buffer must not fill
			if err := <-answered; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnInterruptEndsAQuestionInPlainText(t *testing.T) {
	control, tty := openPTY(t, 80)
	ctx, interrupt := context.WithCancel(t.Context())
	a := NewAsker(tty, tty, environment(map[string]string{"TERM": "dumb"}))
	answered := make(chan error, 1)
	go func() {
		_, err := a.Choose(ctx, "Which?", []string{"replace", "keep"})
		answered <- err
	}()
	shows(t, control, "Which?", "1. replace", "2. keep")
	interrupt()
	if err := <-answered; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
