package devenv

import (
	"strings"
	"testing"
)

func TestDoctorJudgesTheFullestOfTheEnginesDisks(t *testing.T) {
	free := func(dir string) (int64, bool) {
		bytes, ok := map[string]int64{"/volumes": 50 << 30, "/images": 5 << 30, "/full": 1 << 20}[dir]
		return bytes, ok
	}
	for dirs, want := range map[string]finding{
		"/volumes /volumes": {status: Healthy, summary: "/volumes"},
		"/volumes /images":  {status: Unwell, summary: "/images"},
		"/volumes /full":    {status: Ill, summary: "/full"},
		"/volumes /unseen":  {status: Healthy, summary: "/volumes"},
		"/unseen /unseen":   {status: Unlooked, summary: "cannot be seen"},
	} {
		if found := judgeDisks(strings.Fields(dirs), free); found.status != want.status || !strings.Contains(found.summary, want.summary) {
			t.Errorf("%s: %+v, want %+v", dirs, found, want)
		}
	}
}
