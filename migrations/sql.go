package migrations

import (
	"fmt"
	"strings"
)

// SQL writes the hints for tools that have no Snippets.
type SQL struct{}

var _ Snippets = SQL{}

// Code returns the change as an SQL statement.
func (SQL) Code(p Proposal) string {
	if p.Comment != "" {
		return p.SQL + ";  -- " + p.Comment
	}
	return p.SQL + ";"
}

// Alone returns the code below a comment that says where it belongs.
func (SQL) Alone(code string) string {
	const where = "-- a revision of its own, outside a transaction"
	if code == "" {
		return where
	}
	return where + "\n" + code
}

// Header returns a sentence that says what the file needs.
func (SQL) Header(file string, r Revision) string {
	if r.ID != "" {
		return fmt.Sprintf("give %s the id %s", file, r.ID)
	}
	return fmt.Sprintf("let %s follow %s", file, strings.Join(r.Down, " and "))
}

// Mend returns "": it knows nothing about a tool's own failures.
func (SQL) Mend(*Failure) string { return "" }

// Words returns terms that apply to any tool.
func (SQL) Words() Words {
	return Words{
		Tool: "the tool", Comment: "--", Upgrade: "the upgrade", Downgrade: "the downgrade", Block: "statement that commits by itself",
		Join: "add a revision that follows both", Script: "the tool",
		Default: "default", IfAbsent: "IF NOT EXISTS",
		Repeatable: "CREATE INDEX IF NOT EXISTS …   or   ALTER TABLE … ADD COLUMN IF NOT EXISTS …",
		Commit:     "let the tool commit what it ran",
	}
}
