package readiness

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestAskingIsMeasuredOnlyAfterAWhile asks a container that answers after some time. Each question takes 200 ms, all of
// it a processor's, and each measurement a second, as the engine's do.
func TestAskingIsMeasuredOnlyAfterAWhile(t *testing.T) {
	t.Parallel()
	const question = 200 * time.Millisecond
	for name, c := range map[string]struct {
		readyAfter, atMost time.Duration
		measured           bool
	}{
		"a quick start":              {readyAfter: time.Second, atMost: 1600 * time.Millisecond},
		"shortly before measuring":   {readyAfter: 9 * time.Second, atMost: 11500 * time.Millisecond},
		"a slow start":               {readyAfter: 40 * time.Second, atMost: 44 * time.Second, measured: true},
		"ready when it is asked for": {readyAfter: 0, atMost: question},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var used, unseen time.Duration
				began := time.Now()
				a := &asking{unmeasured: 10 * time.Second, used: func(context.Context) (time.Duration, error) {
					<-time.After(time.Second) // of the test's own clock
					return used, nil
				}}
				err := a.until(t.Context(), nil, func() (bool, error) {
					ready := time.Since(began) >= c.readyAfter
					if time.Since(began) < a.unmeasured || ready {
						unseen += question
					}
					<-time.After(question)
					used += question
					return ready, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took > c.atMost {
					t.Errorf("the answer came after %s, more than %s", took, c.atMost)
				}
				if (a.spent > 0) != c.measured || a.spent != used-unseen {
					t.Errorf("%s of the questions' %s are known, %s were not to be measured", a.spent, used, unseen)
				}
			})
		})
	}
}

// TestAClosedPortIsSeldomAskedAbout asks a container whose port opens at some time, or never does.
func TestAClosedPortIsSeldomAskedAbout(t *testing.T) {
	t.Parallel()
	const question = 200 * time.Millisecond
	for name, c := range map[string]struct {
		opensAfter, readyAfter, atMost time.Duration
		questions                      int
	}{
		"ready when it opens":       {opensAfter: 900 * time.Millisecond, readyAfter: 900 * time.Millisecond, atMost: 1100 * time.Millisecond, questions: 1},
		"ready soon after it opens": {opensAfter: time.Second / 2, readyAfter: time.Second, atMost: 1600 * time.Millisecond, questions: 3},
		"imports of 20 seconds":     {opensAfter: 20 * time.Second, readyAfter: 20 * time.Second, atMost: 20200 * time.Millisecond, questions: 9},
		"a check of something else": {opensAfter: time.Hour, readyAfter: 4 * time.Second, atMost: 5 * time.Second, questions: 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began, asked := time.Now(), 0
				opens := make(chan struct{})
				timer := time.AfterFunc(c.opensAfter, func() { close(opens) })
				defer timer.Stop()
				a := &asking{unmeasured: time.Hour}
				err := a.until(t.Context(), opens, func() (bool, error) {
					asked++
					ready := time.Since(began) >= c.readyAfter
					<-time.After(question)
					return ready, nil
				})
				if took := time.Since(began); err != nil || took > c.atMost || asked > c.questions {
					t.Errorf("the answer came after %s and %d questions: %v", took, asked, err)
				}
			})
		})
	}
}
