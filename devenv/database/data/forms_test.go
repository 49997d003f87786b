package data

import "testing"

func TestOneValueHasTheSameForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		old, new, was, is string
		same              bool
	}{
		{"money", "numeric", "$1,200.50", "1200.50", true},
		{"money", "numeric", "-$3.00", "-3", true},
		{"money", "numeric", "$1,200.50", "1200", false},
		{"bigint", "timestamp with time zone", "1700000000", "2023-11-14 22:13:20+00", true},
		{"bigint", "timestamp without time zone", "1700000000123", "2023-11-14 22:13:20.123", true},
		{"bigint", "timestamp with time zone", "1700000000", "2023-11-14 23:13:20+00", false},
		{"integer", "interval", "5400", "01:30:00", true},
		{"integer", "interval", "90061", "1 day 01:01:01", true},
		{"double precision", "interval", "-1.5", "-00:00:01.5", true},
		{"integer", "interval", "90", "01:30:00", false},
		{"text", "text[]", "red, blue", "{red,blue}", true},
		{"text", "text[]", "a b;c", `{"a b",c}`, true},
		{"text", "text[]", "", "{}", true},
		{"text", "text[]", "red,blue", "{red}", false},
		{"text", "text[]", "Hello, world", `{"Hello, world"}`, true},
		{"text", "text[]", "Hello, world", `{"Hello, moon"}`, false},
		{"jsonb", "bigint[]", "[1234567890123456789, 2]", "{1234567890123456789,2}", true},
		{"jsonb", "bigint[]", "[1234567890123456789]", "{1234567890123456788}", false},
		{"jsonb", "boolean[]", "[true, false]", "{t,f}", true},
		{"jsonb", "boolean[]", "[true, false]", "{t,t}", false},
		{"jsonb", "numeric[]", "[1.50]", "{1.5}", true},
		{"text[]", "jsonb", `{"x \"y\"",z}`, `["x \"y\"", "z"]`, true},
		{"text", "jsonb", "[1, 2]", "[1,2]", true},
		{"public.hstore", "jsonb", `"a"=>"1", "b"=>NULL`, `{"b": null, "a": "1"}`, true},
		{"hstore", "jsonb", `"a"=>"1"`, `{"a": 1}`, true},
		{"hstore", "jsonb", "", "{}", true},
		{"text", "point", "53.50, 9.98", "(53.5,9.98)", true},
		{"text", "point", "53.50,9.98", "(9.98,53.5)", false},
		{"hstore", "jsonb", `"a"=>"1"`, "{}", false},
	} {
		types := retyping{old: c.old, new: c.new}
		if same := types.was(c.was) == types.is(c.is); same != c.same {
			t.Errorf("%s %q as %s %q: same is %v (%q, %q)", c.old, c.was, c.new, c.is, same, types.was(c.was), types.is(c.is))
		}
		back := retyping{old: c.new, new: c.old}
		if same := back.was(c.is) == back.is(c.was); same != c.same {
			t.Errorf("and back, %s %q as %s %q: same is %v", c.new, c.is, c.old, c.was, same)
		}
	}
}
