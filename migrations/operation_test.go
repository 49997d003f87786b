package migrations

import "testing"

func TestAnOperationIsOneLine(t *testing.T) {
	for want, o := range map[string]Operation{
		"create table public.deposits":            {Kind: CreateTable, Object: "table:public.deposits", Rendered: "op.create_table(\n…)"},
		"add column public.items.notes (TEXT)":    {Kind: AddColumn, Object: "column:public.items.notes", Type: "TEXT"},
		"alter column public.items.notes: type":   {Kind: AlterColumn, Object: "column:public.items.notes", Facet: "type"},
		"add enum value 'gone' of public.state":   {Kind: AddEnumValue, Object: "type:public.state", Facet: "'gone'"},
		`op.execute("SELECT 1") …`:                {Kind: Execute, Rendered: "op.execute(\"SELECT 1\")\nop.execute(\"SELECT 2\")"},
		"drop constraint public.items.uq_items_a": {Kind: DropConstraint, Object: "constraint:public.items.uq_items_a"},
		"create constraint of public.items: UNIQUE (name)": {
			Kind: CreateConstraint, Object: "constraint:public.items.ALTER TABLE items ADD UNIQUE (name)",
			Schema: "public", Table: "items", Definition: "ALTER TABLE items ADD UNIQUE (name)",
		},
	} {
		if got := o.Line(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
