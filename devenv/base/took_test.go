package base

import (
	"strings"
	"testing"
	"time"
)

func TestMakingABaseSaysHowLongItTakes(t *testing.T) {
	t.Parallel()
	if first := announcement("main", nil); !strings.Contains(first, "the first one takes") || !strings.Contains(first, "Later runs") {
		t.Errorf("for the first base, it says %q", first)
	}
	if note := sharing(62 * time.Second); !strings.Contains(note, "1m02s") || !strings.Contains(note, "registry: ") {
		t.Errorf("after a long one, it says %q", note)
	}
	took := map[string]time.Duration{"base: images": 42 * time.Second, "base: copy": 33 * time.Second}
	if again := announcement("main", took); !strings.Contains(again, "the last one took 1m15s") {
		t.Errorf("for another base, it says %q", again)
	}
}
