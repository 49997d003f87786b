package userdata

import (
	"testing"

	"devenv/compose/engine"
)

func TestOnlyTheDatabaseGetsMoreTimeToStopThanItsOwnGrace(t *testing.T) {
	d := Database{server: engine.Container{ID: "postgres"}}
	if got := d.grace("postgres"); got != stopTimeout {
		t.Errorf("the database gets %s", got)
	}
	if got := d.grace("backend"); got != engine.OwnGrace {
		t.Errorf("a backend that does not heed the signal holds the exchange up for %s", got)
	}
}
