package devenv_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"devenv/devenv/report"
)

// transcript keeps everything that a run says.
type transcript struct {
	mu    sync.Mutex
	lines []string
}

// Emit keeps an event with all it holds.
func (s *transcript) Emit(event report.Event) { s.add(fmt.Sprintf("%+v", event)) }

func (s *transcript) add(lines ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, lines...)
}

func (s *transcript) document(t *testing.T, d *report.Document) {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	s.add(string(raw))
}

func (s *transcript) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}
