package devenv_test

import (
	"strings"
	"testing"

	"devenv/devenv"
	"devenv/devenv/report"
)

// dataRevision truncates one text and deletes another, and changes types in ways that keep every value.
const dataRevision = `"""Data

Revision ID: dddd0001
Revises: 2ae7f14b9c60
"""

from alembic import op
import sqlalchemy as sa

revision = "dddd0001"
down_revision = "2ae7f14b9c60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("reviews", "stars", type_=sa.BigInteger())
    op.alter_column("members", "name", type_=sa.Text())
    op.execute("UPDATE items SET title = 'cut' WHERE id = 2")
    op.execute("UPDATE items SET notes = NULL WHERE id = 4")
    op.alter_column("reviews", "written_at", type_=sa.DateTime())
    op.add_column("reviews", sa.Column("written_on", sa.Date(), nullable=True))
    op.execute("UPDATE reviews SET written_on = CAST(to_timestamp(id * 3600) AS date)")
    op.add_column("reviews", sa.Column("token", sa.Text(), server_default=sa.text("gen_random_uuid()")))


def downgrade() -> None:
    op.alter_column("members", "name", type_=sa.String(120))
    op.alter_column("reviews", "stars", type_=sa.SmallInteger())
`

func TestChangedAndLostValuesAreReportedWithRows(t *testing.T) {
	t.Parallel()
	c := newSample(t)
	c.write("backend/src/toolshed/migrations/versions/dddd0001_data.py", dataRevision)
	result := c.must(devenv.TestMigration(t.Context(), devenv.TestMigrationOptions{
		Options: devenv.Options{Dir: c.dir, Listener: logged{t}}, Only: []string{"data.*"},
	}))
	changed, lost := statuses(result)["data.changed"], statuses(result)["data.lost"]
	if changed.Status != report.StatusWarn || len(changed.Evidence) != 3 || changed.Evidence[1].Column != "written_at" ||
		changed.Evidence[2].Column != "written_on" || !strings.HasPrefix(changed.Summary, "items.title changed in 1 row, e.g. id 2: ") ||
		!strings.Contains(changed.Summary, " → cut") {
		t.Errorf("data.changed: %+v", changed)
	}
	if lost.Status != report.StatusFail || len(lost.Evidence) != 1 || !strings.HasPrefix(lost.Summary,
		"1 of ") || !strings.HasSuffix(lost.Summary, " non-null values of items.notes is lost") ||
		len(lost.Evidence[0].Keys) != 1 || lost.Evidence[0].Keys[0] != "id=4" {
		t.Errorf("data.lost: %+v", lost)
	}
	c.nothingLeft()
}
