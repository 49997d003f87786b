package trials

import (
	"testing"

	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

func TestOnlyAnAddedColumnMayHaveMoreRoom(t *testing.T) {
	t.Parallel()
	old := catalog.Column{Number: 1, Name: "kind", Base: "varchar", Length: 16, Default: "'x'", NotNull: true}
	flag := catalog.Column{Number: 2, Name: "hidden", Base: "bool", Default: "false", NotNull: true}
	level := catalog.Column{Number: 3, Name: "level", Base: "varchar", Length: 16, Default: "'INFO'", NotNull: true}
	free := catalog.Column{Number: 4, Name: "note", Base: "varchar", Length: 16, Default: "''"}
	u := &upgrade{
		outcome: checks.Outcome{Ran: true},
		before:  testbed.State{Shape: catalog.Shape{Tables: []catalog.Table{{OID: 7, Schema: "public", Name: "news", Columns: []catalog.Column{old}}}}},
		after: testbed.State{Shape: catalog.Shape{Tables: []catalog.Table{
			{OID: 7, Schema: "public", Name: "news", Columns: []catalog.Column{old, flag, level, free}},
			{OID: 9, Schema: "public", Name: "ads", Columns: []catalog.Column{flag}},
		}}},
	}
	for _, c := range []struct {
		what, table, column, facet, definition string
		roomier                                bool
	}{
		{"a default that fills rows", "news", "hidden", "server_default", "", true},
		{"another default in the models", "news", "hidden", "server_default", "sa.text('true')", false},
		{"a default that no row needs", "news", "note", "server_default", "", false},
		{"a default of a new table", "ads", "hidden", "server_default", "", false},
		{"a default that was there", "news", "kind", "server_default", "", false},
		{"room for longer labels", "news", "level", "type", "VARCHAR(7)", true},
		{"too little room", "news", "level", "type", "VARCHAR(17)", false},
		{"another type", "news", "level", "type", "INTEGER", false},
		{"a length that was there", "news", "kind", "type", "VARCHAR(7)", false},
		{"a column that may be empty", "news", "level", "nullable", "NULL", false},
	} {
		o := migrations.Operation{
			Kind: migrations.AlterColumn, Schema: "public", Table: c.table, Name: c.column, Facet: c.facet, Definition: c.definition,
		}
		if left, roomier := u.withoutRoomier([]migrations.Operation{o}); len(roomier) == 1 != c.roomier || len(left)+len(roomier) != 1 {
			t.Errorf("%s: %v", c.what, roomier)
		}
	}
}
