package migrations

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSubtractMatchesByObjectAndFacet(t *testing.T) {
	alter := func(facet, definition string) Operation {
		return Operation{
			Kind: AlterColumn, Object: "column:public.users.name", Facet: facet, Definition: definition,
			Rendered: facet + definition,
		}
	}
	index := func(kind, definition string) Operation {
		return Operation{Kind: kind, Object: "index:public.i", Definition: definition}
	}
	for name, c := range map[string]struct {
		ops, noise, left []Operation
	}{
		"the same facet is noise": {
			[]Operation{alter("type", "TEXT"), alter("nullable", "NOT NULL")},
			[]Operation{alter("type", "TEXT")},
			[]Operation{alter("nullable", "NOT NULL")},
		},
		"another facet is not": {
			[]Operation{alter("comment", "x")},
			[]Operation{alter("server_default", "x")},
			[]Operation{alter("comment", "x")},
		},
		"another definition is not": {
			[]Operation{alter("type", "BIGINT")},
			[]Operation{alter("type", "TEXT")},
			[]Operation{alter("type", "BIGINT")},
		},
		"the text does not matter": {
			[]Operation{{Kind: DropTable, Object: "table:public.a", Rendered: "x"}},
			[]Operation{{Kind: DropTable, Object: "table:public.a", Rendered: "y"}},
			nil,
		},
		"another schema is another object": {
			[]Operation{{Kind: DropTable, Object: "table:b.a"}},
			[]Operation{{Kind: DropTable, Object: "table:public.a"}},
			[]Operation{{Kind: DropTable, Object: "table:b.a"}},
		},
		"an index recreated as before": {
			[]Operation{index(DropIndex, "a"), index(CreateIndex, "b")},
			[]Operation{index(DropIndex, "a"), index(CreateIndex, "b")},
			nil,
		},
		"an index recreated differently": {
			[]Operation{index(DropIndex, "a"), index(CreateIndex, "c")},
			[]Operation{index(DropIndex, "a"), index(CreateIndex, "b")},
			[]Operation{index(DropIndex, "a"), index(CreateIndex, "c")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			left, removed := Subtract(c.ops, c.noise)
			if diff := cmp.Diff(c.left, left); diff != "" {
				t.Error(diff)
			}
			if len(left)+len(removed) != len(c.ops) {
				t.Errorf("of %d operations %d are left and %d removed", len(c.ops), len(left), len(removed))
			}
		})
	}
}
