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

func TestCorrectKeepsTheHeaderAndReplacesTheBodies(t *testing.T) {
	corrected, err := sample.Correct([]byte(generated))
	if err != nil {
		t.Fatal(err)
	}
	text := string(corrected)
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

func TestCorrectRefusesWhatIsNotARevision(t *testing.T) {
	if _, err := sample.Correct([]byte("# def upgrade(\n")); err == nil {
		t.Error("no error")
	}
}

func TestTheAdviceMatchesWhatCorrectWrites(t *testing.T) {
	corrected, err := sample.Correct([]byte(generated))
	if err != nil {
		t.Fatal(err)
	}
	for _, correction := range sample.Corrections() {
		for line := range strings.Lines(correction.Upgrade + "\n" + correction.Downgrade) {
			if !strings.Contains(string(corrected), "    "+strings.TrimRight(line, "\n")) {
				t.Errorf("%s: not in the corrected revision: %s", correction.Check, line)
			}
		}
		for _, call := range correction.Generated {
			upgrade, _, _ := strings.Cut(string(corrected), "def downgrade(")
			if strings.Contains(upgrade, call) && !strings.Contains(correction.Upgrade, call) {
				t.Errorf("%s: still in the corrected revision: %s", correction.Check, call)
			}
		}
	}
}
