package migrations

import "fmt"

// SQL writes hints for tools without snippets of their own.
type SQL struct{}

var _ Snippets = SQL{}

// Code returns the change's statement.
func (SQL) Code(p Proposal) string {
	if p.Comment != "" {
		return p.SQL + ";  -- " + p.Comment
	}
	return p.SQL + ";"
}

// Alone says where the code belongs.
func (SQL) Alone(code string) string {
	const where = "-- a revision of its own, outside a transaction"
	if code == "" {
		return where
	}
	return where + "\n" + code
}

// Header says what the file needs, in words.
func (SQL) Header(file string, r Revision) string {
	if r.ID != "" {
		return fmt.Sprintf("give %s the id %s", file, r.ID)
	}
	return fmt.Sprintf("let %s follow %s", file, r.Down[0])
}

// Mend knows nothing of a tool's own failures.
func (SQL) Mend(*Failure) string { return "" }

// Words returns the general ones.
func (SQL) Words() Words {
	return Words{
		Tool: "the tool", Comment: "--", Upgrade: "the upgrade", Downgrade: "the downgrade", Block: "statement that commits by itself",
		Join: "add a revision that follows both", Script: "the tool",
		Default: "default", IfAbsent: "IF NOT EXISTS", Repeatable: "CREATE INDEX IF NOT EXISTS …   or   ALTER TABLE … ADD COLUMN IF NOT EXISTS …",
		Commit: "let the tool commit what it ran",
	}
}
