package alembic

import "testing"

func TestMovedImportsLeaveARevisionTheSame(t *testing.T) {
	const was = "import geoalchemy2\nimport sqlalchemy as sa\nfrom alembic import op\n\n\ndef upgrade():\n    op.drop_table(\"a\")\n"
	for name, c := range map[string]struct {
		is   string
		want bool
	}{
		"an import removed": {"import sqlalchemy as sa\nfrom alembic import op\n\n\ndef upgrade():\n    op.drop_table(\"a\")\n", true},
		"imports moved": {
			"from alembic import op\n\nimport geoalchemy2\nimport sqlalchemy as sa\n\ndef upgrade():\n    op.drop_table(\"a\")\n",
			true,
		},
		"a name imported from elsewhere": {
			"import geoalchemy2\nimport sqlalchemy as sa\nfrom mine import op\n\n\ndef upgrade():\n    op.drop_table(\"a\")\n",
			false,
		},
		"a comment":      {was + "# edited\n", false},
		"an operation":   {was + "    op.drop_table(\"b\")\n", false},
		"an indentation": {"from alembic import op\ndef upgrade():\n  op.drop_table(\"a\")\n", false},
	} {
		if got := (Files{}).SameCode(was, c.is); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
