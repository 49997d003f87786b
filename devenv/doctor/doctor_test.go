package doctor

import (
	"testing"

	"devenv/devenv/report"
	"devenv/devenv/session"
)

func TestExaminationsAnswerWithoutRepositoryOrEngine(t *testing.T) {
	t.Parallel()
	o := session.Options{Dir: t.TempDir(), Host: "unix:///nowhere/docker.sock"}
	all, err := Run(t.Context(), session.New("doctor", o), Options{Options: o})
	if report.KindOf(err) != report.KindWork {
		t.Errorf("it ended with %v", err)
	}
	answered := map[string]Diagnosis{}
	for _, d := range all {
		answered[d.ID] = d
		if d.Summary == "" || d.Status == Pass && d.Remedy != "" || d.Status == Fail && d.Remedy == "" {
			t.Errorf("%+v", d)
		}
	}
	if len(answered) != len(examinations()) {
		t.Errorf("%d of %d examinations answered, each with a different id: %v", len(answered), len(examinations()), all)
	}
	for id, want := range map[string]Status{
		"git.version": Pass, "git.repository": Fail, "engine": Fail, "compose": Skip, "exchange": Skip,
		"database.revision": Skip,
	} {
		if answered[id].Status != want {
			t.Errorf("%+v, want %s", answered[id], want)
		}
	}
}
