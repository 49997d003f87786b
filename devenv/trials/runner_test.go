package trials

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"devenv/devenv/checks"
	"devenv/devenv/report"
	"devenv/devenv/step"
	"devenv/devenv/testbed"
	"devenv/devenv/tool"
)

// Resources for the runner's tests.
const (
	ground resource[string] = "ground"
	walls  resource[string] = "walls"
	roof   resource[string] = "roof"
)

// site runs a test's trials and records in which order they ran, and with what.
type site struct {
	*runner
	mu  sync.Mutex
	log []string
}

func newSite(wanted ...checks.Trial) *site {
	facts := &checks.Facts{
		Spent: map[checks.Trial]time.Duration{}, Unable: map[checks.Trial]string{}, Unanswered: map[checks.Trial]checks.Unanswered{},
	}
	return &site{runner: newRunner(step.NewRunner(report.Silent{}), &environment{Testbed: &testbed.Testbed{}},
		func(t checks.Trial) bool { return len(wanted) == 0 || slices.Contains(wanted, t) }, facts)}
}

func (s *site) wrote(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, line)
}

// makes returns a trial that offers a resource; with an empty value it offers nothing, for the reason why.
func (s *site) makes(name checks.Trial, r resource[string], value, why string) trial {
	return trial{
		name: name, title: string(name), offers: []anyResource{r},
		run: func(_ context.Context, p *pass, _ *step.Log) (finding, error) {
			if value == "" {
				p.why = why
				return nil, nil
			}
			offer(p, r, value)
			s.wrote(string(name))
			return func(f *checks.Facts) { f.BaseRef += value }, nil
		},
	}
}

// takes returns a trial that needs a resource.
func (s *site) takes(name checks.Trial, r resource[string]) trial {
	return trial{
		name: name, title: string(name), needs: []anyResource{r},
		run: func(_ context.Context, p *pass, _ *step.Log) (finding, error) {
			s.wrote(string(name) + " with " + take(p, r))
			return nil, nil
		},
	}
}

func (s *site) must(t *testing.T, trials ...trial) *site {
	t.Helper()
	s.trials = trials
	if err := s.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTrialRunsOnceItsNeedsAreMet(t *testing.T) {
	t.Parallel()
	s := newSite()
	s.must(t, s.takes("late", ground), s.makes("early", ground, "clay", ""))
	if diff := cmp.Diff([]string{"early", "late with clay"}, s.log); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.facts.BaseRef != "clay" {
		t.Errorf("the facts hold %q", s.facts.BaseRef)
	}
}

func TestFirstOfSeveralOffersIsTaken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ first, second, want string }{
		"both":       {"clay", "sand", "late with clay"},
		"the second": {"", "sand", "late with sand"},
	} {
		s := newSite()
		s.must(t, s.makes("a", ground, c.first, "it rained"), s.makes("b", ground, c.second, ""), s.takes("late", ground))
		if !slices.Contains(s.log, c.want) {
			t.Errorf("%s: %q", name, s.log)
		}
	}
}

func TestFallbackRunsOnlyIfThePreferredTrialFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		preferred string
		want      []string
	}{
		"it works": {"clay", []string{"a", "late with clay"}},
		"it fails": {"", []string{"b", "late with sand"}},
	} {
		s := newSite("late")
		s.must(t, s.makes("a", ground, c.preferred, "it rained"), s.makes("b", ground, "sand", ""), s.takes("late", ground))
		if diff := cmp.Diff(c.want, s.log); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", name, diff)
		}
	}
}

func TestNothingIsStartedWithoutABackend(t *testing.T) {
	t.Parallel()
	facts := newSite().facts
	trials := possibleTrials("", facts)
	for _, name := range []checks.Trial{checks.TrialStartBranch, checks.TrialStartFirst, checks.TrialStartBase, checks.TrialBaseNames} {
		if slices.ContainsFunc(trials, func(t trial) bool { return t.name == name }) || facts.Unable[name] == "" {
			t.Errorf("%s is tried: %v", name, facts.Unable)
		}
	}
	if len(trials) != len(all())-4 || len(possibleTrials("backend", facts)) != len(all()) {
		t.Errorf("of %d trials %d are possible", len(all()), len(trials))
	}
}

func TestNamesAreSoughtOnlyIfTheBaseStarts(t *testing.T) {
	t.Parallel()
	if able := baseNames().able; able == nil || able(&tool.Tool{}) == nil {
		t.Error("the base's code is searched for a check that is skipped")
	}
}

func TestDependentTrialsAreSkippedWithTheFailuresReason(t *testing.T) {
	t.Parallel()
	s := newSite()
	between := s.takes("between", ground)
	between.offers = []anyResource{walls}
	s.must(t, s.makes("early", ground, "", "it rained"), between, s.takes("late", walls))
	if len(s.log) > 0 {
		t.Errorf("there ran %q", s.log)
	}
	for _, st := range s.steps.Steps() {
		if st.Name != "early" && (st.Status != report.StepSkipped || st.Detail != "it rained") {
			t.Errorf("%s is %s: %q", st.Name, st.Status, st.Detail)
		}
	}
}

func TestUnsupportedTrialsAreSkipped(t *testing.T) {
	t.Parallel()
	s := newSite()
	unable := s.makes("unable", ground, "clay", "")
	unable.able = func(*tool.Tool) error { return errors.New("it cannot dig") }
	s.must(t, unable, s.takes("late", ground))
	if len(s.log) > 0 || s.facts.Unable["unable"] != "it cannot dig" {
		t.Errorf("there ran %q, and the tool lacks %v", s.log, s.facts.Unable)
	}
	for _, st := range s.steps.Steps() {
		if st.Status != report.StepSkipped || st.Detail != "it cannot dig" {
			t.Errorf("%s is %s: %q", st.Name, st.Status, st.Detail)
		}
	}
}

func TestTrialThatEndsAResourceWaitsForOthers(t *testing.T) {
	t.Parallel()
	s := newSite()
	last := s.takes("last", ground)
	last.ends = ground
	user := trial{name: "user", title: "user", uses: []anyResource{ground}, run: s.takes("user", ground).run}
	s.must(t, last, s.takes("one", ground), user, s.makes("early", ground, "clay", ""))
	if len(s.log) != 4 || s.log[3] != "last with clay" {
		t.Errorf("the order is %q", s.log)
	}
}

func TestOnlyWantedTrialsAndTheirNeedsRun(t *testing.T) {
	t.Parallel()
	s := newSite("late")
	s.must(t, s.makes("early", ground, "clay", ""), s.makes("unneeded", walls, "brick", ""),
		s.takes("unwanted", roof), s.takes("late", ground))
	if diff := cmp.Diff([]string{"early", "late with clay"}, s.log); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// fails returns a trial that offers a resource and ends with an error.
func (s *site) fails(name checks.Trial, r resource[string], err error) trial {
	t := s.makes(name, r, "clay", "")
	t.run = func(context.Context, *pass, *step.Log) (finding, error) {
		return func(f *checks.Facts) { f.BaseRef += "half an answer" }, err
	}
	return t
}

func TestAnErrorOfTheUsersEndsTheRun(t *testing.T) {
	t.Parallel()
	s := newSite()
	broken := report.Fail(report.KindUsage, "", "the configuration is wrong")
	s.trials = []trial{s.fails("failing", ground, broken), s.takes("late", ground)}
	if err := s.run(t.Context()); !errors.Is(err, broken) {
		t.Errorf("the run ends with %v", err)
	}
	if len(s.log) > 0 {
		t.Errorf("there ran %q", s.log)
	}
}

// TestATrialTheMachineEndedLeavesTheOthers has one trial's database killed: it and those that need it are not
// answered, and all others are.
func TestATrialTheMachineEndedLeavesTheOthers(t *testing.T) {
	t.Parallel()
	s := newSite()
	killed := report.Fail(report.KindWork, "run it again", "it was ended with SIGKILL:\n  reading failed").WithOutput([]string{"FATAL"})
	between := s.takes("between", ground)
	between.offers = []anyResource{walls}
	s.must(t, s.fails("failing", ground, killed), between, s.takes("late", walls), s.makes("other", roof, "tiles", ""))
	if diff := cmp.Diff([]string{"other"}, s.log); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, name := range []checks.Trial{"failing", "between", "late"} {
		want := checks.Unanswered{
			Reason: "it was ended with SIGKILL: reading failed", Hint: "run it again", Output: []string{"FATAL"},
		}
		if diff := cmp.Diff(want, s.facts.Unanswered[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, lost := s.facts.Unanswered["other"]; lost || s.facts.BaseRef != "tiles" {
		t.Errorf("the facts hold %q and %v", s.facts.BaseRef, s.facts.Unanswered)
	}
}

func TestAnotherOfferReplacesOneTheMachineEnded(t *testing.T) {
	t.Parallel()
	s := newSite()
	s.must(t, s.fails("a", ground, errors.New("no space left")), s.makes("b", ground, "sand", ""), s.takes("late", ground))
	if diff := cmp.Diff([]string{"b", "late with sand"}, s.log); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTrialGetsOnlyWhatItDeclares(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(p *pass){
		"takes":  func(p *pass) { take(p, walls) },
		"offers": func(p *pass) { offer(p, walls, "brick") },
	} {
		s := newSite()
		s.trials = []trial{{name: "greedy", title: "greedy", run: func(_ context.Context, p *pass, _ *step.Log) (finding, error) {
			run(p)
			return nil, nil
		}}}
		if err := s.run(t.Context()); err == nil || !strings.Contains(err.Error(), "greedy "+name+" walls") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInvalidGraphIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite()
	round := s.takes("round", roof)
	round.offers = []anyResource{walls}
	about := s.takes("about", walls)
	about.offers = []anyResource{roof}
	ender := trial{name: "ender", ends: ground}
	for want, trials := range map[string][]trial{
		"appears twice":                       {s.makes("a", ground, "clay", ""), s.makes("a", walls, "brick", "")},
		"which nothing offers":                {s.takes("a", ground)},
		"waits for itself":                    {round, about},
		"ends ground, which it does not need": {ender},
	} {
		s.trials = trials
		if err := s.run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestAllTrialsMakeAValidGraph(t *testing.T) {
	t.Parallel()
	if err := validate(all(), nil); err != nil {
		t.Error(err)
	}
	needed := map[checks.Trial]bool{}
	for _, c := range checks.All() {
		for _, n := range slices.Concat(c.Needs, c.Uses) {
			needed[n] = true
		}
	}
	for _, trial := range all() {
		for _, need := range trial.needs {
			for _, offerer := range offerers(all(), need) {
				needed[offerer.name] = true
			}
		}
	}
	for _, trial := range all() {
		if !needed[trial.name] {
			t.Errorf("no check and no other trial needs the trial %s", trial.name)
		}
		if trial.finds == "" || trial.title == "" || trial.seconds == 0 {
			t.Errorf("the trial %s does not say what it is", trial.name)
		}
	}
}
