package redact

import (
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

func TestNoFieldOfAnEventLetsASecretThrough(t *testing.T) {
	var r Redactor
	r.Learn([]string{planted}, nil)
	var h heard
	listener := r.Listener(&h)
	check := report.Check{Summary: planted, Hint: planted, Waived: planted, Evidence: []report.Evidence{{
		Statement: planted, Message: planted, Insert: planted, Query: planted, Detail: planted, Keys: []string{"id=1", planted}, Table: planted,
	}}}
	sent := []report.Event{
		report.StepStarted{Name: planted}, report.StepOutput{Line: planted}, report.Checked{Check: check}, report.Noted{Text: planted},
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
	var r Redactor
	r.Learn([]string{planted, "failed"}, nil)
	d := report.NewDocument("test-migration")
	d.Error = &report.ErrorField{Message: planted}
	d.Steps = []report.Step{{Name: "check", Status: report.StepFailed, Found: []report.Finding{{Value: planted}}}}
	d.Noise = []report.Noise{{Operation: "default " + planted}}
	clean := Said(&r, *d)
	text, err := json.Marshal(clean)
	if err != nil || strings.Contains(string(text), planted) {
		t.Errorf("the secret is still in %s (%v)", text, err)
	}
	if clean.Steps[0].Status != report.StepFailed || clean.Files == nil || clean.Notes != nil {
		t.Errorf("its shape changed: %+v", clean)
	}
	items := Said(&r, []any{struct{ Name string }{planted}, map[string]any{"a": []string{planted}}})
	if text := fmt.Sprint(items); strings.Contains(text, planted) {
		t.Errorf("the secret is still in %s", text)
	}
}

func TestValuesAreThoseThatMeanNothingElse(t *testing.T) {
	var r Redactor
	r.Learn([]string{planted, "password", "pw"}, nil)
	if got := r.Values(); !slices.Equal(got, []string{planted}) {
		t.Errorf("values to search for: %q", got)
	}
}
