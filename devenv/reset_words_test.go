package devenv_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"devenv/devenv"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// details holds what steps said when they ended, several at the same time.
type details struct {
	logged
	of sync.Map // texts, by the step's name
}

// Emit keeps what a step said.
func (d *details) Emit(event report.Event) {
	d.logged.Emit(event)
	if ended, ok := event.(report.StepEnded); ok {
		d.of.Store(ended.Name, ended.Detail)
	}
}

// said returns what a step said, an empty text if it has not ended.
func (d *details) said(step string) string {
	text, _ := d.of.Load(step)
	said, _ := text.(string)
	return said
}

// saying returns the steps that said a text.
func (d *details) saying(text string) (steps []string) {
	d.of.Range(func(step, said any) bool {
		if said == text {
			steps = append(steps, fmt.Sprint(step))
		}
		return true
	})
	return steps
}

// resetsWithoutMigrations resets to the head of a branch that adds no migration, and returns the snapshot of the old data.
func (s ownStack) resetsWithoutMigrations() string {
	s.Helper()
	options, steps := s.options(), &details{logged: logged{s.T}}
	options.Listener = steps
	list, err := devenv.Reset(s.Context(), devenv.ResetOptions{Options: options, Yes: true})
	if err != nil {
		s.Fatal(err)
	}
	if got := steps.said("upgrade"); !strings.HasSuffix(got, "data as it is: the branch adds no migration") {
		s.Errorf("a branch without migrations was upgraded: %q", got)
	}
	return list.Items[0].(devenv.ResetItem).Snapshot
}

// keepsDataThatItMayNotReplace has the database paused, and a migration that fails on the base's data.
func (s ownStack) keepsDataThatItMayNotReplace() {
	s.Helper()
	docker := func(does string) {
		for attempt := 0; ; attempt++ { // on a busy machine, the kernel may not freeze all processes in the time that runc gives it
			out, err := exec.Command("docker", does, s.container("postgres").ID).CombinedOutput()
			if err == nil {
				return
			}
			if !strings.Contains(string(out), "unable to freeze") || attempt == 20 {
				s.Fatalf("%s: %v\n%s", does, err, out)
			}
		}
	}
	refused := func(kind report.Kind, words, hint string) {
		s.Helper()
		list, err := devenv.Reset(s.Context(), devenv.ResetOptions{Options: s.options(), Yes: true})
		if err == nil || report.KindOf(err) != kind || !strings.Contains(err.Error(), words) || !strings.HasSuffix(err.Error(),
			"; nothing was changed") || !strings.Contains(report.HintOf(err), hint) || len(list.Items) > 0 {
			s.Errorf("%v: %v\n%s, want %q and %q", list.Items, err, report.HintOf(err), words, hint)
		}
	}
	docker("pause")
	refused(report.KindWork, "is paused", "docker compose unpause postgres")
	if state := s.state("postgres"); state != "paused" {
		s.Errorf("the paused database is %s", state)
	}
	docker("unpause")
	file := filepath.Join(sample.VersionsDir, "0bad_divided.py")
	s.write(file, "from alembic import op\n\nrevision, down_revision = \"0bad\", \""+sample.BaseHead+"\"\n\n\ndef upgrade():\n"+
		"    op.execute(\"SELECT 1 / 0\")\n\n\ndef downgrade():\n    pass\n")
	refused(report.KindFaulty, "division by zero", "devenv test-migration")
	s.remove(file)
	if state := s.state("postgres"); state != "running" || !s.marked() {
		s.Errorf("the database is %s, with the user's data: %v", state, s.marked())
	}
}
