package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/report"
)

func TestWrapBreaksOnlyAtSpacesOfProse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"the revision was not found":                             "the revision was not\nfound",
		"see a/very/long/path/of/a/revision.py:12 for it":        "see\na/very/long/path/of/a/revision.py:12\nfor it",
		"make it with new-migration or --replace":                "make it with\nnew-migration or\n--replace",
		"run `devenv test-migration` now":                        "run\n`devenv test-migration`\nnow",
		"give it fresh data: devenv reset --to base (old stays)": "give it fresh data:\ndevenv reset --to base\n(old stays)",
		"keep: leave them and add one":                           "keep: leave them and\nadd one",
		"  indented code stays":                                  "  indented code\nstays",
	} {
		if diff := cmp.Diff(want, strings.Join(report.Wrap(text, 20), "\n")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}
