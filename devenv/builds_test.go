package devenv

import (
	"errors"
	"testing"
)

func TestARunKnowsWhetherOthersAreUnderWay(t *testing.T) {
	cache := t.TempDir()
	var first, second builds
	for _, b := range []*builds{&first, &second} {
		if err := b.open(t.Context(), cache); err != nil {
			t.Fatal(err)
		}
	}
	if first.alone() {
		t.Error("the first run takes itself for the only one")
	}
	if err := first.close(); err != nil {
		t.Fatal(err)
	}
	if !second.alone() {
		t.Error("the second run does not see that the first has ended")
	}
	if err := errors.Join(second.close(), first.open(t.Context(), cache), first.close()); err != nil {
		t.Errorf("a run after them: %v", err)
	}
}
