package sample

import (
	"bytes"
	"errors"
	"regexp"
)

// Mending is one thing that has to be changed in the revision autogenerate makes on FeatureBranch.
type Mending struct {
	// Check is the id of the check that finds the fault.
	Check string
	// Why says what is wrong with the generated operations, in one sentence.
	Why string
	// Generated are the beginnings of the generated calls in upgrade that have to go.
	Generated []string
	// Upgrade and Downgrade are the lines that replace them, without indentation; an empty Downgrade
	// keeps the generated one.
	Upgrade, Downgrade string
}

// Mendings returns what has to be changed by hand, in the order of the checks. With both changes made,
// the revision passes all checks; Mend makes them at once.
func Mendings() []Mending {
	return []Mending{
		{
			Check: "generate.rename",
			Why:   "items.notes was renamed to care_notes: dropping one column and adding another loses what it held.",
			Generated: []string{
				`op.add_column("items", sa.Column("care_notes"`,
				`op.drop_column("items", "notes")`,
			},
			Upgrade:   `op.alter_column("items", "notes", new_column_name="care_notes")`,
			Downgrade: `op.alter_column("items", "care_notes", new_column_name="notes")`,
		},
		{
			Check:     "apply.seeded",
			Why:       "items has rows, and a NOT NULL column without a default has no value for them (default=0 in the model is Python's, the database never sees it).",
			Generated: []string{`op.add_column("items", sa.Column("deposit_cents"`},
			Upgrade: `op.add_column("items", sa.Column("deposit_cents", sa.Integer(), nullable=True))
op.execute("UPDATE items SET deposit_cents = 0 WHERE deposit_cents IS NULL")
op.alter_column("items", "deposit_cents", nullable=False)`,
		},
	}
}

// Mend returns a revision that was generated on FeatureBranch with upgrade and downgrade as they should
// be; everything above them, the revision's ids among it, stays.
func Mend(revision []byte) ([]byte, error) {
	start := regexp.MustCompile(`(?m)^def upgrade\(`).FindIndex(revision)
	if start == nil {
		return nil, errors.New("mend the sample's revision: it has no function upgrade")
	}
	body, err := embedded.ReadFile("files/mended/body.py")
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{revision[:start[0]], body}, nil), nil
}
