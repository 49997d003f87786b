package sample

import (
	"bytes"
	"errors"
	"regexp"
)

// Correction is one change that the revision generated on FeatureBranch needs.
type Correction struct {
	// Check is the id of the check that finds the fault.
	Check string
	// Why says in one sentence what is wrong with the generated operations.
	Why string
	// Generated are the beginnings of the calls in upgrade to remove.
	Generated []string
	// Upgrade and Downgrade are the lines that replace them, without indentation; if Downgrade is empty, the
	// generated one stays.
	Upgrade, Downgrade string
}

// Corrections returns the changes to make by hand, in the order of the checks. With both changes the revision passes
// all checks; Correct makes them at once.
func Corrections() []Correction {
	return []Correction{
		{
			Check: "generate.rename",
			Why: "items.notes was renamed to care_notes: dropping one column and adding another loses what it held. The comment is for " +
				"start.base, which would warn that the base's code still names notes.",
			Generated: []string{
				`op.add_column("items", sa.Column("care_notes"`,
				`op.drop_column("items", "notes")`,
			},
			Upgrade: `# devenv: allow start.base -- the toolshed is closed while it is upgraded
op.alter_column("items", "notes", new_column_name="care_notes")`,
			Downgrade: `op.alter_column("items", "care_notes", new_column_name="notes")`,
		},
		{
			Check: "apply.seeded",
			Why: "items has rows, and a NOT NULL column without a default has no value for them (default=0 in the model is for Python " +
				"only; the database never sees it).",
			Generated: []string{`op.add_column("items", sa.Column("deposit_cents"`},
			Upgrade: `op.add_column("items", sa.Column("deposit_cents", sa.Integer(), nullable=True))
op.execute("UPDATE items SET deposit_cents = 0 WHERE deposit_cents IS NULL")
op.alter_column("items", "deposit_cents", nullable=False)`,
		},
	}
}

// Correct returns a revision that was generated on FeatureBranch with the right upgrade and downgrade; everything above
// them, including the revision's ids, stays.
func Correct(revision []byte) ([]byte, error) {
	start := regexp.MustCompile(`(?m)^def upgrade\(`).FindIndex(revision)
	if start == nil {
		return nil, errors.New("correct the sample's revision: it has no function upgrade")
	}
	body, err := embedded.ReadFile("files/corrected/body.py")
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{revision[:start[0]], body}, nil), nil
}
