package userdata

import (
	"context"
	"strings"
	"testing"

	"devenv/devenv/database"
	"devenv/devenv/report"
	"devenv/devenv/session"
)

// listening says yes, and keeps what it was asked.
type listening struct{ question string }

func (l *listening) Choose(context.Context, string, []string) (int, error) { return 0, nil }

func (l *listening) Confirm(_ context.Context, question string) (bool, error) {
	l.question = question
	return true, nil
}

func TestDataIsKeptOnlyWhereThereIsSome(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		seen             database.ServerFiles
		question, refuse string
	}{
		"data": {
			database.ServerFiles{Control: "9f2c"},
			"Replace the data of db in volume pgdata with: main? The current data is kept.",
			"--yes (the current data is kept)",
		},
		"none": {database.ServerFiles{}, "Give db data, in volume pgdata: main? It has none yet.", "--yes (it has no data yet)"},
	} {
		asked := &listening{}
		d := &Database{session: session.New("reset", session.Options{Ask: asked}), seen: c.seen, store: database.Store{Service: "db"}}
		d.store.Mount.Type, d.store.Mount.Name = "volume", "pgdata"
		if err := d.Agree(t.Context(), false, "main"); err != nil || asked.question != c.question {
			t.Errorf("%s: %v, asked %q, want %q", name, err, asked.question, c.question)
		}
		d.session = session.New("reset", session.Options{})
		if err := d.Agree(t.Context(), false, "main"); !strings.Contains(report.HintOf(err), c.refuse) {
			t.Errorf("%s: the hint is %q, want %q", name, report.HintOf(err), c.refuse)
		}
		if planned := d.Planned("main"); planned.Empty != (name == "none") {
			t.Errorf("%s: %+v", name, planned)
		}
	}
}

func TestAJournalTellsWhatIsDone(t *testing.T) {
	t.Parallel()
	j := Journal{Store: database.Store{Service: "db"}}
	if got := j.Doing(); got != "has stopped db for a moment, to copy its data" {
		t.Error(got)
	}
	if j.To = "main"; j.Doing() != "is replacing the data of db" {
		t.Error(j.Doing())
	}
}
