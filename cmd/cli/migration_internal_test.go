package cli

import "testing"

func TestOnlyTextIsShownWhileDevenvCleansUp(t *testing.T) {
	for _, c := range []struct {
		flags []string
		early bool
	}{
		{nil, true},
		{[]string{"--format", "text"}, true},
		{[]string{"--format", "json"}, false},
		{[]string{"--format", "markdown"}, false},
	} {
		a := &app{}
		if err := a.root().ParseFlags(c.flags); err != nil {
			t.Fatal(err)
		}
		if early := a.concluded(nil) != nil; early != c.early {
			t.Errorf("%v: the result is shown before the end: %v, want %v", c.flags, early, c.early)
		}
	}
}
