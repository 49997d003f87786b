package devenv

import (
	"testing"

	"devenv/compose/engine"
)

func TestOnlyTheDatabaseGetsMoreTimeToStopThanItsOwnGrace(t *testing.T) {
	o := own{server: engine.Container{ID: "postgres"}}
	if got := o.grace("postgres"); got != ownTimeout {
		t.Errorf("the database gets %s", got)
	}
	if got := o.grace("backend"); got != engine.OwnGrace {
		t.Errorf("a backend that does not heed the signal holds the exchange up for %s", got)
	}
}
