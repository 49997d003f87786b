package alembic

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"devenv/migrations"
)

// Snippets writes the code in hints as Alembic operations. It needs no process.
type Snippets struct{}

var _ migrations.Snippets = Snippets{}

// Code returns the operation that makes a change, followed by the proposal's comment.
func (Snippets) Code(p migrations.Proposal) string {
	code := operation(p)
	if p.Comment != "" {
		code += "  # " + p.Comment
	}
	return code
}

// Alone returns the code inside an autocommit block.
func (Snippets) Alone(code string) string {
	const block = "with op.get_context().autocommit_block():"
	if code == "" {
		return block
	}
	return block + "\n    " + strings.ReplaceAll(code, "\n", "\n    ")
}

// Header returns the assignment to write at the top of a revision file.
func (Snippets) Header(file string, r migrations.Revision) string {
	if r.ID != "" {
		return fmt.Sprintf("in %s write\n    revision = %q", file, r.ID)
	}
	if len(r.Down) == 1 {
		return fmt.Sprintf("in %s write\n    down_revision = %q", file, r.Down[0])
	}
	parents := make([]string, len(r.Down))
	for i, id := range r.Down {
		parents[i] = strconv.Quote(id)
	}
	return fmt.Sprintf("in %s write\n    down_revision = (%s)", file, strings.Join(parents, ", "))
}

// Mend returns how to fix a revision whose Python code fails, or "" if that is unknown.
func (s Snippets) Mend(f *migrations.Failure) string {
	if m := regexp.MustCompile(`name '(\w+)' is not defined`).FindStringSubmatch(f.Message); m != nil {
		return "import what the file uses, above " + s.Words().Upgrade + ":\n    import " + m[1]
	}
	if !strings.Contains(f.Message, "it has no name") {
		return ""
	}
	const names = "use the name that the constraint has in Postgres; it is one of:\n    SELECT "
	if m := regexp.MustCompile(`table=Table\('([^']+)'.*it has no name`).FindStringSubmatch(f.Message); m != nil {
		return names + "conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '" + quoted(m[1]) + "'::regclass"
	}
	return names + "conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint"
}

// quoted returns a table's name, quoted for regclass if necessary.
func quoted(name string) string {
	if regexp.MustCompile(`^[a-z_][a-z0-9_]*$`).MatchString(name) {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// Words returns Alembic's terms.
func (Snippets) Words() migrations.Words {
	return migrations.Words{
		Tool: "Alembic", Comment: "#", LongestID: 32, Upgrade: "upgrade()", Downgrade: "downgrade()", Block: "autocommit_block",
		Record: "alembic stamp", Join: "alembic merge heads", Compare: "alembic check", Script: "alembic upgrade --sql",
		Default: "server_default", IfAbsent: "checkfirst=True",
		Repeatable: "op.create_index(…, if_not_exists=True)   or   ALTER TABLE … ADD COLUMN IF NOT EXISTS …",
		Commit:     "env.py does not commit: run the migrations inside\n    with context.begin_transaction():",
		CommitEach: "let env.py commit after each revision:\n    context.configure(…, transaction_per_migration=True)",
		Describe: "it imports a model that has grown since; let it describe what it needs itself:\n" +
			"    users = sa.table(\"users\", sa.column(\"id\"), sa.column(\"name\"))",
	}
}

// operation returns the Alembic operation that makes a change.
func operation(p migrations.Proposal) string {
	column := fmt.Sprintf("op.alter_column(%q, %q, ", p.Table, p.Name)
	switch p.Kind {
	case migrations.ProposeColumn:
		return fmt.Sprintf("op.add_column(%q, sa.Column(%q, %s, nullable=True)%s)", p.Table, p.Name, typeOf(p.Type), in(p.Schema))
	case migrations.ProposeNotNull:
		return column + "nullable=False" + in(p.Schema) + ")"
	case migrations.ProposeType:
		using := ""
		if p.Value != "" {
			using = fmt.Sprintf(", postgresql_using=%q", p.Value)
		}
		return column + "type_=" + typeOf(p.Type) + using + in(p.Schema) + ")"
	case migrations.ProposeDefault:
		value := "None"
		if p.Value != "" {
			value = fmt.Sprintf("sa.text(%q)", p.Value)
		}
		return column + "server_default=" + value + in(p.Schema) + ")"
	case migrations.ProposeColumnName:
		return fmt.Sprintf("%snew_column_name=%q%s)", column, p.Value, in(p.Schema))
	case migrations.ProposeTableName:
		return fmt.Sprintf("op.rename_table(%q, %q%s)", p.Table, p.Value, in(p.Schema))
	case migrations.ProposeNoConstraint:
		return fmt.Sprintf("op.drop_constraint(%q, %q%s)", p.Name, p.Table, in(p.Schema))
	case migrations.ProposeIndex:
		return index(p)
	}
	return "op.execute(" + literal(p.SQL) + ")"
}

func index(p migrations.Proposal) string {
	if p.Value != "" {
		return fmt.Sprintf("op.create_index(…, [sa.text(%q)])", p.Value)
	}
	columns := make([]string, 0, len(p.Columns))
	for _, c := range p.Columns {
		columns = append(columns, strconv.Quote(c))
	}
	return fmt.Sprintf("op.create_index(%q, %q, [%s]%s)", p.Name, p.Table, strings.Join(columns, ", "), in(p.Schema))
}

// in returns the schema argument, or "" for the default schema.
func in(schema string) string {
	if schema == "" || schema == "public" {
		return ""
	}
	return fmt.Sprintf(", schema=%q", schema)
}

// literal returns a Python string literal; it uses triple quotes to keep text that contains quotes readable.
func literal(text string) string {
	if !strings.Contains(text, `"`) || strings.Contains(text, `"""`) {
		return strconv.Quote(text)
	}
	text = strings.ReplaceAll(text, `\`, `\\`)
	if strings.HasSuffix(text, `"`) {
		text += " "
	}
	return `"""` + text + `"""`
}
