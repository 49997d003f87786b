package sample_test

import (
	"strings"
	"testing"

	"devenv/devenv/sample"
)

const generated = `"""Deposits and care notes"""

import sqlalchemy as sa
from alembic import op

revision = "0123456789ab"
down_revision = "2ae7f14b9c60"


def upgrade() -> None:
    op.add_column("items", sa.Column("deposit_cents", sa.Integer(), nullable=False))


def downgrade() -> None:
    op.drop_column("items", "deposit_cents")
`

func TestMendKeepsTheHeaderAndReplacesTheBodies(t *testing.T) {
	mended, err := sample.Mend([]byte(generated))
	if err != nil {
		t.Fatal(err)
	}
	text := string(mended)
	if header, _, _ := strings.Cut(generated, "def upgrade"); !strings.HasPrefix(text, header+"def upgrade():\n") {
		t.Errorf("the header changed:\n%s", text)
	}
	if strings.Count(text, "def upgrade(") != 1 || strings.Count(text, "def downgrade(") != 1 {
		t.Errorf("the functions are there more than once:\n%s", text)
	}
	if strings.Contains(text, `sa.Column("deposit_cents", sa.Integer(), nullable=False)`) {
		t.Errorf("the faulty operation is still there:\n%s", text)
	}
}

func TestMendRefusesWhatIsNoRevision(t *testing.T) {
	if _, err := sample.Mend([]byte("# def upgrade(\n")); err == nil {
		t.Error("no error")
	}
}

func TestTheAdviceIsWhatMendWrites(t *testing.T) {
	mended, err := sample.Mend([]byte(generated))
	if err != nil {
		t.Fatal(err)
	}
	for _, mending := range sample.Mendings() {
		for line := range strings.Lines(mending.Upgrade + "\n" + mending.Downgrade) {
			if !strings.Contains(string(mended), "    "+strings.TrimRight(line, "\n")) {
				t.Errorf("%s: not in the mended revision: %s", mending.Check, line)
			}
		}
		for _, call := range mending.Generated {
			upgrade, _, _ := strings.Cut(string(mended), "def downgrade(")
			if strings.Contains(upgrade, call) && !strings.Contains(mending.Upgrade, call) {
				t.Errorf("%s: still in the mended revision: %s", mending.Check, call)
			}
		}
	}
}
