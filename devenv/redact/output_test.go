package redact

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"devenv/devenv/report"
)

const planted = "hunter2hunter2"

// heard keeps the events that reach a listener.
type heard struct{ events []report.Event }

func (h *heard) Emit(e report.Event) { h.events = append(h.events, e) }

func TestNoFieldOfAnEventRevealsSecrets(t *testing.T) {
	r := New()
	r.Learn(Source{Secret, "planted", planted})
	var h heard
	listener := r.Listener(&h)
	check := report.Check{Summary: planted, Hint: planted, Waived: planted, Evidence: []report.Evidence{{
		Statement: planted, Message: planted, Insert: planted, Query: planted, Detail: planted,
		Keys: []string{"id=1", planted}, Table: planted,
	}}}
	sent := []report.Event{
		report.StepStarted{Name: planted},
		report.StepOutput{Line: planted},
		report.Checked{Check: check},
		report.Noted{Text: planted},
		report.StepEnded{
			Detail: planted, Found: []report.Finding{{What: planted, Value: planted, From: planted}},
			Err: errors.Join(report.Fail(report.KindWork, planted, "%s", planted).WithOutput([]string{planted})),
		},
	}
	for _, event := range sent {
		listener.Emit(event)
	}
	if len(h.events) != len(sent) {
		t.Fatalf("%d of %d events were passed on", len(h.events), len(sent))
	}
	for _, event := range h.events {
		text := fmt.Sprintf("%+v", event)
		if ended, ok := event.(report.StepEnded); ok {
			text += report.HintOf(ended.Err) + strings.Join(report.OutputOf(ended.Err), "")
		}
		if strings.Contains(text, planted) {
			t.Errorf("the secret is still in %s", text)
		}
	}
	if check.Evidence[0].Keys[1] != planted {
		t.Error("the sender's own check was changed")
	}
}

func TestADocumentKeepsItsShapeWithoutItsSecrets(t *testing.T) {
	r := New()
	r.Learn(Source{Secret, "planted", planted}, Source{Variable, "DB_PASSWORD", "failed"})
	d := report.NewDocument("test-migration")
	d.Error = &report.ErrorField{Message: planted}
	d.Steps = []report.Step{{Name: "check", Status: report.StepFailed, Found: []report.Finding{{Value: planted}}}}
	d.Noise = []report.Noise{{Operation: "default " + planted}}
	clean := Copy(r, *d)
	text, err := json.Marshal(clean)
	if err != nil || strings.Contains(string(text), planted) {
		t.Errorf("the secret is still in %s (%v)", text, err)
	}
	if clean.Steps[0].Status != report.StepFailed || clean.Files == nil || clean.Notes != nil {
		t.Errorf("its shape changed: %+v", clean)
	}
	items := Copy(r, []any{struct{ Name string }{planted}, map[string]any{"a": []string{planted}}})
	if text := fmt.Sprint(items); strings.Contains(text, planted) {
		t.Errorf("the secret is still in %s", text)
	}
}

func TestValuesAreUnambiguousSecrets(t *testing.T) {
	r := New()
	r.Learn(Source{Secret, "planted", planted})
	for _, word := range []string{"password", "pw", "drawbridge", "47114711", "toolshed1"} {
		r.Learn(Source{Variable, "DB_PASSWORD", word})
	}
	r.Keep("toolshed1")
	if got := r.Values(); !slices.Equal(got, []string{planted}) {
		t.Errorf("values to search for: %q", got)
	}
}

func TestRedactedFailureKeepsItsKindAndCause(t *testing.T) {
	r := New()
	r.Learn(Source{Secret, "planted", planted})
	err := r.Error(report.Fail(report.KindUsage, "try "+planted, "connect with "+planted+": %w",
		context.Canceled).WithOutput([]string{"password=" + planted}))
	all := err.Error() + report.HintOf(err) + strings.Join(report.OutputOf(err), "") + fmt.Sprintf("%+v", errors.Unwrap(err))
	if strings.Contains(all, planted) {
		t.Errorf("the secret is still in %q", all)
	}
	if !errors.Is(err, context.Canceled) || report.KindOf(err) != report.KindUsage {
		t.Errorf("the failure lost its cause or kind: %v", err)
	}
}
