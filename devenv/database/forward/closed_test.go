package forward

import (
	"strings"
	"testing"

	"devenv/devenv/database/internal/databasetest"
)

func TestARefreshNeedsAWholeIndex(t *testing.T) {
	template := servers.Template(t, fixture)
	for upgrade, want := range map[string]string{
		"DROP INDEX counts_house": "is gone,",
		"DROP INDEX counts_house\nCREATE UNIQUE INDEX counts_house ON counts (house) WHERE n > 0": "is no longer one of plain columns and all rows,",
		"DROP INDEX counts_house\nCREATE UNIQUE INDEX counts_house ON counts (house, n)":          "",
	} {
		conn := template.Copy(t)
		before := stateOf(t, conn)
		databasetest.Exec(t, conn, strings.ReplaceAll(upgrade, "\n", ";"))
		var found []Change
		for _, c := range Compare(before, stateOf(t, conn), strings.Split(upgrade, "\n"), "") {
			if c.Object == "index:public.counts_house" {
				found = append(found, c)
			}
		}
		if want == "" && len(found) == 0 {
			continue
		}
		if len(found) != 1 || !strings.Contains(found[0].Text, want) || want == "" {
			t.Errorf("%s: %+v", upgrade, found)
			continue
		}
		databasetest.Exec(t, conn, found[0].Mend+"; REFRESH MATERIALIZED VIEW CONCURRENTLY counts")
	}
}
