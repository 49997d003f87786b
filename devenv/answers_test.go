package devenv_test

import (
	"slices"
	"strings"
	"sync"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv"
	"devenv/devenv/checks"
	"devenv/devenv/report"
)

// told keeps what a run tells before it ends.
type told struct {
	checkout
	mu      sync.Mutex
	checked map[string]report.Check
	judged  *report.Judged
	// began are the steps that had begun when the verdict was told, and ended those that had ended.
	began, ended []string
	proposed     string
	// result is what was concluded, and left what the engine still had of the run then.
	result *devenv.Result
	left   []string
}

// Emit keeps the answers.
func (s *told) Emit(event report.Event) {
	logged{s.T}.Emit(event)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := event.(type) {
	case report.Proposed:
		s.proposed = strings.Join(e.Operations, "\n")
		if slices.Contains(s.began, "apply") {
			s.Error("the operations are shown after the upgrade has begun")
		}
	case report.Checked:
		if _, twice := s.checked[e.Check.ID]; twice {
			s.Errorf("%s is told twice", e.Check.ID)
		}
		s.checked[e.Check.ID] = e.Check
	case report.Judged:
		s.judged = &e
	case report.StepStarted:
		s.began = append(s.began, e.Name)
	case report.StepEnded:
		if s.judged == nil {
			s.ended = append(s.ended, e.Name)
		}
	}
}

func (s *told) concluded(r *devenv.Result) { s.result, s.left = r, s.leftovers() }

// asAtTheEnd asserts that what was told of each check is its answer, and that every answer was told.
func (s *told) asAtTheEnd(r *devenv.Result) {
	s.Helper()
	for _, c := range r.Document.Checks {
		early, ok := s.checked[c.ID]
		if ok != (c.Status != report.StatusSkip) {
			s.Errorf("%s is %s; it was told: %v", c.ID, c.Status, ok)
		}
		if diff := cmp.Diff(c, early); ok && diff != "" {
			s.Errorf("%s was told differently (-in the end +told):\n%s", c.ID, diff)
		}
		if c.KnownMS <= 0 || c.KnownMS > r.Document.MS {
			s.Errorf("%s stood after %d ms of %d", c.ID, c.KnownMS, r.Document.MS)
		}
	}
}

// beforeTheEnd asserts that a failed run has shown its operations and its result before it cleaned up.
func (s *told) beforeTheEnd(r *devenv.Result, operation string) {
	s.Helper()
	s.asAtTheEnd(r)
	if !strings.Contains(s.proposed, operation) {
		s.Errorf("the operations shown were\n%s", s.proposed)
	}
	if s.result == nil || len(s.left) == 0 {
		s.Fatalf("the result stood at the end only; the engine had %q", s.left)
	}
	if diff := cmp.Diff(r.Document.Checks, s.result.Document.Checks); diff != "" || string(s.result.File) != string(r.File) ||
		!slices.Equal(s.result.Document.Files, r.Document.Files) {
		s.Errorf("another result was concluded: %v (-in the end +concluded)\n%s", s.result.Document.Files, diff)
	}
}

// concludesNothingUntried has the faulty migration tested, whose renames only an upgrade that works would show, and then
// the branch without it, of whose upgrade and data there is nothing to say.
func (c checkout) concludesNothingUntried(file string) {
	c.Helper()
	tested := func() (*devenv.Result, *told) {
		told := &told{checkout: c, checked: map[string]report.Check{}}
		return c.must(devenv.TestMigration(c.Context(), devenv.TestMigrationOptions{
			Options: devenv.Options{Dir: c.dir, Listener: told},
			Only:    []string{"history.heads", "generate.rename", "apply.seeded", "apply.stepwise", "drift.models"},
		})), told
	}
	result, told := tested()
	if got := statuses(result)["generate.rename"]; got.Status != report.StatusSkip || got.Summary != "the upgrade failed (apply.seeded)" {
		c.Errorf("after a failed upgrade, generate.rename is %s: %s", got.Status, got.Summary)
	}
	if told.judged == nil {
		c.Error("the verdict on the upgrade was not told")
	}
	for _, s := range result.Document.Steps {
		if s.Name == "stepwise" && s.Status != report.StepSkipped {
			c.Errorf("nothing was compared, and stepwise is %s", s.Status)
		}
	}
	c.remove(file)
	result, told = tested()
	if got := statuses(result)["history.heads"]; got.Status != report.StatusPass || told.judged != nil {
		c.Errorf("without a migration, history.heads is %s, and the verdict on the upgrade %+v", got.Status, told.judged)
	}
}

// beforeTheStarts asserts that a passing run has told its verdict on the data before the backends had started.
func (s *told) beforeTheStarts(r *devenv.Result) {
	s.Helper()
	s.asAtTheEnd(r)
	if s.judged == nil || report.Worst(s.judged.Checks) != report.VerdictPass {
		s.Fatalf("the verdict on the data is %+v", s.judged)
	}
	if slices.Contains(s.ended, "start branch") || !slices.Contains(s.ended, "witnesses") {
		s.Errorf("the verdict on the data stood after %q", s.ended)
	}
	for _, c := range s.judged.Checks {
		if !checks.OnData(c.ID) || c.KnownMS > s.judged.At.Milliseconds() {
			s.Errorf("%s, which stood after %d ms, is in the verdict of %s", c.ID, c.KnownMS, s.judged.At)
		}
	}
}
