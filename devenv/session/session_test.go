package session

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestAFailedCleanUpKeepsTheResult(t *testing.T) {
	t.Parallel()
	stuck, faulty := errors.New("the engine does not answer"), errors.New("the migration is faulty")
	s := New("test", Options{})
	if err := s.Closed(nil, stuck); err != nil || len(s.Notes()) != 1 || !strings.Contains(s.Notes()[0], stuck.Error()) {
		t.Errorf("after a successful run: %v, noted %q", err, s.Notes())
	}
	if err := s.Closed(faulty, stuck); !errors.Is(err, faulty) || !errors.Is(err, stuck) || len(s.Notes()) != 1 {
		t.Errorf("after an error: %v, noted %q", err, s.Notes())
	}
	if err := s.Closed(context.Canceled, stuck); !errors.Is(err, context.Canceled) || errors.Is(err, stuck) {
		t.Errorf("after an interrupt: %v", err)
	}
}
