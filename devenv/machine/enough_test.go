package machine

import (
	"strings"
	"testing"
	"time"

	"devenv/compose/engine"
)

func TestTheFullestDiskCounts(t *testing.T) {
	free := func(dir string) (int64, bool) {
		bytes, ok := map[string]int64{"/volumes": 50 << 30, "/images": 5 << 30, "/full": 1 << 20}[dir]
		return bytes, ok
	}
	for dirs, want := range map[string]Answer{
		"/volumes /volumes": {Supply: Enough, Said: "51200 MB are free in /volumes"},
		"/volumes /images":  {Supply: Little, Said: "5120 MB are free in /images"},
		"/volumes /full":    {Supply: None, Said: "1 MB are free in /full"},
		"/volumes /unseen":  {Supply: Enough, Said: "51200 MB are free in /volumes"},
		"/unseen /unseen":   {Supply: Unseen, Said: "the engine's disk cannot be seen from here"},
	} {
		found := judgeDisks(strings.Fields(dirs), free)
		if mends := found.Supply == Little || found.Supply == None; found.Supply != want.Supply || found.Said != want.Said ||
			mends != (found.Mend != "") {
			t.Errorf("%s: %+v, want %+v", dirs, found, want)
		}
	}
}

func TestDiskOfAMissingDirectoryIsUnseen(t *testing.T) {
	if bytes, ok := free(t.Context(), t.TempDir()); !ok || bytes <= 0 {
		t.Errorf("%d bytes, %v", bytes, ok)
	}
	if _, ok := free(t.Context(), "/nowhere/at/all"); ok {
		t.Error("the disk of a missing directory is seen")
	}
}

func TestAFullCacheIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		left     int64
		nameless bool
		want     Supply
	}{
		"space": {noCache, false, Enough}, "no space": {noCache - 1, false, None}, "no inode": {1 << 40, true, None},
	} {
		got := judgeCache("/cache", c.left, c.nameless)
		if got.Supply != c.want || got.Supply == None && !strings.Contains(got.Mend, "DEVENV_CACHE") {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := Cache(t.Context(), ""); got.Supply != Unseen {
		t.Errorf("without a cache: %+v", got)
	}
}

func TestLittleMemoryIsNamed(t *testing.T) {
	for bytes, want := range map[int64]Answer{
		1 << 30: {Supply: Little, Said: "the engine has 1024 MB of memory"},
		2 << 30: {Supply: Enough, Said: "2048 MB of memory, 4 processors"},
	} {
		if got := Memory(engine.Details{Memory: bytes, CPUs: 4}); got.Supply != want.Supply || got.Said != want.Said {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestAClockThatIsOffIsNamed(t *testing.T) {
	now := time.Now()
	for off, want := range map[time.Duration]Supply{0: Enough, 5 * time.Second: Enough, -time.Minute: Little, time.Hour: Little} {
		if got := Clock(engine.Details{Clock: now.Add(off)}, now); got.Supply != want {
			t.Errorf("off by %s: %+v", off, got)
		}
	}
	if got := Clock(engine.Details{}, now); got.Supply != Enough {
		t.Errorf("an engine that does not report its clock: %+v", got)
	}
}
