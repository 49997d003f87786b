package data

import "testing"

func TestADocumentMayBeReformatted(t *testing.T) {
	for is, want := range map[string]bool{`{"a": [1, 2], "b": null}`: true, `{"a": [2, 1], "b": null}`: false, `{"a":`: false, `x`: false} {
		if got := (retyping{old: "text", new: "text"}).reformatted(`{"b":null,"a":[1,2]}`, is); got != want {
			t.Errorf("%s: %v", is, got)
		}
	}
}

func TestMergedValuesDoNotChangeADocument(t *testing.T) {
	beside := func(text string) *string { return &text }
	row := []*string{beside("2006"), beside("t"), nil}
	for _, c := range []struct {
		was, is string
		same    bool
	}{
		{`{"a": 1}`, `{"a": 1, "built": "2006"}`, true},
		{`{"a": 1}`, `{"a": 1, "built": 2006, "none": null}`, true},
		{`{"a": 1}`, `{"a": 1, "built": "2007"}`, false},
		{`{"a": 1}`, `{"a": 2, "built": "2006"}`, false},
		{`{"a": 1}`, `{"built": "2006"}`, false},
		{`[1]`, `[1, 2006]`, false},
	} {
		if same := (retyping{old: "jsonb", new: "jsonb"}).grown(c.was, c.is, row); same != c.same {
			t.Errorf("%s that is now %s: the same is %v", c.was, c.is, same)
		}
	}
}
