package trials

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"devenv/compose/readiness"
	devenvbase "devenv/devenv/base"
	"devenv/devenv/report"
	"devenv/devenv/scratch"
	"devenv/devenv/testbed"
)

func TestABaseThatDoesNothingIsTheBaseline(t *testing.T) {
	for want, base := range map[bool]baseStart{
		true:  {err: fmt.Errorf("start backend: %w", readiness.Late{Idle: true})},
		false: {err: fmt.Errorf("start backend: %w", readiness.Late{})},
	} {
		if got := base.idle(); got != want {
			t.Errorf("%s: %t", base, got)
		}
	}
}

func TestALimitTheBaseNeedsTooBlamesNobody(t *testing.T) {
	t.Parallel()
	const limit = 2 * time.Minute
	for name, c := range map[string]struct {
		base baseStart
		want bool
	}{
		"the base is ready at once":            {baseStart{took: 3 * time.Second}, false},
		"the base takes half of the time":      {baseStart{took: time.Minute}, false},
		"the base needs longer than the limit": {baseStart{took: limit + time.Second}, true},
		"the base is not ready in time either": {baseStart{err: fmt.Errorf("start backend: %w", readiness.Late{})}, true},
		"the base exits":                       {baseStart{err: errors.New("it exited with status 1")}, false},
	} {
		if got := c.base.slow(limit); got != c.want {
			t.Errorf("%s: the machine is too slow: %v", name, got)
		}
	}
}

func TestAStartsHintIsForItsSide(t *testing.T) {
	t.Parallel()
	base, branch := &scratch.Checkout{}, &scratch.Checkout{}
	bed := &testbed.Testbed{Base: &devenvbase.Base{Checkout: base}, Branch: branch}
	ended := report.Fail(report.KindWork, "try it directly: docker compose up backend", "start backend: %w", readiness.Ended{Code: 1}).
		WithOutput([]string{"no column legacy"})
	for of, want := range map[*scratch.Checkout]string{base: "first release code", branch: "correct the migration or the code"} {
		b := &backend{pass: &pass{environment: &environment{Testbed: bed}}, Services: &scratch.Services{Checkout: of}}
		got := b.advise(ended)
		if hint := report.HintOf(got); !strings.HasPrefix(hint, want) || len(report.OutputOf(got)) != 1 {
			t.Errorf("%q, want %q; %v", hint, want, report.OutputOf(got))
		}
		if late := report.Fail(report.KindWork, "give it more time", "%w", readiness.Late{}); report.HintOf(b.advise(late)) != "give it more time" {
			t.Error("time that is over is not the code's")
		}
	}
}

func TestAFailedStartNamesWhatTheDatabaseLacks(t *testing.T) {
	t.Parallel()
	failed := report.Fail(report.KindWork, "try it", "start api: it exited with status 1").WithOutput([]string{
		"psycopg2.errors.UndefinedColumn: column authors.country does not exist", "LINE 1: SELECT authors.country",
	})
	got := nameMissing(failed)
	if got.Error() != "start api: it exited with status 1: column authors.country does not exist" || report.HintOf(got) != "try it" ||
		len(report.OutputOf(got)) != 2 {
		t.Errorf("%v", got)
	}
	if again := nameMissing(got); again.Error() != got.Error() {
		t.Errorf("it is said twice: %v", again)
	}
	if other := report.Fail(report.KindWork, "", "start api: it exited with status 1"); nameMissing(other).Error() != other.Error() {
		t.Error("nothing is missing")
	}
	if err := nameMissing(nil); err != nil {
		t.Error(err)
	}
}

func TestMissingSubmodulesLeaveAStartUnanswered(t *testing.T) {
	t.Parallel()
	ended := fmt.Errorf("start backend: %w", readiness.Ended{Code: 1})
	got := lacksCode([]string{"lib"}, ended)
	if got == nil || !strings.Contains(got.Error(), "submodule lib is empty") || !strings.Contains(report.HintOf(got), "submodule update --init") {
		t.Errorf("%v → %s", got, report.HintOf(got))
	}
	if lacksCode(nil, ended) != nil || lacksCode([]string{"lib"}, errors.New("no answer")) != nil {
		t.Error("another failure is the submodule's")
	}
}
