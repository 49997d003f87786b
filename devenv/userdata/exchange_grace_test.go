package userdata

import (
	"testing"

	"devenv/compose/engine"
)

func TestOnlyTheDatabaseGetsMoreTimeToStop(t *testing.T) {
	d := Database{server: engine.Container{ID: "postgres"}}
	if got := d.grace("postgres"); got != stopTimeout {
		t.Errorf("the database gets %s", got)
	}
	if got := d.grace("backend"); got != engine.OwnGrace {
		t.Errorf("a backend that ignores the signal delays the exchange by %s", got)
	}
}
