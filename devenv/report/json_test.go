package report_test

import (
	"bytes"
	"strings"
	"testing"

	"devenv/devenv/report"
)

func jsonOf(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteJSON(&b, v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestJSONHasTheShapeOfTheSpecification(t *testing.T) {
	golden(t, "faulty.json", jsonOf(t, faulty()))
}

func TestJSONOfAnEmptyRun(t *testing.T) {
	golden(t, "empty.json", jsonOf(t, &report.Document{Schema: 1, Command: "test-migration", Verdict: report.VerdictNone}))
}

func TestJSONOfItems(t *testing.T) {
	got := jsonOf(t, &report.Items{Schema: 1, Command: "undo", Error: &report.ErrorField{Message: "a < b"}})
	golden(t, "items.json", got)
	if !strings.Contains(string(got), `"items": []`) {
		t.Errorf("items are no list: %s", got)
	}
}

func TestJSONLeavesTheDocumentAsItWas(t *testing.T) {
	d := &report.Document{Checks: []report.Check{{ID: "apply.seeded"}}}
	jsonOf(t, d)
	if d.Checks[0].Evidence != nil || d.Files != nil {
		t.Errorf("writing changed the document: %+v", d)
	}
}
