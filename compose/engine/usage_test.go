package engine

import (
	"testing"
	"time"

	"github.com/docker/docker/api/types/image"
)

func TestLastUseIsReadFromAnImagesNames(t *testing.T) {
	made := time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	used := time.Date(2026, 11, 28, 23, 34, 0, 0, time.UTC)
	tests := map[string]struct {
		names  []string
		ref    string
		used   time.Time
		unique int64
	}{
		"never used": {[]string{"devenv/base:k"}, "devenv/base:k", made, 60},
		"used": {
			[]string{"devenv/base:k", "devenv/used:k-20260301-0000", "devenv/used:k-20261128-2334"},
			"devenv/base:k",
			used, 60,
		},
		"a second name behind it": {
			[]string{"devenv/used:k-empty-20261128-2334", "devenv/base:k-empty", "devenv/base:other"},
			"devenv/base:k-empty, devenv/base:other", used, 60,
		},
		"a name of somebody else's":  {[]string{"mine:latest", "devenv/build:k", "devenv/used:k-20261128-2334"}, "devenv/build:k", used, 0},
		"marks alone":                {[]string{"devenv/used:k-20261128-2334"}, "sha256:1", used, 60},
		"no name":                    {[]string{"<none>:<none>"}, "sha256:1", made, 60},
		"a name that is like a mark": {[]string{"devenv/used:k-20261328-2334"}, "devenv/used:k-20261328-2334", made, 60},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := storedImage(&image.Summary{ID: "sha256:1", RepoTags: test.names, Created: made.Unix(), Size: 100, SharedSize: 40})
			if s.Ref() != test.ref || !s.Used.Equal(test.used) || s.Unique != test.unique {
				t.Errorf("%s, used %s, frees %d; want %s, %s, %d", s.Ref(), s.Used, s.Unique, test.ref, test.used, test.unique)
			}
		})
	}
}
