package devenv

import (
	"slices"

	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/migrations"
)

// findRenames finds renames that the branch's revisions have written as drop and add: what lost data and has a new table
// or column that it may have become. What new-migration itself writes was asked about while it was generated.
func (r *run) findRenames() {
	if !r.asIs || !r.selection.Wants(checks.TrialRenames) {
		return
	}
	operations := append(shapeOperations(&r.before.shape, &r.after.shape, migrations.DropTable, migrations.DropColumn),
		shapeOperations(&r.after.shape, &r.before.shape, migrations.CreateTable, migrations.AddColumn)...)
	for _, rename := range migrations.LikelyRenames(operations) {
		if !r.facts.Data.Ran || slices.ContainsFunc(r.facts.Data.Changes, func(c data.Change) bool { return lostBy(c, rename) }) {
			r.facts.Renames = append(r.facts.Renames, rename)
		}
	}
}

// lostBy says that a change to the data is the loss that a rename written as drop and add makes.
func lostBy(c data.Change, rename migrations.Rename) bool {
	if c.Table != rename.Schema+"."+rename.Table || c.Before == 0 {
		return false
	}
	if rename.Kind == migrations.RenameTable {
		return c.Kind == data.TableDropped
	}
	return c.Kind == data.ColumnDropped && c.Column == rename.From
}

// shapeOperations are the tables of one shape that the other lacks, and the columns that a table which both have lacks
// there, as operations of the two kinds. A rename is neither.
func shapeOperations(shape, other *catalog.Shape, tables, columns string) []migrations.Operation {
	var operations []migrations.Operation
	for _, t := range shape.Tables {
		there := other.Table(t.OID)
		if there == nil {
			operations = append(operations, migrations.Operation{
				Kind: tables, Object: "table:" + t.Label(), Schema: t.Schema, Table: t.Name, Columns: shapeColumns(t),
			})
			continue
		}
		for _, c := range t.Columns {
			if there.Column(c.Number) == nil {
				operations = append(operations, migrations.Operation{
					Kind: columns, Object: "column:" + t.Label() + "." + c.Name, Schema: t.Schema, Table: t.Name, Name: c.Name, Type: c.Type,
				})
			}
		}
	}
	return operations
}

func shapeColumns(t catalog.Table) []migrations.Column {
	columns := make([]migrations.Column, 0, len(t.Columns))
	for _, c := range t.Columns {
		columns = append(columns, migrations.Column{Name: c.Name, Type: c.Type, Nullable: !c.NotNull})
	}
	return columns
}
