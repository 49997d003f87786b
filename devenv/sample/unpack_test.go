package sample_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// featureCommit is the commit every machine must get; it changes only when the sample does.
const featureCommit = "984d9e73aa4f9089b553ade2ed7bd78480ad97cd"

func unpack(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "toolshed")
	if err := sample.Unpack(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimRight(string(out), "\n")
}

func TestUnpackGivesTheSameCommitsOnEveryMachine(t *testing.T) {
	home := t.TempDir()
	hostile := "[init]\ndefaultBranch = trunk\ntemplateDir = " + home + "\n[commit]\ngpgSign = true\n[core]\nautocrlf = " +
		"true\n[user]\nname = X\nemail = x@example.org\n"
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(hostile), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", home)
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(home, ".gitconfig"))
	t.Setenv("GIT_DIR", filepath.Join(home, "elsewhere"))
	t.Setenv("GIT_AUTHOR_NAME", "Somebody")
	t.Setenv("GIT_DEFAULT_HASH", "sha256")
	dir := filepath.Join(t.TempDir(), "toolshed")
	if err := sample.Unpack(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Unsetenv("GIT_DIR"); err != nil {
		t.Fatal(err)
	}
	if got := git(t, dir, "rev-parse", sample.FeatureBranch); got != featureCommit {
		t.Errorf("%s is at %s, want %s", sample.FeatureBranch, got, featureCommit)
	}
	if _, err := os.Stat(filepath.Join(home, "elsewhere")); !os.IsNotExist(err) {
		t.Errorf("GIT_DIR of the caller was used: %v", err)
	}
}

func TestUnpackChecksOutTheFeatureBranch(t *testing.T) {
	dir := unpack(t)
	if got := git(t, dir, "symbolic-ref", "--short", "HEAD"); got != sample.FeatureBranch {
		t.Errorf("HEAD is %s", got)
	}
	if got := git(t, dir, "for-each-ref", "--format=%(refname)"); got != "refs/heads/develop\nrefs/heads/feature/deposits" {
		t.Errorf("refs are\n%s", got)
	}
	if got := git(t, dir, "rev-list", "--count", sample.BaseBranch); got != "8" {
		t.Errorf("the base has %s commits", got)
	}
	if got := git(t, dir, "merge-base", sample.BaseBranch, "HEAD"); got != git(t, dir, "rev-parse", sample.BaseBranch) {
		t.Errorf("the feature branch does not start from the tip of the base but from %s", got)
	}
}

func TestTheWorkingTreeHasOnlyTheOneEdit(t *testing.T) {
	dir := unpack(t)
	if got := git(t, dir, "status", "--porcelain", "--untracked-files=all"); got != " M "+sample.EditedFile {
		t.Errorf("status is\n%s", got)
	}
	if got := git(t, dir, "diff", "--stat"); !strings.Contains(got, "1 insertion(+), 1 deletion(-)") {
		t.Errorf("the edit is\n%s", got)
	}
	if got := git(t, dir, "check-ignore", "data/postgres/pgdata"); got == "" {
		t.Error("the database's files are not ignored")
	}
}

func TestTheFeatureBranchAddsNoRevision(t *testing.T) {
	dir := unpack(t)
	if got := git(t, dir, "diff", "--name-only", sample.BaseBranch, "--", sample.VersionsDir); got != "" {
		t.Errorf("changed revisions:\n%s", got)
	}
	revisions, err := filepath.Glob(filepath.Join(dir, sample.VersionsDir, "*.py"))
	if err != nil || len(revisions) != sample.Revisions {
		t.Errorf("%d revisions, %v", len(revisions), err)
	}
	if heads, _ := filepath.Glob(filepath.Join(dir, sample.VersionsDir, sample.BaseHead+"_*.py")); len(heads) != 1 {
		t.Errorf("files of the head: %v", heads)
	}
}

func TestUnpackLetsTheUserCommit(t *testing.T) {
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	dir := unpack(t)
	git(t, dir, "commit", "-q", "-a", "-m", "index loans by day")
	if got := git(t, dir, "status", "--porcelain"); got != "" {
		t.Errorf("status is\n%s", got)
	}
}

func TestUnpackRefusesADirectoryThatIsNotEmpty(t *testing.T) {
	dir := t.TempDir()
	note := filepath.Join(dir, "note")
	if err := os.WriteFile(note, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := sample.Unpack(t.Context(), dir)
	if err == nil || report.KindOf(err) != report.KindUsage || !strings.Contains(err.Error(), "note") {
		t.Errorf("error is %v", err)
	}
	entries, _ := os.ReadDir(dir)
	if content, _ := os.ReadFile(note); len(entries) != 1 || string(content) != "mine" {
		t.Errorf("the directory was changed: %v", entries)
	}
}

func TestUnpackRefusesAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := sample.Unpack(t.Context(), path); report.KindOf(err) != report.KindUsage {
		t.Errorf("error is %v", err)
	}
}

func TestAFailedUnpackRestoresTheDirectory(t *testing.T) {
	existing, fresh := t.TempDir(), filepath.Join(t.TempDir(), "fresh")
	t.Setenv("PATH", t.TempDir())
	for _, dir := range []string{existing, fresh} {
		if err := sample.Unpack(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "git") {
			t.Errorf("without git: error is %v", err)
		}
	}
	if entries, err := os.ReadDir(existing); err != nil || len(entries) != 0 {
		t.Errorf("the existing directory holds %v, %v", entries, err)
	}
	if _, err := os.Stat(fresh); !os.IsNotExist(err) {
		t.Errorf("the created directory is still there: %v", err)
	}
}
