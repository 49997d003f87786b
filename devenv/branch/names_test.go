package branch

import "testing"

func TestBaseNameOnTheBaseBranch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ base, branch, want string }{
		{"HEAD", "refs/heads/develop", "develop"},
		{"HEAD", "", "HEAD"},
		{"refs/remotes/origin/develop", "refs/heads/develop", "origin/develop"},
		{"refs/heads/main", "refs/heads/feature/x", "main"},
	} {
		if got := BaseName(c.base, c.branch); got != c.want {
			t.Errorf("BaseName(%q, %q) = %q, want %q", c.base, c.branch, got, c.want)
		}
	}
}
