package trials

import (
	"regexp"
	"slices"

	"devenv/devenv/checks"
	"devenv/devenv/database/catalog"
	"devenv/devenv/database/data"
	"devenv/devenv/generate"
	"devenv/devenv/testbed"
	"devenv/migrations"
)

// findRenames returns likely renames that the branch's revisions perform as a drop and an add: a table or column lost
// its data, and a new one may be its replacement. For the revision that new-migration generates, the user was asked then.
func findRenames(p *pass, up *upgrade) (renames []migrations.Rename) {
	generated := p.migration.Written.Revision
	kept := slices.ContainsFunc(p.migration.Revisions, func(r migrations.Revision) bool { return r.ID != generated })
	if !p.Wants(checks.TrialRenames) || !kept && !renamesByUpgrade(p.Testbed, p.migration) {
		return nil
	}
	operations := append(shapeOperations(&up.before.Shape, &up.after.Shape, migrations.DropTable, migrations.DropColumn),
		shapeOperations(&up.after.Shape, &up.before.Shape, migrations.CreateTable, migrations.AddColumn)...)
	for _, rename := range migrations.LikelyRenames(operations) {
		drop := up.dropOf(rename)
		if up.computes(rename) || generated != "" && drop.Revision == generated {
			continue
		}
		rename.Revision, rename.Line = drop.Revision, drop.Line
		if !up.data.Ran || slices.ContainsFunc(up.data.Changes, func(c data.Change) bool { return lostBy(c, rename) }) {
			renames = append(renames, rename)
		}
	}
	return renames
}

// renamesByUpgrade reports whether only the upgrade shows renames: nothing was generated, which would show its operations.
func renamesByUpgrade(b *testbed.Testbed, m *generate.Migration) bool {
	return b.Request.Existing || m.File == nil
}

// computes reports whether a statement of the branch that writes rows shows where the values of what may be a column's
// new name come from: it names both columns, or it sets the new one to the value of a third.
func (u *upgrade) computes(rename migrations.Rename) bool {
	writes := regexp.MustCompile(`(?i)^\s*(?:UPDATE|MERGE|WITH)\b`)
	from, to := named(&catalog.Column{Name: rename.From}), named(&catalog.Column{Name: rename.To})
	return !rename.OfTable() && slices.ContainsFunc(u.ownStatements(), func(sql string) bool {
		return writes.MatchString(sql) && to.MatchString(sql) && (from.MatchString(sql) || u.setsFromColumn(sql, rename))
	})
}

// setsFromColumn reports whether an UPDATE of the table gives the new column the value of one that the table had before.
func (u *upgrade) setsFromColumn(sql string, rename migrations.Rename) bool {
	value := regexp.MustCompile(`(?is)^\s*UPDATE\b[^=]*\b` + regexp.QuoteMeta(rename.Table) + `\b.*?\bSET\b.*?\b` +
		regexp.QuoteMeta(rename.To) + `"?\s*=\s*"?(\w+)"?\s*(?:,|;|$|\bFROM\b|\bWHERE\b|\bRETURNING\b)`).FindStringSubmatch(sql)
	return value != nil && slices.ContainsFunc(u.before.Shape.Tables, func(t catalog.Table) bool {
		return t.Schema == rename.Schema && t.Name == rename.Table && slices.ContainsFunc(t.Columns, func(c catalog.Column) bool { return c.Name == value[1] })
	})
}

// dropOf returns the branch's statement that drops what a rename would keep; the zero value if none names it.
func (u *upgrade) dropOf(rename migrations.Rename) migrations.Statement {
	drops := regexp.MustCompile(`(?is)\bDROP\b.*` + named(&catalog.Column{Name: rename.From}).String())
	own := u.own()
	if i := slices.IndexFunc(own, func(s migrations.Statement) bool { return drops.MatchString(s.SQL) }); i >= 0 {
		return own[i]
	}
	return migrations.Statement{}
}

// lostBy reports whether a data change is the loss caused by a rename that was written as a drop and an add.
func lostBy(c data.Change, rename migrations.Rename) bool {
	if c.Table != rename.Schema+"."+rename.Table || c.Before == 0 {
		return false
	}
	if rename.OfTable() {
		return c.Kind == data.TableDropped
	}
	return c.Kind == data.ColumnDropped && c.Column == rename.From
}

// shapeOperations returns the tables that only the first shape has, and the columns that only its version of a common
// table has, as operations of the two kinds. Renamed tables and columns are not among them.
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
					Kind: columns, Object: "column:" + t.Label() + "." + c.Name, Schema: t.Schema,
					Table: t.Name, Name: c.Name, Type: c.Type,
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
