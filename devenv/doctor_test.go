package devenv_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"devenv/compose/engine"
	"devenv/devenv"
	"devenv/devenv/database"
	"devenv/devenv/report"
)

// examine runs doctor in the checkout and returns the diagnoses by id.
func (c checkout) examine(change func(*devenv.DoctorOptions)) (map[string]devenv.Diagnosis, error) {
	c.Helper()
	o := devenv.DoctorOptions{Options: devenv.Options{Dir: c.dir}}
	if change != nil {
		change(&o)
	}
	list, err := devenv.Doctor(c.Context(), o)
	found := map[string]devenv.Diagnosis{}
	for _, item := range list.Items {
		found[item.(devenv.Diagnosis).ID] = item.(devenv.Diagnosis)
	}
	return found, err
}

// finds expects a finding with the status, the words and a remedy.
func (c checkout) finds(found map[string]devenv.Diagnosis, id string, status devenv.Health, words ...string) {
	c.Helper()
	d := found[id]
	if d.Status != status || d.Remedy == "" {
		c.Errorf("%s: %+v, want %s and how to fix it", id, d, status)
	}
	for _, word := range words {
		if !strings.Contains(d.Summary+"\n"+d.Remedy, word) {
			c.Errorf("%s: %q does not contain %q", id, d.Summary+"\n"+d.Remedy, word)
		}
	}
}

func TestDoctorPassesAHealthyProject(t *testing.T) {
	s := newOwnStack(t)
	found, err := s.examine(nil)
	if err != nil {
		t.Fatal(err, found)
	}
	for _, id := range []string{
		"git.version", "git.repository", "configuration", "engine", "engine.api", "compose", "builder", "images",
		"exchange", "ports", "stack",
	} {
		if found[id].Status != devenv.HealthPass {
			t.Errorf("%+v", found[id])
		}
	}
	if data := found["data"]; data.Status != devenv.HealthPass || !strings.Contains(data.Summary, "will be in data/postgres/pgdata") {
		t.Errorf("data that does not exist yet: %+v", data)
	}
	if standIns := found["standins"]; strings.Contains(standIns.Summary, "<none>") {
		t.Errorf("%+v", standIns)
	}
}

func TestDoctorNamesWhatIsWrong(t *testing.T) {
	s := newOwnStack(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // the test ends
	port := fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
	s.replace(composeFile, `"127.0.0.1::5432"`, `"127.0.0.1:`+port+`:5432"`)
	s.replace(composeFile, "build: ./backend", "image: localhost:1/none:1")
	s.write(".devenv.yaml", "bsae: develop\n")
	s.write(".git/devenv/shared/pushed.json", `["the base to 127.0.0.1:1/acme"]`) // as devenv wrote it when bases contained the password
	s.outdatedBase()
	found, err := s.examine(nil)
	if report.KindOf(err) != report.KindWork || err == nil {
		t.Errorf("it ended with %v", err)
	}
	s.finds(found, "configuration", devenv.HealthFail, "bsae")
	s.finds(found, "bases", devenv.HealthWarn, "with the password", "devenv clean --bases", "pushed to 127.0.0.1:1/acme",
		"rotate that password")
	s.remove(".devenv.yaml")
	s.git("checkout", "-q", "--", "backend")
	s.write("backend/half", "")
	s.git("merge", "--no-ff", "--no-commit", "-q", "--allow-unrelated-histories", s.orphan())
	found, _ = s.examine(nil)
	s.finds(found, "git.repository", devenv.HealthWarn, "merge", "git merge --abort")
	s.finds(found, "ports", devenv.HealthFail, "port "+port)
	s.finds(found, "images", devenv.HealthFail, "localhost:1/none:1")
	found, err = s.examine(func(o *devenv.DoctorOptions) { o.Host = "unix:///nowhere/docker.sock" })
	if err == nil || found["compose"].Status != devenv.HealthSkip {
		t.Errorf("without an engine: %v %+v", err, found["compose"])
	}
	s.finds(found, "engine", devenv.HealthFail, "unix:///nowhere/docker.sock")
}

// outdatedBase creates an image labelled like a base from before bases contained only the data.
func (s ownStack) outdatedBase() {
	s.Helper()
	id, err := s.engine.CreateScript(s.Context(), engine.Script{Image: "postgres:17", Text: "true"})
	if err != nil {
		s.Fatal(err)
	}
	ref := fmt.Sprintf("devenv/base:test-outdated-%d", os.Getpid())
	_, err = s.engine.Commit(s.Context(), id, engine.CommitOptions{
		Ref: ref, Labels: map[string]string{"dev.devenv.kind": "base", "dev.devenv.base": `{"version":1,"key":"old"}`},
	})
	if err = errors.Join(err, s.engine.Remove(s.Context(), id)); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		if err := s.engine.RemoveImage(context.WithoutCancel(s.Context()), ref, true); err != nil {
			s.Error(err)
		}
	})
	if outdated, err := database.Outdated(s.Context(), s.engine); err != nil || !slices.Contains(outdated, ref) {
		s.Errorf("%s is not among the outdated: %v %v", ref, outdated, err)
	}
}

// orphan creates a commit unrelated to the repository's history.
func (c checkout) orphan() string {
	c.Helper()
	tree := strings.TrimSpace(c.git("hash-object", "-t", "tree", "-w", "--stdin"))
	return strings.TrimSpace(c.git("commit-tree", tree, "-m", "unrelated"))
}

// TestDoctorCompletesAnInterruptedReset also checks that it reports a revision the branch does not have.
func TestDoctorCompletesAnInterruptedReset(t *testing.T) {
	s := newOwnStack(t).inVolume()
	s.reset(devenv.ResetToBase)
	s.start()
	s.mark()
	if code, said := s.child(childReset, "swap", "KILL"); code != -1 {
		t.Fatalf("%d %s", code, said)
	}
	found, err := s.examine(nil)
	if err != nil {
		t.Error(err)
	}
	s.finds(found, "exchange", devenv.HealthWarn, "devenv doctor --fix")
	found, err = s.examine(func(o *devenv.DoctorOptions) { o.Fix = true })
	if err != nil || !found["exchange"].Fixed || found["leftovers"].Status != devenv.HealthPass && !found["leftovers"].Fixed {
		t.Errorf("%v %+v %+v", err, found["exchange"], found["leftovers"])
	}
	if !s.marked() {
		t.Error("the data did not come back")
	}
	s.sql("UPDATE alembic_version SET version_num = 'f00dfeed'")
	found, _ = s.examine(nil)
	s.finds(found, "database.revision", devenv.HealthWarn, "f00dfeed", "devenv reset")
}
