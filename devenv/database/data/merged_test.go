package data

import "testing"

func TestATextIsMergedOnlyWithWhatItWas(t *testing.T) {
	t.Parallel()
	text := "seen"
	for is, want := range map[string]bool{
		"seen; by: Haas": true, "Haas: seen": true, "Haas": false, "seen; by: Hahn": false, "see; by: Haas": false,
	} {
		if got := addsTo(&text, is, "Haas"); got != want {
			t.Errorf("%q: %v", is, got)
		}
	}
	if !addsTo(nil, "by: Haas", "Haas") || addsTo(&text, "seen; a", "a") {
		t.Error("a row without a text has it from the other, and one character proves nothing")
	}
}
