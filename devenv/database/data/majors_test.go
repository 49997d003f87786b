package data

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/internal/databasetest"
)

func TestFingerprintsAndLocalesOnEachMajor(t *testing.T) {
	servers.OnEachMajor(t, dataFixture, tryFingerprint)
}

// tryFingerprint expects a loss and a change of dataFixture's data, in a renamed table and column.
func tryFingerprint(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	before := fingerprintOf(t, conn)
	changeLocaleAndRestore(t, conn)
	databasetest.Exec(t, conn, "ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME legacy TO old; UPDATE people SET old = "+
		"NULL WHERE id = 1; ALTER TABLE people ALTER score TYPE numeric(12,2)")
	want := []Change{
		{Table: "public.users", TableNow: "public.people", Column: "legacy", ColumnNow: "old", Kind: ValuesLost, Before: 3, After: 2},
		{Table: "public.users", TableNow: "public.people", Column: "score", Kind: ValuesChanged, Before: 100, After: 100, Suspect: true},
	}
	var got []Change
	for _, c := range before.Compare(fingerprintOf(t, conn)) {
		if c.Kind != ValuesChanged || c.Column == "score" {
			got = append(got, c)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// changeLocaleAndRestore expects new sessions to be in another time zone, and then back in their own.
func changeLocaleAndRestore(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	zone := func() string {
		t.Helper()
		session, err := pgx.ConnectConfig(t.Context(), conn.Config())
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close(context.Background()) //nolint:errcheck // its one query is done
		var zone, dates string
		if err := session.QueryRow(t.Context(), "SELECT current_setting('timezone'), current_setting('datestyle')").Scan(&zone,
			&dates); err != nil {
			t.Fatal(err)
		}
		return zone + "; " + dates
	}
	home := zone()
	moved, err := ChangeLocale(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	if there := zone(); there != "Pacific/Auckland; ISO, DMY" {
		t.Errorf("the changed settings are %q", there)
	}
	if err := moved.Restore(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	if back := zone(); back != home {
		t.Errorf("restored to %q, originally %q", back, home)
	}
}
