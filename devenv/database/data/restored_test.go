package data

import (
	"testing"

	"devenv/devenv/database/internal/databasetest"
)

func TestOnlyValuesThatComeBackAreRestored(t *testing.T) {
	for name, c := range map[string]struct {
		upgrade, downgrade string
		want               bool
	}{
		"computed, and computed back": {
			"ALTER TABLE users ADD code numeric; UPDATE users SET code = score * 2 + id; ALTER TABLE users DROP score",
			"ALTER TABLE users ADD score numeric(12,4); UPDATE users SET score = (code - id) / 2", true,
		},
		"not all of them": {
			"ALTER TABLE users ADD code numeric; UPDATE users SET code = score * 2 WHERE id <> 3; ALTER TABLE users DROP score",
			"ALTER TABLE users ADD score numeric(12,4); UPDATE users SET score = code / 2", false,
		},
		"in other rows": {
			"ALTER TABLE users ADD code numeric; UPDATE users SET code = score * 2; ALTER TABLE users DROP score",
			"ALTER TABLE users ADD score numeric(12,4); UPDATE users u SET score = o.code / 2 FROM users o WHERE o.id = 101 - u.id", false,
		},
		"a constant": {"ALTER TABLE users DROP score", "ALTER TABLE users ADD score numeric(12,4) DEFAULT 7", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := servers.Template(t, dataFixture).Copy(t)
			if name == "a constant" {
				databasetest.Exec(t, conn, "UPDATE users SET score = 7")
			}
			before := fingerprintOf(t, conn)
			databasetest.Exec(t, conn, c.upgrade)
			losses := before.Compare(fingerprintOf(t, conn))
			databasetest.Exec(t, conn, c.downgrade)
			restored, err := Restored(t.Context(), conn, before, fingerprintOf(t, conn), losses)
			if err != nil {
				t.Fatal(err)
			}
			if len(losses) != 1 || (len(restored) == 1) != c.want {
				t.Errorf("of %+v, these are restored: %+v", losses, restored)
			}
		})
	}
}
