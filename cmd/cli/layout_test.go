package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFlowedJoinsParagraphsAndKeepsCode(t *testing.T) {
	t.Parallel()
	const text = "Makes the branch's migration,\nand tests it.\n\nFix it:\n    op.add_column(\"users\", sa.Column())\nand go on"
	for width, want := range map[int]string{
		0:   text,
		110: text,
		24:  "Makes the branch's\nmigration, and tests it.\n\nFix it:\n    op.add_column(\"users\", sa.Column())\nand go on",
	} {
		if diff := cmp.Diff(want, flowed(text, width)); diff != "" {
			t.Errorf("at %d columns (-want +got):\n%s", width, diff)
		}
	}
}
