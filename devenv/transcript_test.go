package devenv_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
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

// Emit keeps an event with everything in it.
func (s *transcript) Emit(event report.Event) { s.add(fmt.Sprintf("%+v", event)) }

func (s *transcript) add(lines ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, lines...)
}

func (s *transcript) document(t *testing.T, d *report.Document) { s.result(t, d) }

// result adds a command's result.
func (s *transcript) result(t *testing.T, result any) {
	t.Helper()
	raw, err := json.Marshal(result)
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

// failure adds everything that a failure shows.
func (s *transcript) failure(err error) {
	s.add(err.Error(), report.HintOf(err), strings.Join(report.OutputOf(err), "\n"))
}

// hasNone looks for secrets, both as they are and as programs encode them.
func (s *transcript) hasNone(t *testing.T, secrets ...string) {
	t.Helper()
	text := s.text()
	for _, secret := range secrets {
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret),
			base64.StdEncoding.EncodeToString([]byte("x:" + secret)),
		} {
			if at := strings.Index(text, form); at >= 0 {
				t.Errorf("the output contains %s: …%s…", form, text[max(0, at-80):min(len(text), at+len(form)+80)])
			}
		}
	}
}
