package forward

import "testing"

func TestWhatIsMadeAnewWasLostByItsDrop(t *testing.T) {
	t.Parallel()
	s := parse([]string{
		"ALTER TABLE reviews DROP COLUMN stars", "DROP TABLE reviews", "CREATE TABLE reviews (id int)", "CREATE INDEX ix ON reviews (id)",
		"CREATE OR REPLACE VIEW names AS SELECT 1",
	})
	for name, want := range map[string]int{"reviews": 1, "names": 4, "teams": -1} {
		if got := s.remaking(name); got != want {
			t.Errorf("%s: statement %d, want %d", name, got, want)
		}
	}
}

func TestRightsOnAllObjectsAreRevokedTogether(t *testing.T) {
	t.Parallel()
	s := parse([]string{"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM app", "GRANT SELECT ON teams TO app"})
	if got := s.first(s.cause(`REVOKE`, "teams_id_seq"), s.cause(`REVOKE`, "ALL "+plural("sequence:public.teams_id_seq"))); got != 0 {
		t.Errorf("statement %d", got)
	}
}
