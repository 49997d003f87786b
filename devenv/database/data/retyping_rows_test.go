package data

import "testing"

func TestADocumentMayBeReformatted(t *testing.T) {
	for is, want := range map[string]bool{`{"a": [1, 2], "b": null}`: true, `{"a": [1.00, 2.0], "b": null}`: true, `{"a": [1.01, 2], "b": null}`: false, `{"a": [2, 1], "b": null}`: false, `{"a":`: false, `x`: false} {
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

func TestSecondsAreNotTakenForMilliseconds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		old, was, is string
		want         bool
	}{
		{"bigint", "1735786400", "1970-01-21 02:09:46.4+00", true},
		{"bigint", "1735786400000", "56975-01-14 18:13:20+00", false}, // which is no time that can be read
		{"bigint", "1735786400000", "2025-01-02 02:53:20+00", false},
		{"bigint", "1735786400", "2025-01-02 04:53:20+00", false}, // another zone
		{"integer", "45658", "2025-01-01 00:00:00+00", false},     // days
		{"text", "1735786400", "1970-01-21 02:09:46.4+00", false}, // a text is a number only if all of them are
	} {
		if got := (retyping{old: c.old, new: "timestamp with time zone"}).misread([][2]string{{c.was, c.is}}); got != c.want {
			t.Errorf("%s to %s: %t", c.was, c.is, got)
		}
	}
}

func TestOnlyAListMayBeReordered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ, was, is string
		want         bool
	}{
		{"text[]", "{maths,evening}", "{evening,maths}", true},
		{"text[]", `{"a b",c}`, `{c,"a b"}`, true},
		{"text[]", "{maths,evening}", "{evening}", false},
		{"text[]", "{a,a}", "{a}", false},
		{"jsonb", `["a", "b"]`, `["b", "a"]`, true},
		{"jsonb", `{"a": 1, "b": 2}`, `{"a": 2, "b": 1}`, false},
		{"text", "red, blue", "blue,red", true},
		{"text", "Ann Lee", "Lee Ann", false},
		{"integer", "12", "21", false},
	} {
		if got := (retyping{old: c.typ, new: c.typ}).reordered(c.was, c.is); got != c.want {
			t.Errorf("%s to %s: %t", c.was, c.is, got)
		}
	}
}

func TestOnlyAListMayBeExtended(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ, was, is string
		want         bool
	}{
		{"text[]", "{drive,docs}", "{drive,docs,sheets}", true},
		{"text[]", "{drive,docs}", "{sheets,drive,slides,docs}", true},
		{"text[]", "{drive,docs}", "{docs,drive,sheets}", false},
		{"text[]", "{drive,docs}", "{drive,sheets,slides}", false},
		{"text[]", "{drive}", "{drive}", false},
		{"jsonb", `["read"]`, `["read", "write"]`, true},
		{"jsonb", `{"a": 1}`, `{"a": 1, "b": 2}`, false},
		{"text", "read", "read,write", false},
		{"text[]", "{}", "{write}", true},
		{"jsonb", "[]", "[]", false},
	} {
		if got := (retyping{old: c.typ, new: c.typ}).extended(c.was, c.is); got != c.want {
			t.Errorf("%s to %s: %t", c.was, c.is, got)
		}
	}
}

func TestOnlyTheWayOfWritingIsTidied(t *testing.T) {
	t.Parallel()
	text := retyping{old: "text", new: "character varying"}
	for _, c := range []struct {
		was, is string
		want    bool
	}{
		{"  two   words ", "two words", true},
		{"Ann.Lee@Example.org ", "ann.lee@example.org", true},
		{"+43 316/20-17", "+433162017", true},
		{"AT61 1904 3002 3457", "AT61190430023457", true},
		{"4242.4242.4242", "424242424242", true},
		{"0043 660-123456", "+43660123456", true},
		{"0660 123456", "+43660123456", true},
		{"0660 123456", "+43 660 123456", true},
		{"0660 123456", "+660123456", false},
		{"0660 123456", "+43660123457", false},
		{"0660 123456", "+12345660123456", false},
		{"660123456", "+43660123456", false},
		{"0012345678", "+4312345678", false},
		{"Ann", "ann", false},
		{"two words", "twowords", false},
		{"123456.50", "12345650", false},
		{"-1234567", "1234567", false},
		{"10-12", "1012", false},
		{"433162017", "+43 316 2017", false}, // nothing says that it was so
		{"+43 316/2017", "+433162018", false},
		{" ", "", false},
	} {
		if got := text.tidied(c.was, c.is); got != c.want {
			t.Errorf("%q to %q: %t", c.was, c.is, got)
		}
	}
	if (retyping{old: "bytea", new: "text"}).tidied("a b", "a b") {
		t.Error("bytes are tidied")
	}
}

func TestBytesAreSpeltAsTheirDigits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		old, new, was, is string
		want              bool
	}{
		{"text", "bytea", "D41D-8c", `\xd41d8c`, true},
		{"bytea", "character varying", `\xd41d8c`, "d41d8c", true},
		{"text", "bytea", "AQI=", `\x0102`, true},
		{"text", "bytea", "d41d8c", `\xd41d`, false},
		{"bytea", "bytea", `\x01`, `\x02`, false},
		{"text", "text", "01", `\x01`, false},
	} {
		if got := (retyping{old: c.old, new: c.new}).encoded(c.was, c.is); got != c.want {
			t.Errorf("%s %s: %t", c.was, c.is, got)
		}
	}
}
