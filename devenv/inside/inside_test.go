package inside

import "testing"

func TestPathsAreInsideOrOutside(t *testing.T) {
	for path, want := range map[string]string{
		"/a/b": ".", "/a/b/": ".", "/a/b/c": "c", "/a/b/c/../d": "d", "/a/b/..data": "..data", "/a/b/..data/c": "..data/c", "/a/b/...": "...",
		"/": "", "/a": "", "/a/bc": "", "/a/..b": "", "/a/b/..": "", "/a/b/../c": "", "a/b": "", "..": "",
	} {
		if rel, ok := Rel("/a/b", path); rel != want || ok != (want != "") {
			t.Errorf("%s is %q in /a/b, %v; want %q", path, rel, ok, want)
		}
	}
	if rel, ok := Rel("/", "/a"); rel != "a" || !ok {
		t.Errorf("/a is %q in /, %v", rel, ok)
	}
}
