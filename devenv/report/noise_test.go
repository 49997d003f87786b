package report

import (
	"strings"
	"testing"
)

func TestDifferencesAreSetAsideOnlyWhereSomethingWasCompared(t *testing.T) {
	t.Parallel()
	for status, want := range map[Status]bool{StatusPass: true, StatusFail: true, StatusSkip: false} {
		d := &Document{
			Checks: []Check{{ID: "drift.models", Status: status}},
			Noise:  []Noise{{Object: "shop.items", Operation: "add_index"}},
		}
		var out strings.Builder
		if err := WriteText(&out, d, TextOptions{}); err != nil || strings.Contains(out.String(), "held against") != want {
			t.Errorf("%s: %v\n%s", status, err, &out)
		}
	}
}
