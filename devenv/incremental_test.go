package devenv_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// commitRevision commits a revision that runs a statement.
func (c checkout) commitRevision(id, parent, statement string) {
	c.Helper()
	c.write(sample.VersionsDir+"/"+id+"_later.py", fmt.Sprintf(`"""Later."""

from alembic import op

revision = %q
down_revision = %q
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""%s""")


def downgrade() -> None:
    pass
`, id, parent, statement))
	c.git("add", sample.VersionsDir)
	c.git("commit", "-qm", id)
}

// TestANewBaseBeginsWithEarlierData covers a base that is upgraded, completed in the background, and one whose upgrade
// fails on the earlier data.
func TestANewBaseBeginsWithEarlierData(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.git("stash", "-q")
	c.git("checkout", "-q", sample.BaseBranch)
	c.write(".devenv.yaml", "seed: {sql: [seed.sql], incremental: true}\n")
	// No other run of this test has made these bases.
	c.write("seed.sql", "-- "+rand.Text()+"\nINSERT INTO categories (name) VALUES ('Filled at ' || clock_timestamp());\n")
	const filled = "SELECT name FROM categories WHERE name LIKE 'Filled at %'"
	var continued []string
	options := devenv.Options{Dir: c.dir, Listener: logged{t}, Continue: func(_ string, command ...string) error {
		continued = append(continued, command...)
		return nil
	}}
	run := func() *report.Document {
		t.Helper()
		return c.must(c.newMigration(func(o *devenv.NewMigrationOptions) { dry(o); o.Options = options })).Document
	}
	first := run()
	if first.Base.UpgradedFrom != "" || len(continued) > 0 {
		t.Errorf("with no earlier base it is %+v, and %q goes on", first.Base, continued)
	}
	before := c.baseValue(first.Base.Image, filled)

	c.commitRevision("bbbb00000001", sample.BaseHead, "ALTER TABLE categories ADD COLUMN note text NOT NULL DEFAULT 'none'")
	upgraded := run()
	if upgraded.Base.UpgradedFrom != first.Base.Commit || !slices.Equal(continued, []string{devenv.CompleteBaseName}) {
		t.Errorf("it is %+v, and %q goes on", upgraded.Base, continued)
	}
	if got := c.baseValue(upgraded.Base.Image, filled+" AND note = 'none'"); got != before {
		t.Errorf("the base has %q, not the earlier base's %q", got, before)
	}

	if err := devenv.CompleteBase(t.Context(), devenv.CompleteBaseOptions{Options: options}); err != nil {
		t.Fatal(err)
	}
	complete := run()
	if complete.Base.UpgradedFrom != "" || !complete.Base.Cached || len(continued) > 1 {
		t.Errorf("the completed base is %+v, and %q goes on", complete.Base, continued)
	}
	if got := c.baseValue(complete.Base.Image, filled+" AND note = 'none'"); got == before {
		t.Error("the completed base has the earlier base's row")
	}

	c.commitRevision("bbbb00000002", "bbbb00000001",
		"DO $$ BEGIN IF EXISTS ("+filled+") THEN RAISE 'only without rows'; END IF; END $$")
	refused := run()
	noted := slices.ContainsFunc(refused.Notes, func(n string) bool {
		return strings.Contains(n, "could not be upgraded") && strings.Contains(n, "only without rows")
	})
	if refused.Base.UpgradedFrom != "" || refused.Base.Cached || !noted {
		t.Errorf("after a failed upgrade it is %+v, and says %q", refused.Base, refused.Notes)
	}
	c.nothingLeft()
}
