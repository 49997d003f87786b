package retention_test

import (
	"slices"
	"testing"
	"time"

	"devenv/devenv/retention"
)

func TestTheLastFewOfEachServiceStay(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	policy := retention.Policy{Count: 2, Age: 24 * time.Hour, Bytes: 100}
	image := func(id, group string, ago time.Duration, bytes int64) retention.Image {
		return retention.Image{ID: id, Group: group, Used: now.Add(-ago), Bytes: bytes}
	}
	needed := func(i retention.Image) retention.Image { i.Needed = true; return i }
	tests := map[string]struct {
		images []retention.Image
		grace  time.Duration
		want   []string
	}{
		"none": {nil, 0, nil},
		"more than the count": {
			[]retention.Image{image("c", "api", 3, 1), image("a", "api", 1, 1), image("b", "api", 2, 1)},
			0,
			[]string{"c"},
		},
		"each service has its own": {[]retention.Image{
			image("a", "api", 1, 1), image("b", "api", 2, 1), image("c", "web", 3, 1),
			image("d", "web", 4, 1),
		}, 0, nil},
		"too old":                   {[]retention.Image{image("a", "api", 25*time.Hour, 1)}, 0, []string{"a"}},
		"too big beside the newest": {[]retention.Image{image("a", "api", 1, 60), image("b", "api", 2, 60)}, 0, []string{"b"}},
		"one alone however big":     {[]retention.Image{image("a", "api", 1, 1000)}, 0, nil},
		"what this run needs": {[]retention.Image{
			image("a", "api", 1, 60), image("b", "api", 2, 60),
			needed(image("c", "api", 48*time.Hour, 20)),
		}, 0, []string{"b"}},
		"what this run needs is one of the last": {[]retention.Image{
			image("a", "api", 1, 1), image("b", "api", 2, 1),
			needed(image("c", "api", 3, 1)),
		}, 0, []string{"b"}},
		"what another run may be using": {[]retention.Image{
			image("a", "api", 1, 1), image("b", "api", 2, 1), image("c", "api", 3, 1),
			image("d", "api", 90*time.Minute, 1),
		}, time.Hour, []string{"d"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			policy := policy
			policy.Grace = test.grace
			var gone []string
			for _, s := range policy.Surplus(test.images, now) {
				gone = append(gone, s.ID)
				if s.Why == "" {
					t.Errorf("%s is removed without a reason", s.ID)
				}
			}
			if !slices.Equal(gone, test.want) {
				t.Errorf("%v are removed, want %v", gone, test.want)
			}
		})
	}
}
