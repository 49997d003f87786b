package userdata

import (
	"strings"
	"testing"

	"devenv/compose/engine"
	"devenv/devenv/database"
	"devenv/devenv/report"
)

func TestDataOfAnotherMajorIsRefusedWithAWay(t *testing.T) {
	t.Parallel()
	for runs, want := range map[string]string{"17": "devenv down --volumes", "16": "restore data of version 16"} {
		d := &Database{server: engine.Container{Env: []string{"PG_MAJOR=" + runs}}, store: database.Store{Service: "db"}}
		err := d.checkMajors(database.Contents{Major: "16", Source: "17"})
		if hint := report.HintOf(err); err == nil || !strings.Contains(hint, want) {
			t.Errorf("the server runs %s: %v: %s", runs, err, hint)
		}
	}
	d := &Database{server: engine.Container{Env: []string{"PG_MAJOR=17"}}, store: database.Store{Service: "db"}}
	if err := d.checkMajors(database.Contents{Source: "17"}); err != nil {
		t.Errorf("there was no data: %v", err)
	}
	d.server.Env = []string{"PG_MAJOR=16"}
	if hint := report.HintOf(d.checkMajors(database.Contents{Source: "17"})); !strings.HasPrefix(hint, "if the Compose file has an image of version 17, devenv up") {
		t.Errorf("the container is of another version: %s", hint)
	}
}
