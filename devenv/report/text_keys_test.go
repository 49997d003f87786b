package report_test

import (
	"strings"
	"testing"

	"devenv/devenv/report"
)

func TestKeysOfSeveralColumnsStandInParentheses(t *testing.T) {
	t.Parallel()
	d := report.NewDocument("test-migration")
	d.Checks = []report.Check{{ID: "data.lost", Status: report.StatusFail, Summary: "lost", Evidence: []report.Evidence{
		{Rows: 30, Keys: []string{"member_id=1, item_id=1", "member_id=1, item_id=2"}},
	}}}
	var out strings.Builder
	if err := report.WriteText(&out, d, report.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	if want := "30 rows, the first: (member_id=1, item_id=1), (member_id=1, item_id=2)"; !strings.Contains(out.String(), want) {
		t.Errorf("it says\n%s", out.String())
	}
}
