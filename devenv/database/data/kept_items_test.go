package data

import "testing"

func TestOnlyListsThatLostAnItemAreLost(t *testing.T) {
	t.Parallel()
	template := servers.Template(t, `CREATE TABLE readers (id int PRIMARY KEY, pins jsonb);
INSERT INTO readers SELECT i, jsonb_build_array(100 + i, 200 + i, CASE WHEN i = 7 THEN 999 ELSE 300 + i END) FROM generate_series(1, 20) i`)
	const pins = `CREATE TABLE reader_pins AS SELECT id AS reader, e::int AS pin FROM readers, jsonb_array_elements_text(pins) e WHERE e::int <> 999; `
	for sql, want := range map[string]int64{
		pins + "ALTER TABLE readers DROP COLUMN pins":                                           19,
		pins + "DELETE FROM reader_pins WHERE reader > 2; ALTER TABLE readers DROP COLUMN pins": 0, // too few to tell
		"ALTER TABLE readers DROP COLUMN pins":                                                  0,
	} {
		changes := changesOf(t, template, sql)
		if len(changes) != 1 || changes[0].Kind != ColumnDropped || changes[0].Before != 20 || changes[0].After != want {
			t.Errorf("%s: %+v", sql, changes)
		} else if want > 0 && (len(changes[0].Keys) != 1 || changes[0].Keys[0] != "id=7") {
			t.Errorf("%s: it names %v", sql, changes[0].Keys)
		}
	}
}
