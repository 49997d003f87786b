package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEnumOrderIsASeparatePart(t *testing.T) {
	part := func(facet, was, is string) Difference {
		return Difference{Object: "enum:public.mood", Facet: facet, Was: was, Is: is}
	}
	onTheBase := part("", "('sad', 'ok', 'very, happy')", "('ok', 'sad', 'very, happy')").Parts()
	if diff := cmp.Diff([]Difference{part("order", "", "sad")}, onTheBase); diff != "" {
		t.Errorf("another order (-want +got):\n%s", diff)
	}
	onTheBranch := part("", "('sad', 'calm', 'ok', 'very, happy')", "('ok', 'sad', 'very, happy', 'old')").Parts()
	want := append([]Difference{part("value", "calm", ""), part("value", "", "old")}, onTheBase...)
	if diff := cmp.Diff(want, onTheBranch); diff != "" {
		t.Errorf("another order and other values (-want +got):\n%s", diff)
	}
	between := part("", "('sad', 'ok', 'calm', 'proud', 'very, happy')", "('ok', 'calm', 'proud', 'sad', 'very, happy')").Parts()
	if diff := cmp.Diff(onTheBase, between); diff != "" {
		t.Errorf("other values put in where the order differed before (-want +got):\n%s", diff)
	}
	whole := part("", "('sad')", "")
	if diff := cmp.Diff([]Difference{whole}, whole.Parts()); diff != "" {
		t.Errorf("an enum that is not there (-want +got):\n%s", diff)
	}
}
