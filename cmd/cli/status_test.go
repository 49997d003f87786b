package cli

import (
	"strings"
	"testing"

	"devenv/devenv"
)

func TestStatusSaysWhyNoRevisionIsKnown(t *testing.T) {
	t.Parallel()
	for says, item := range map[string]devenv.StatusItem{
		"it is not running":                  {Name: "db", State: "not created"},
		"it is paused":                       {Name: "db", State: "paused"},
		"no revision is recorded":            {Name: "db", State: "running"},
		"its revision could not be read: it": {Name: "db", State: "running", Unread: "it is starting"},
		"at revision 3f2a":                   {Name: "db", State: "running", Revisions: []string{"3f2a"}},
	} {
		if line := databaseLine(item); !strings.HasPrefix(line, "database db: "+says) {
			t.Errorf("%q does not say %q", line, says)
		}
	}
}
