package migrations

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func dropColumn(name, typ string) Operation {
	return Operation{Kind: DropColumn, Object: "column:public.users." + name, Schema: "public", Table: "users", Name: name, Type: typ}
}

func addColumn(name, typ string) Operation {
	o := dropColumn(name, typ)
	o.Kind = AddColumn
	return o
}

func table(kind, name string, columns ...string) Operation {
	o := Operation{Kind: kind, Object: "table:public." + name, Schema: "public", Table: name}
	for _, c := range columns {
		o.Columns = append(o.Columns, Column{Name: c, Type: "TEXT"})
	}
	return o
}

// in returns a table's operation in another schema.
func in(schema string, o Operation) Operation {
	o.Schema, o.Object = schema, "table:"+schema+"."+o.Table
	return o
}

func TestLikelyRenames(t *testing.T) {
	for name, c := range map[string]struct {
		ops  []Operation
		want []string
	}{
		"a drop and an add of the same type": {
			[]Operation{addColumn("note", "TEXT"), dropColumn("legacy", "TEXT")},
			[]string{"public.users.legacy to note"},
		},
		"a wider type": {
			[]Operation{addColumn("title", "VARCHAR(64)"), dropColumn("name", "VARCHAR(9)")},
			[]string{"public.users.name to title"},
		},
		"a text for a string": {
			[]Operation{addColumn("title", "TEXT"), dropColumn("name", "VARCHAR(9)")},
			[]string{"public.users.name to title"},
		},
		"the server's names of types": {
			[]Operation{addColumn("title", "character varying(64)"), dropColumn("name", "character varying(9)")},
			[]string{"public.users.name to title"},
		},
		"a narrower type, by those names": {
			[]Operation{addColumn("title", "character varying(5)"), dropColumn("name", "character varying(9)")},
			nil,
		},
		"the server's name of a float": {
			[]Operation{addColumn("score", "FLOAT"), dropColumn("rank", "DOUBLE PRECISION(53)")},
			[]string{"public.users.rank to score"},
		},
		"a narrower type": {[]Operation{addColumn("title", "VARCHAR(9)"), dropColumn("name", "VARCHAR(10)")}, nil},
		"another type":    {[]Operation{addColumn("age", "INTEGER"), dropColumn("name", "TEXT")}, nil},
		"names decide between two": {
			[]Operation{addColumn("given_name", "TEXT"), addColumn("zip", "TEXT"), dropColumn("name", "TEXT")},
			[]string{"public.users.name to given_name"},
		},
		"equally good candidates": {
			[]Operation{addColumn("xx1", "TEXT"), addColumn("xx2", "TEXT"), dropColumn("name", "TEXT")},
			[]string{"public.users.name to xx1?", "public.users.name to xx2?"},
		},
		"one candidate for two columns": {
			[]Operation{addColumn("xx1", "TEXT"), dropColumn("na", "TEXT"), dropColumn("me", "TEXT")},
			[]string{"public.users.na to xx1?", "public.users.me to xx1?"},
		},
		"several at once": {
			[]Operation{
				addColumn("surfer_seen_id", "BIGINT"), addColumn("host_seen_id", "BIGINT"),
				addColumn("surfer_sent_count", "BIGINT"), addColumn("host_sent_count", "BIGINT"),
				dropColumn("from_seen_id", "BIGINT"), dropColumn("to_seen_id", "BIGINT"),
				dropColumn("from_sent_count", "BIGINT"), dropColumn("to_sent_count", "BIGINT"),
			},
			[]string{
				"public.users.to_seen_id to host_seen_id", "public.users.from_seen_id to surfer_seen_id",
				"public.users.to_sent_count to host_sent_count", "public.users.from_sent_count to surfer_sent_count",
			},
		},
		"another table": {
			[]Operation{{Kind: AddColumn, Schema: "public", Table: "teams", Name: "n", Type: "TEXT"}, dropColumn("name", "TEXT")},
			nil,
		},
		"a table with the same columns": {
			[]Operation{table(CreateTable, "people", "id", "name", "age"), table(DropTable, "users", "id", "name")},
			[]string{"public.users to people"},
		},
		"a table with other columns": {
			[]Operation{table(CreateTable, "teams", "id", "kind", "rank"), table(DropTable, "users", "id", "name", "mail")},
			nil,
		},
		"a table in another schema": {
			[]Operation{
				in("crm", table(CreateTable, "users", "id", "name")), in("crm", table(CreateTable, "teams", "id")),
				table(DropTable, "users", "id", "name"), table(DropTable, "teams", "id"),
			},
			[]string{"public.users to crm.users", "public.teams to crm.teams"},
		},
		"a table with another name in another schema": {
			[]Operation{in("crm", table(CreateTable, "people", "id")), table(DropTable, "users", "id")},
			nil,
		},
		"a rename before a move": {
			[]Operation{
				in("crm", table(CreateTable, "users", "id", "name")), table(CreateTable, "people", "id", "name"),
				table(DropTable, "users", "id", "name"),
			},
			[]string{"public.users to people"},
		},
		"two tables with the same columns, each": {
			[]Operation{table(CreateTable, "x1", "id"), table(CreateTable, "x2", "id"), table(DropTable, "users", "id")},
			[]string{"public.users to x1?", "public.users to x2?"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range LikelyRenames(c.ops) {
				if r.Uncertain {
					got = append(got, r.String()+"?")
					continue
				}
				got = append(got, r.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBackUndoesARename(t *testing.T) {
	for _, r := range []Rename{
		{Kind: RenameColumn, Schema: "public", Table: "users", From: "legacy", To: "note"},
		{Kind: RenameTable, Schema: "public", Table: "a", From: "a", To: "b"},
		{Kind: MoveTable, Schema: "public", Table: "a", From: "a", To: "crm"},
	} {
		if back := r.Back(); back.String() == r.String() || back.Back().String() != r.String() {
			t.Errorf("%s back is %s", r, back)
		}
	}
	if back := (Rename{Kind: MoveTable, Schema: "public", Table: "a", From: "a", To: "crm"}).Back().String(); back != "crm.a to public.a" {
		t.Errorf("a move back is %s", back)
	}
}

func TestATypeThatMovesWithItsTableIsNamed(t *testing.T) {
	table := func(kind, schema string, types ...string) Operation {
		o := Operation{Kind: kind, Object: "table:" + schema + ".accounts", Schema: schema, Table: "accounts"}
		for i, text := range types {
			o.Columns = append(o.Columns, Column{Name: string(rune('a' + i)), Type: text})
		}
		return o
	}
	for name, c := range map[string]struct {
		was, is []string
		want    []MovedType
	}{
		"an enum":      {[]string{"INTEGER", "kind"}, []string{"INTEGER", "billing.kind"}, []MovedType{{"kind", "public", "billing"}}},
		"an array":     {[]string{"INTEGER", "crm.kind[]"}, []string{"INTEGER", `billing."kind"[]`}, []MovedType{{"kind", "crm", "billing"}}},
		"nothing":      {[]string{"INTEGER", "VARCHAR(40)"}, []string{"INTEGER", "VARCHAR(40)"}, nil},
		"twice":        {[]string{"kind", "kind"}, []string{"billing.kind", "billing.kind"}, []MovedType{{"kind", "public", "billing"}}},
		"another type": {[]string{"INTEGER", "TEXT", "kind"}, []string{"INTEGER", "TEXT", "billing.sort"}, nil},
	} {
		found := LikelyRenames([]Operation{table(DropTable, "public", c.was...), table(CreateTable, "billing", c.is...)})
		if len(found) != 1 || found[0].Kind != MoveTable || !slices.Equal(found[0].Types, c.want) {
			t.Errorf("%s: %+v, want %+v", name, found, c.want)
		}
	}
}
