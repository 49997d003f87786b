package writes

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

func TestARoleThatCannotBeAssumedIsNotTried(t *testing.T) {
	conn := servers.Template(t, writtenFixture).Copy(t)
	shape, err := catalog.ReadShape(query.VersionTable{})(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background()) //nolint:errcheck // nothing must remain
	_, err = tx.Exec(t.Context(), "CREATE ROLE devenv_plain; GRANT ALL ON closed, closed_id_seq TO devenv_plain; "+
		"SET LOCAL SESSION AUTHORIZATION devenv_plain", pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	for i := range shape.Tables {
		if closed := &shape.Tables[i]; closed.Name == "closed" {
			result, err := Try(t.Context(), tx, &shape, []Target{{Table: closed, Was: closed, Roles: []string{"", "devenv_app"}}})
			if err != nil {
				t.Fatal(err)
			}
			if len(result.Written) > 0 || len(result.Failed) != 1 || result.Failed[0].Broken ||
				result.Failed[0].Role != "devenv_app" || !strings.HasPrefix(result.Failed[0].Message, "permission denied") {
				t.Errorf("%+v", result)
			}
		}
	}
}

func TestOnlyWritersOfAllTablesAreCommon(t *testing.T) {
	t.Parallel()
	shape := catalog.Shape{Tables: []catalog.Table{
		{OID: 1, Schema: "crm", Name: "a"}, {OID: 2, Schema: "crm", Name: "b"}, {OID: 3, Schema: "ops", Name: "c"}, {OID: 4, Schema: "crm", Name: "a_1", Partition: true},
	}}
	writers := map[uint32][]string{1: {"app", "clerk"}, 2: {"app", "clerk"}, 3: {"app", "robot"}}
	for schema, want := range map[string][]string{"": {"app"}, "crm": {"app", "clerk"}, "ops": {"app", "robot"}, "new": nil} {
		if got := CommonWriters(&shape, writers, schema); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", schema, got, want)
		}
	}
}

func TestWhoWritesMostTablesIsTheApplication(t *testing.T) {
	t.Parallel()
	var shape catalog.Shape
	writers := map[uint32][]string{}
	for oid := range uint32(8) {
		shape.Tables = append(shape.Tables, catalog.Table{OID: oid, Schema: "crm"})
		if oid < 6 {
			writers[oid] = append(writers[oid], "app")
		}
		if oid < 5 {
			writers[oid] = append(writers[oid], "clerk")
		}
	}
	if got := MostWriters(&shape, writers, "crm"); !slices.Equal(got, []string{"app"}) {
		t.Errorf("of eight tables: %v", got)
	}
	shape.Tables = shape.Tables[:3]
	if got := MostWriters(&shape, writers, "crm"); len(got) > 0 {
		t.Errorf("of three tables: %v", got)
	}
}
