package checks

import (
	"strings"
	"testing"

	"devenv/devenv/database/catalog"
	"devenv/devenv/report"
)

func TestWhatHeldRowsIsNamedFirst(t *testing.T) {
	t.Parallel()
	f := ready(func(f *Facts) {
		for _, object := range []string{"view:public.names", "matview:public.totals"} {
			f.Unintended.Lost = append(f.Unintended.Lost, UnintendedLoss{Loss: catalog.Loss{Object: object}})
		}
	})
	answer := answers(f, Selection{})["drift.unintended"]
	if answer.Status != report.StatusFail || !strings.Contains(answer.Summary, "public.totals is gone (and 1 more)") {
		t.Errorf("%s: %s", answer.Status, answer.Summary)
	}
}
