package userdata

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"devenv/devenv/database"
)

// exchanges makes a record from words, oldest first: the command, how many days ago it was, and how many megabytes it
// replaced, none for an exchange that replaced nothing.
func exchanges(now time.Time, words string) (all []Replaced) {
	for i, word := range strings.Fields(words) {
		parts := strings.Split(word, ":")
		var days, megabytes int
		_, _ = fmt.Sscan(parts[1], &days)
		_, _ = fmt.Sscan(parts[2], &megabytes)
		r := Replaced{Command: parts[0], At: now.AddDate(0, 0, -days), To: "x"}
		if megabytes > 0 {
			r.Snapshot, r.Store, r.Meta = fmt.Sprint(i), database.Store{Directory: "/data"},
				database.SnapshotMeta{Bytes: int64(megabytes) << 20}
		}
		all = append(all, r)
	}
	return all
}

func TestOldReplacedDataIsRemovedExceptTheLast(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct{ record, removed string }{
		"nothing is kept":             {"reset:0:0", ""},
		"a few":                       {"reset:3:90 reset:2:90 restore:1:90", ""},
		"more than five":              {"reset:1:90 reset:1:90 reset:1:90 reset:1:90 reset:1:90 reset:1:90", "0"},
		"old ones":                    {"reset:15:90 reset:14:90 reset:1:90", "0"},
		"the last, however old":       {"reset:80:90", ""},
		"too large in total":          {"reset:2:1900 reset:1:3000 reset:0:900", "0"},
		"the last, however large":     {"reset:1:10 reset:0:9000", ""},
		"what undo needs behind undo": {"reset:90:90 undo:80:90 undo:70:90 undo:60:90 undo:1:90 undo:1:90 undo:1:90 undo:0:90", "3 2 1"},
	} {
		var removed []string
		for _, r := range superfluous(exchanges(now, c.record), now) {
			removed = append(removed, r.Snapshot)
		}
		if got := strings.Join(removed, " "); got != c.removed {
			t.Errorf("%s: removed %q, want %q", name, got, c.removed)
		}
	}
}
