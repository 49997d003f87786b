package gitrepo

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/report"
)

func wantBase(t *testing.T, s sandbox, name, ref, commit string) {
	t.Helper()
	base, err := s.open().ResolveBase(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	if base.Ref != ref || base.Commit != commit {
		t.Errorf("base of %q is %+v, not %s at %s", name, base, ref, commit)
	}
}

func TestBaseDefaultsToTheRemotesDefaultBranch(t *testing.T) {
	s := newSandbox(t)
	first := s.git("rev-parse", "HEAD")
	s.git("checkout", "-q", "-b", "feature")
	s.write("models.py", "two\n")
	second := s.commit("second")
	wantBase(t, s, "", "refs/heads/main", first)
	s.git("branch", "develop", second)
	wantBase(t, s, "", "refs/heads/develop", second)
	s.git("update-ref", "refs/remotes/origin/develop", first)
	wantBase(t, s, "", "refs/remotes/origin/develop", first)
	s.git("update-ref", "refs/remotes/origin/trunk", second)
	s.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
	wantBase(t, s, "", "refs/remotes/origin/trunk", second)
	s.git("update-ref", "-d", "refs/remotes/origin/trunk")
	wantBase(t, s, "", "refs/remotes/origin/develop", first)
}

func TestOnTheBaseItselfTheBaseIsHead(t *testing.T) {
	s := newSandbox(t)
	first := s.git("rev-parse", "HEAD")
	s.git("update-ref", "refs/remotes/origin/main", first)
	s.write("models.py", "two\n")
	second := s.commit("second")
	wantBase(t, s, "", "HEAD", second)
	wantBase(t, s, "main", "HEAD", second)
	wantBase(t, s, "refs/remotes/origin/main", "refs/remotes/origin/main", first)
}

func TestExplicitBaseNamesAreUsedLiterally(t *testing.T) {
	s := newSandbox(t)
	first := s.git("rev-parse", "HEAD")
	s.git("tag", "v1")
	s.git("update-ref", "refs/remotes/upstream/main", first)
	s.git("checkout", "-q", "--detach")
	wantBase(t, s, "refs/tags/v1", "refs/tags/v1", first)
	wantBase(t, s, first[:9], first, first)
	wantBase(t, s, "upstream/main", "refs/remotes/upstream/main", first)
	wantBase(t, s, "main", "refs/heads/main", first)
}

func TestUnknownBaseNamesCandidatesAndConfiguration(t *testing.T) {
	s := newSandbox(t)
	s.git("branch", "-m", "stable")
	s.git("branch", "next")
	s.git("checkout", "-q", "-b", "feature")
	_, err := s.open().ResolveBase(context.Background(), "")
	wantFailure(t, err, report.KindUsage, "stable", "next", ".devenv.yaml", "base: ")
	_, err = s.open().ResolveBase(context.Background(), "--upload-pack=x")
	wantFailure(t, err, report.KindUsage, "--upload-pack=x")
}

func TestFetchingIsAdvisedOnlyWhereItHelps(t *testing.T) {
	s := newSandbox(t)
	s.git("branch", "-m", "trunk")
	s.git("checkout", "-q", "-b", "feature")
	s.git("remote", "add", "origin", t.TempDir())
	hint := func(name string) string {
		_, err := s.open().ResolveBase(context.Background(), name)
		return report.HintOf(err)
	}
	const whole, one = "git fetch origin && git remote set-head origin --auto", "fetch it: git fetch origin +refs/heads/nope:"
	if got := hint(""); !strings.Contains(got, whole) {
		t.Errorf("the remote's default has another name: %s", got)
	}
	if got := hint("nope"); strings.Contains(got, one) || !strings.Contains(got, "if the remote has it by now") {
		t.Errorf("all branches are fetched: %s", got)
	}
	s.git("config", "remote.origin.fetch", "+refs/heads/feature:refs/remotes/origin/feature")
	if got := hint("nope"); !strings.Contains(got, one) {
		t.Errorf("one branch is fetched: %s", got)
	}
}

func TestCandidatesNeverIncludeTheBranchItself(t *testing.T) {
	s := newSandbox(t)
	s.git("branch", "next")
	s.git("checkout", "-q", "-b", "feature")
	s.write("models.py", "two\n")
	second := s.commit("second")
	s.git("update-ref", "refs/remotes/origin/feature", second)
	s.git("update-ref", "refs/remotes/fork/feature", second)
	s.git("update-ref", "refs/remotes/origin/next", "next")
	s.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/next")
	_, err := s.open().ResolveBase(context.Background(), "nope")
	wantFailure(t, err, report.KindUsage, "base: next", "besides the branch that is checked out there are next, main")
	if text := err.Error() + report.HintOf(err); strings.Contains(text, "feature") {
		t.Errorf("it names the branch itself:\n%s", text)
	}
	s.git("checkout", "-q", "--detach")
	s.git("branch", "-D", "main")
	_, err = s.open().ResolveBase(context.Background(), "nope")
	wantFailure(t, err, report.KindUsage, "base: next", "there are next, feature, fork/feature")
	s.git("checkout", "-q", "feature")
	s.git("branch", "-D", "next")
	s.git("symbolic-ref", "-d", "refs/remotes/origin/HEAD")
	for _, ref := range []string{"origin/feature", "fork/feature", "origin/next"} {
		s.git("update-ref", "-d", "refs/remotes/"+ref)
	}
	_, err = s.open().ResolveBase(context.Background(), "nope")
	wantFailure(t, err, report.KindUsage, "no branch but feature", "if feature is the base itself")
}

func TestHeadReturnsBranchAndCommit(t *testing.T) {
	s := newSandbox(t)
	first := s.git("rev-parse", "HEAD")
	head, err := s.open().Head(context.Background())
	if err != nil || head != (Head{"refs/heads/main", first}) {
		t.Errorf("%+v, %v", head, err)
	}
	s.git("checkout", "-q", "--detach")
	head, err = s.open().Head(context.Background())
	if err != nil || head != (Head{"", first}) {
		t.Errorf("detached: %+v, %v", head, err)
	}
	s.git("checkout", "-q", "--orphan", "fresh")
	_, err = s.open().Head(context.Background())
	wantFailure(t, err, report.KindUsage, "branch fresh", "no commit yet")
}

func TestShallowCloneSaysWhatToFetch(t *testing.T) {
	origin := newSandbox(t)
	origin.git("checkout", "-q", "-b", "feature")
	origin.write("models.py", "two\n")
	origin.commit("second")
	clone := sandbox{t, filepath.Join(t.TempDir(), "clone")}
	cmd := exec.Command("git", "clone", "-q", "--depth=1", "--branch=feature", "file://"+origin.dir, clone.dir)
	cmd.Env = userEnvironment()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	// The clone has feature as origin/HEAD, whatever the remote's default is.
	_, err := clone.open().ResolveBase(context.Background(), "")
	wantFailure(t, err, report.KindWork, "one branch alone", "+refs/heads/main:refs/remotes/origin/main", "if feature is the base itself",
		"base: feature")
	_, err = clone.open().ResolveBase(context.Background(), "main")
	wantFailure(t, err, report.KindWork, "shallow clone", "git fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main")

	clone.git("fetch", "-q", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main")
	base, err := clone.open().ResolveBase(context.Background(), "main")
	if err != nil {
		t.Fatal(err)
	}
	_, err = clone.open().MergeBase(context.Background(), "HEAD", base.Commit)
	wantFailure(t, err, report.KindWork, "shallow clone", "git fetch --unshallow")
}

func TestUnrelatedHistoriesHaveNoMergeBase(t *testing.T) {
	s := newSandbox(t)
	s.git("checkout", "-q", "--orphan", "other")
	s.commit("other")
	_, err := s.open().MergeBase(context.Background(), "main", "other")
	wantFailure(t, err, report.KindWork, "no common history")
}

func TestAheadCountsOnlyFromAnAncestor(t *testing.T) {
	s := newSandbox(t)
	first := s.git("rev-parse", "HEAD")
	s.write("models.py", "two\n")
	second := s.commit("second")
	s.write("models.py", "three\n")
	third := s.commit("third")
	for _, test := range []struct {
		commit, ancestor string
		commits          int
		ok               bool
	}{
		{third, first, 2, true},
		{third, second, 1, true},
		{third, third, 0, true},
		{first, third, 0, false},
		{third, strings.Repeat("1", len(first)), 0, false}, // pruned, or another repository's
	} {
		commits, ok, err := s.open().Ahead(t.Context(), test.commit, test.ancestor)
		if err != nil || commits != test.commits || ok != test.ok {
			t.Errorf("from %s to %s: %d %v %v", test.ancestor, test.commit, commits, ok, err)
		}
	}
}

func TestAddedReturnsTheDayOfTheMerge(t *testing.T) {
	s := newSandbox(t)
	s.git("checkout", "-q", "-b", "feature")
	s.write("versions/9d8e.py", "one\n")
	s.commit("on the branch")
	s.git("checkout", "-q", "main")
	t.Setenv("GIT_COMMITTER_DATE", "2024-11-12T10:00:00 +0000")
	s.git("merge", "-q", "--no-ff", "-m", "merge", "feature")
	base := s.git("rev-parse", "HEAD")
	added, err := s.open().Added(t.Context(), base, "versions/9d8e.py")
	if err != nil || added.Format("2 Jan 2006") != "12 Nov 2024" {
		t.Errorf("added %v, %v", added, err)
	}
	if never, err := s.open().Added(t.Context(), base, "versions/none.py"); err != nil || !never.IsZero() {
		t.Errorf("a missing file was added %v, %v", never, err)
	}
}

func TestAClonesOnlyBranchIsNotTheBase(t *testing.T) {
	origin := newSandbox(t)
	origin.git("checkout", "-q", "-b", "feature")
	clone := sandbox{t, filepath.Join(t.TempDir(), "clone")}
	cmd := exec.Command("git", "clone", "-q", "--single-branch", "--branch=feature", "file://"+origin.dir, clone.dir)
	cmd.Env = userEnvironment()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	_, err := clone.open().ResolveBase(context.Background(), "")
	wantFailure(t, err, report.KindUsage, "one branch alone", "fetch it: git fetch origin +refs/heads/main:refs/remotes/origin/main",
		"base: feature")
	clone.git("fetch", "-q", "origin", "+refs/heads/main:refs/remotes/origin/main")
	base, err := clone.open().ResolveBase(context.Background(), "")
	if err != nil || base.Ref != "refs/remotes/origin/main" {
		t.Errorf("once it is fetched: %+v, %v", base, err)
	}
}
