package cli

import (
	"strings"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
)

func TestInitListsTheBasesInputsOnlyWithVerbose(t *testing.T) {
	items := report.NewItems("init")
	items.Items = []any{report.Finding{What: "database", Value: "postgres"}, report.Finding{What: devenv.BaseInput, Value: "mounted backend"}}
	for _, verbose := range []bool{false, true} {
		var out strings.Builder
		p := printer{out: &out, options: report.TextOptions{Verbose: verbose}}
		if err := (initialised{InitResult: &devenv.InitResult{Items: items}}).text(p, nil); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), "mounted backend") != verbose || !strings.Contains(out.String(), "postgres") {
			t.Errorf("verbose %v:\n%s", verbose, out.String())
		}
	}
}
