package session

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"devenv/devenv/step"
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

// slow is a person who answers after an hour.
type slow struct{}

func (slow) Choose(context.Context, string, []string) (int, error) {
	<-time.After(time.Hour)
	return 0, nil
}

func (slow) Confirm(context.Context, string) (bool, error) { <-time.After(time.Hour); return true, nil }

func TestTheTimeToAnswerDoesNotCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New("test", Options{Ask: slow{}})
		err := s.Run(t.Context(), step.New("check", func(ctx context.Context, _ *step.Log) error {
			<-time.After(time.Second)
			_, choiceErr := s.Ask.Choose(ctx, "Which one?", []string{"this"})
			<-time.After(time.Second)
			return errors.Join(choiceErr, Agree(ctx, s.Ask, Consent{To: "go on"}))
		}))
		if err != nil {
			t.Fatal(err)
		}
		if took := s.Steps()[0].MS; took != 2000 || s.Spent() != 2*time.Second {
			t.Errorf("the step took %d ms, the run %s", took, s.Spent())
		}
	})
}
