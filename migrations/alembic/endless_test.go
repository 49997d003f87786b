package alembic

import (
	"context"
	"strings"
	"testing"
	"time"

	"devenv/migrations"
)

// endless is the upgrade of revision 0002, which never ends; the loop is what it does.
func endless(loop string) string {
	return strings.Replace(notNull, `op.alter_column("users", "name", nullable=False)`, loop, 1)
}

// TestALoopWithoutEndIsEndedAtItsLine has Python that sends no statement, and Python that sends the same for ever and
// catches every exception.
func TestALoopWithoutEndIsEndedAtItsLine(t *testing.T) {
	loops := map[string]string{
		"oldest": "while True:\n        pass",
		"newest": "while True:\n        try:\n            op.execute('SELECT 1')\n        except Exception:\n            pass",
	}
	each(t, func(t *testing.T, env environment) {
		t.Parallel()
		p := newProject(t, env, endless(loops[env.name]))
		d := p.upgradedTo("0001")
		var at []migrations.Place
		d.endless, d.onPlace = 3*time.Second, func(_ context.Context, place migrations.Place) { at = append(at, place) }
		run, err := d.Upgrade(t.Context(), p.database(), migrations.Head())
		f := failureOf(t, err)
		if f.Code != migrations.FailureEndless || !f.Unanswered() || f.Revision != "0002" || f.Line < 10 || f.Line > 14 {
			t.Errorf("%+v", f)
		}
		if len(at) == 0 || at[0].Revision != "0002" || at[0].File != f.File || at[0].Line < 10 {
			t.Errorf("said while it ran: %+v", at)
		}
		if n := len(run.Statements); n > 10100 {
			t.Errorf("%d statements are kept", n)
		}
		if _, err := d.Applied(t.Context(), p.database()); err != nil || d.endless != endlessAgain {
			t.Errorf("the next command: %v; it may make no progress for %s", err, d.endless)
		}
	})
}

func TestProgressIsANewStatement(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		t.Parallel()
		p := newProject(t, env, endless(`import time
    for i in range(8):
        op.execute("SELECT %d, pg_sleep(0.2)" % i)
        time.sleep(0.2)`))
		d := p.upgradedTo("0001")
		d.endless = 2 * time.Second
		if _, err := d.Upgrade(t.Context(), p.database(), migrations.Head()); err != nil {
			t.Error(err)
		}
	})
}

func TestAStatementIsAwaitedSinceItBegan(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		t.Parallel()
		p := newProject(t, env, endless(`op.execute("SELECT pg_sleep(4)")`))
		d := p.upgradedTo("0001")
		var at []migrations.Place
		d.endless, d.onPlace = 6*time.Second, func(_ context.Context, place migrations.Place) { at = append(at, place) }
		if _, err := d.Upgrade(t.Context(), p.database(), migrations.Head()); err != nil || len(at) != 1 || at[0].Idle < 1 {
			t.Errorf("%v: said while it ran: %+v", err, at)
		}
	})
}
