package devenv_test

import (
	"strings"
	"testing"

	"devenv/compose/engine/enginetest"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// TestPostGISTablesAreNotInTheMigration has the image's extensions in the database, with tables the models do not
// have, in schemas on the database's search_path.
func TestPostGISTablesAreNotInTheMigration(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	enginetest.Images(t, "postgis/postgis:17-3.5")
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.replace(composeFile, "image: postgres:17", "image: postgis/postgis:17-3.5")
	// A separate layer: every other test uses the one before.
	c.replace("backend/Dockerfile", "WORKDIR /app",
		"RUN apt-get update && apt-get install -y --no-install-recommends python3-geoalchemy2\n\nWORKDIR /app")
	c.git("commit", "-qam", "Places")

	unchanged := c.must(c.newMigration(nil)).Document
	if unchanged.Verdict != report.VerdictNone || len(unchanged.Files) != 0 {
		t.Errorf("unchanged models: verdict %s, files %v", unchanged.Verdict, unchanged.Files)
	}
	if len(unchanged.Noise) < 40 {
		t.Errorf("the extensions' tables were not seen: %d differences without the branch", len(unchanged.Noise))
	}

	c.git("checkout", "-qb", "feature/places")
	c.replace(itemModel, "from sqlalchemy import", "from geoalchemy2 import Geometry\nfrom sqlalchemy import")
	c.replace(itemModel, "    notes: Mapped",
		"    place: Mapped[str | None] = mapped_column(Geometry(\"POINT\", srid=4326))\n    notes: Mapped")
	result := c.must(c.newMigration(nil))
	if !result.Document.Base.Cached || result.Document.Base.Image != unchanged.Base.Image {
		t.Errorf("the base was made again: %+v", result.Document.Base)
	}
	file := string(result.File)
	if strings.Count(file, "op.") != 4 || !strings.Contains(file, "Geometry(") {
		t.Errorf("the file contains more than the branch's change:\n%s", file)
	}
	for id, check := range statuses(result) {
		if check.Status != report.StatusPass {
			t.Errorf("%s: %s %s %+v", id, check.Status, check.Summary, check.Evidence)
		}
	}
	c.nothingLeft()
}
