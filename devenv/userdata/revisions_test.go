package userdata

import (
	"slices"
	"testing"
)

func TestADatabaseBehindTheHeadIsSeen(t *testing.T) {
	known := map[string]string{
		"aa11": `revision = "aa11"`, "bb22": "revision = 'bb22'\ndown_revision = 'aa11'",
		"cc33": "revision = 'cc33'\ndown_revision = 'bb22'", "dd44": "revision = 'dd44'\ndown_revision = 'bb22'",
	}
	for name, test := range map[string]struct{ at, unknown, pending []string }{
		"behind":            {[]string{"aa11"}, nil, []string{"cc33", "dd44"}},
		"at one of two":     {[]string{"cc33"}, nil, []string{"dd44"}},
		"at both":           {[]string{"cc33", "dd44"}, nil, nil},
		"on another branch": {[]string{"ee55"}, []string{"ee55"}, nil},
		"at none":           {nil, nil, nil},
	} {
		at := Position{Revisions: test.at}
		at.compare(known)
		if !slices.Equal(at.Unknown, test.unknown) || !slices.Equal(at.Pending, test.pending) {
			t.Errorf("%s: %+v", name, at)
		}
	}
}
