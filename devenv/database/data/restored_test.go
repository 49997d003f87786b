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
		"other labels, and back": {
			"UPDATE users SET legacy = CASE legacy WHEN 'x1' THEN 'y' WHEN 'x2' THEN 'z' ELSE legacy END",
			"UPDATE users SET legacy = CASE legacy WHEN 'y' THEN 'x1' WHEN 'z' THEN 'x2' ELSE legacy END", true,
		},
		"two labels made one": {"UPDATE users SET legacy = 'x1' WHERE legacy = 'x2'", "UPDATE users SET legacy = 'x2' WHERE legacy = 'x1'", false},
		"a table in another form, and back": {
			`CREATE TABLE odd AS SELECT b || a AS both FROM shop."Odd Name"; DROP TABLE shop."Odd Name"`,
			`CREATE TABLE shop."Odd Name" (a int, b text, PRIMARY KEY (a, b)); INSERT INTO shop."Odd Name" SELECT substr("both", 2)::int, left("both", 1) FROM odd`, true,
		},
		"a table, and half of it back": {
			`DROP TABLE shop."Odd Name"`, `CREATE TABLE shop."Odd Name" (a int, b text, PRIMARY KEY (a, b)); INSERT INTO shop."Odd Name" VALUES (1, 'x')`, false,
		},
		"with other blanks": {
			"ALTER TABLE users ADD words text[]; UPDATE users SET words = string_to_array(name, ' '); ALTER TABLE users DROP name",
			"ALTER TABLE users ADD name text; UPDATE users SET name = array_to_string(words, '  ')", true,
		},
		"but for letters": {
			"ALTER TABLE users ADD small text; UPDATE users SET small = replace(name, '1', ''); ALTER TABLE users DROP name",
			"ALTER TABLE users ADD name text; UPDATE users SET name = small", false,
		},
		"a constant": {"ALTER TABLE users DROP score", "ALTER TABLE users ADD score numeric(12,4) DEFAULT 7", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template := servers.Template(t, dataFixture)
			conn, original := template.Copy(t), template.Copy(t)
			if name == "a constant" {
				databasetest.Exec(t, conn, "UPDATE users SET score = 7")
				databasetest.Exec(t, original, "UPDATE users SET score = 7")
			}
			before := fingerprintOf(t, conn)
			databasetest.Exec(t, conn, c.upgrade)
			losses := before.Compare(fingerprintOf(t, conn))
			databasetest.Exec(t, conn, c.downgrade)
			later := fingerprintOf(t, conn)
			left, err := Examine(t.Context(), State{Conn: original, Print: before}, State{Conn: conn, Print: later}, before.Compare(later))
			if err != nil {
				t.Fatal(err)
			}
			restored, err := Restored(t.Context(), conn, before, later, losses, left)
			if err != nil {
				t.Fatal(err)
			}
			if len(losses) != 1 || (len(restored) == 1) != c.want {
				t.Errorf("of %+v, these are restored: %+v", losses, restored)
			}
		})
	}
}
