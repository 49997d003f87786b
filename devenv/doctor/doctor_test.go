package doctor

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/devenv/report"
	"devenv/devenv/session"
)

func TestExaminationsAnswerWithoutRepositoryOrEngine(t *testing.T) {
	t.Parallel()
	o := session.Options{Dir: t.TempDir(), Host: "unix:///nowhere/docker.sock"}
	all, err := Run(t.Context(), session.New("doctor", o), Options{Options: o})
	if report.KindOf(err) != report.KindWork {
		t.Errorf("it ended with %v", err)
	}
	answered := map[string]Diagnosis{}
	for _, d := range all {
		answered[d.ID] = d
		if d.Summary == "" || d.Status == Pass && d.Remedy != "" || d.Status == Fail && d.Remedy == "" {
			t.Errorf("%+v", d)
		}
	}
	if len(answered) != len(examinations()) {
		t.Errorf("%d of %d examinations answered, each with a different id: %v", len(answered), len(examinations()), all)
	}
	for id, want := range map[string]Status{
		"git.version": Pass, "git.repository": Fail, "engine": Fail, "compose": Skip, "exchange": Skip,
		"database.revision": Skip,
	} {
		if answered[id].Status != want {
			t.Errorf("%+v, want %s", answered[id], want)
		}
	}
}

func TestScriptsWithWindowsLineEndsAreNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"start.sh": "#!/bin/sh\r\ntrue\r\n", "notes.txt": "one\r\ntwo\r\n",
		"unix.sh": "#!/bin/sh\ntrue\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	o := session.Options{Dir: dir, Host: "unix:///nowhere/docker.sock"}
	all, _ := Run(t.Context(), session.New("doctor", o), Options{Options: o})
	for _, d := range all {
		if d.ID != "line.ends" {
			continue
		}
		if d.Status != Warn || !strings.HasPrefix(d.Summary, "start.sh has Windows line endings") || strings.Contains(d.Summary,
			"more") || !strings.Contains(d.Remedy, "*.sh text eol=lf") {
			t.Errorf("%+v", d)
		}
		return
	}
	t.Error("doctor did not look")
}

func TestConflictsOfAStashAreSeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	git := func(args ...string) error {
		c := exec.CommandContext(t.Context(), "git", append([]string{
			"-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.org",
		}, args...)...)
		return c.Run()
	}
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "models.py"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("one\n")
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, {"commit", "-q", "-m", "one"}} {
		if err := git(args...); err != nil {
			t.Fatal(args, err)
		}
	}
	write("two\n")
	if err := git("stash"); err != nil {
		t.Fatal(err)
	}
	write("three\n")
	if err := git("commit", "-q", "-a", "-m", "three"); err != nil {
		t.Fatal(err)
	}
	if git("stash", "pop") == nil {
		t.Fatal("there is no conflict")
	}
	o := session.Options{Dir: dir, Host: "unix:///nowhere/docker.sock"}
	all, _ := Run(t.Context(), session.New("doctor", o), Options{Options: o})
	if d := all[1]; d.ID != "git.repository" || d.Status != Warn || !strings.Contains(d.Summary, "unresolved conflicts in models.py") {
		t.Errorf("%+v", d)
	}
}
