package alembic

import (
	"strings"
	"testing"

	"devenv/migrations"
)

const halfDone = `-- alembic/versions/0002_half.py --
"""half"""
from alembic import op
import sqlalchemy as sa

revision = "0002"
down_revision = "0001"


def upgrade():
    op.execute("ALTER TABLE users ADD COLUMN a int")
    op.execute("ALTER TABLE users ADD COLUMN b int")
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY ix ON users (a)")


def downgrade():
    pass
`

func TestStatementsReportTransactionsAndFailAfterWorks(t *testing.T) {
	each(t, func(t *testing.T, env environment) {
		for _, scheme := range schemes(env) {
			if strings.Contains(scheme, "pg8000") {
				continue // pg8000 runs an autocommit_block in a transaction
			}
			t.Run(scheme, func(t *testing.T) {
				p := newProject(t, env, halfDone)
				p.url = p.db.url(scheme, p.host)
				d := p.upgraded()
				if _, err := d.Downgrade(t.Context(), p.database(), migrations.At("0001")); err != nil {
					t.Fatal(err)
				}
				p.db.exec(t, "ALTER TABLE users DROP COLUMN a") // b is there: its statement fails
				run, err := d.UpgradeWith(t.Context(), p.database(), migrations.At("0002"), migrations.MoveOptions{Transactions: true})
				if f := failureOf(t, err); f.SQLState != "42701" {
					t.Errorf("failure: %+v", f)
				}
				a, b := statementWith(t, run, "COLUMN a"), statementWith(t, run, "COLUMN b")
				if a.Transaction == "" || a.Transaction != b.Transaction {
					t.Errorf("transactions: a %q, b, which failed, %q", a.Transaction, b.Transaction)
				}
				p.db.exec(t, "ALTER TABLE users DROP COLUMN b; CREATE TABLE ix ()") // the index cannot be created
				run, err = d.UpgradeWith(t.Context(), p.database(), migrations.At("0002"), migrations.MoveOptions{Transactions: true})
				if f := failureOf(t, err); f.SQLState != "42P07" {
					t.Errorf("failure: %+v", f)
				}
				if b, ix := statementWith(t, run, "COLUMN b"), statementWith(t, run, "CONCURRENTLY"); ix.Transaction == b.Transaction {
					t.Errorf("transactions: b %q, the index, which failed in its own, %q", b.Transaction, ix.Transaction)
				}
				p.db.exec(t, "DROP TABLE ix; ALTER TABLE users DROP COLUMN a, DROP COLUMN b")
				run, err = d.UpgradeWith(t.Context(), p.database(), migrations.At("0002"), migrations.MoveOptions{Transactions: true})
				if err != nil {
					t.Fatal(err)
				}
				a, b, ix := statementWith(t, run, "COLUMN a"), statementWith(t, run, "COLUMN b"), statementWith(t, run, "CONCURRENTLY")
				if a.Transaction == "" || a.Transaction != b.Transaction || ix.Transaction == b.Transaction {
					t.Errorf("transactions: a %q, b %q, index %q", a.Transaction, b.Transaction, ix.Transaction)
				}
				if _, err := d.Downgrade(t.Context(), p.database(), migrations.At("0001")); err != nil {
					t.Fatal(err)
				}
				p.db.exec(t, "ALTER TABLE users DROP COLUMN a, DROP COLUMN b")
				_, err = d.UpgradeWith(t.Context(), p.database(), migrations.At("0002"), migrations.MoveOptions{FailAfter: a.Seq})
				if f := failureOf(t, err); f.Exception != migrations.Injected {
					t.Errorf("failure: %+v", f)
				}
				if columns := p.db.columns(t, "users"); strings.Contains(columns, "a integer") {
					t.Errorf("it failed within the first transaction, but users has %s", columns)
				}
				_, err = d.UpgradeWith(t.Context(), p.database(), migrations.At("0002"), migrations.MoveOptions{FailAfter: ix.Seq})
				if f := failureOf(t, err); f.Exception != migrations.Injected {
					t.Errorf("it did not fail after the index: %+v", f)
				}
				if columns := p.db.columns(t, "users"); !strings.Contains(columns, "a integer") {
					t.Errorf("it failed after the first transaction, but users has %s", columns)
				}
				now, err := d.Applied(t.Context(), p.database())
				if err != nil || len(now.Heads) != 1 || now.Heads[0] != "0001" {
					t.Errorf("heads after the failure: %v, %v", now.Heads, err)
				}
				p.db.exec(t, "DROP INDEX ix; ALTER TABLE users DROP COLUMN a, DROP COLUMN b")
				// It finds the column of the first transaction, and takes the name of the second.
				_, err = d.UpgradeWith(t.Context(), p.database(), migrations.At("0002"), migrations.MoveOptions{Meanwhile: migrations.Meanwhile{
					After: b.Seq, Groups: [][]string{{"INSERT INTO nowhere VALUES (1)"}, {"INSERT INTO users (a) VALUES (7)", "CREATE TABLE ix ()"}},
				}})
				if f := failureOf(t, err); f.SQLState != "42P07" {
					t.Errorf("no other session came between the transactions: %+v", f)
				}
			})
		}
	})
}
