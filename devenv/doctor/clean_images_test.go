package doctor

import (
	"testing"
	"time"

	"devenv/compose/engine"
)

func TestCleanJudgesImagesByKindAndLastUse(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	days := func(n int) time.Time { return now.AddDate(0, 0, -n) }
	kind := func(kind string) map[string]string { return map[string]string{"dev.devenv.kind": kind} }
	tests := map[string]struct {
		image     engine.StoredImage
		kind, why string
		bases     string // why, with --bases
	}{
		"a base that is used daily": {
			engine.StoredImage{Names: []string{"devenv/base:k"}, Labels: kind("base"), Created: days(90), Used: days(1)},
			"base", "", "requested",
		},
		"a base that nobody uses": {
			engine.StoredImage{
				Names: []string{"devenv/base:k"}, Labels: kind("base"), Created: days(90),
				Used: days(15),
			}, "base", "not used for 15 days", "requested",
		},
		"an intermediate stage of a build": {
			engine.StoredImage{Names: []string{"devenv/build:k-w-app-stage0"}, Created: days(1), Used: days(1)}, "build", "", "requested",
		},
		"an interrupted build": {
			engine.StoredImage{ID: "sha256:1", Labels: kind("build"), Created: days(1), Used: days(1)}, "build", "no name leads to it", "no name leads to it",
		},
		"a base that somebody renamed": {
			engine.StoredImage{
				ID: "sha256:1", Names: []string{"mine:latest"}, Labels: kind("base"),
				Created: days(90), Used: days(90),
			}, "", "", "",
		},
		"somebody else's unnamed image": {engine.StoredImage{ID: "sha256:1", Created: days(90), Used: days(90)}, "", "", ""},
		"somebody else's image":         {engine.StoredImage{Names: []string{"app:latest"}, Created: days(90), Used: days(90)}, "", "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := kindOf(test.image); got != test.kind {
				t.Fatalf("its kind is %q, want %q", got, test.kind)
			}
			if test.kind == "" {
				return
			}
			o := CleanOptions{Days: DefaultCleanDays}
			if why := o.whyUnneeded(test.kind, test.image, now); why != test.why {
				t.Errorf("the reason is %q, want %q", why, test.why)
			}
			o.Bases = true
			if why := o.whyUnneeded(test.kind, test.image, now); why != test.bases {
				t.Errorf("with --bases the reason is %q, want %q", why, test.bases)
			}
		})
	}
}

func TestImagesOfStagesCountAsBuilds(t *testing.T) {
	build := map[string]string{"dev.devenv.kind": "build"}
	got := countKinds([]engine.StoredImage{
		{ID: "sha256:1", Names: []string{"devenv/build:k"}, Labels: build},
		{ID: "sha256:2", Names: []string{"devenv/base:k"}, Labels: map[string]string{"dev.devenv.kind": "base"}},
		{ID: "sha256:1", Names: []string{"devenv/build:k"}, Labels: build}, // listed by its name as well
		{ID: "sha256:3", Names: []string{"devenv/build:k-w-app-stage0"}},
	})
	if got[cleanBuild] != 2 || got[cleanBase] != 1 || got[cleanSnapshot] != 0 {
		t.Errorf("%v", got)
	}
}
