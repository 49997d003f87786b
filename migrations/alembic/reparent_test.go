package alembic

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReparentChangesNothingElse(t *testing.T) {
	for name, c := range map[string]struct{ source, down, want string }{
		"plain": {
			"\"\"\"add\n\nRevision ID: b\nRevises: a\nCreate Date: now\n\"\"\"\nrevision = \"b\"\n" +
				"down_revision = \"a\"  # was z\nx = \"a\"\n",
			"c",
			"\"\"\"add\n\nRevision ID: b\nRevises: c\nCreate Date: now\n\"\"\"\nrevision = \"b\"\n" +
				"down_revision = \"c\"  # was z\nx = \"a\"\n",
		},
		"annotated, single quotes, CRLF": {
			"'''x\r\nRevises: a\r\n'''\r\ndown_revision: Union[str, None] = 'a'\r\nbranch_labels = None\r\n", "c",
			"'''x\r\nRevises: c\r\n'''\r\ndown_revision: Union[str, None] = 'c'\r\nbranch_labels = None\r\n",
		},
		"a tuple over lines": {
			"down_revision = (\n    \"a\",  # )\n    'b',\n)\nother = 1\n", "c", "down_revision = \"c\"\nother = 1\n",
		},
		"to a root": {
			"# c\n\"\"\"m\nRevises: a\n\"\"\"\ndown_revision = 'a'", "",
			"# c\n\"\"\"m\nRevises:\n\"\"\"\ndown_revision = None",
		},
		"from a root": {"down_revision = None\n", "c", "down_revision = \"c\"\n"},
		"named in the message": {
			"\"\"\"m\n\ndown_revision = 'x'\n\"\"\"\ndown_revision = 'a'\n", "c",
			"\"\"\"m\n\ndown_revision = 'x'\n\"\"\"\ndown_revision = 'c'\n",
		},
		"a quote in the message": {
			"\"\"\"it's \\\"\"\" a\nRevises: a\n\"\"\"\ndown_revision = 'a'\n", "c",
			"\"\"\"it's \\\"\"\" a\nRevises: c\n\"\"\"\ndown_revision = 'c'\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := (Files{}).Reparent([]byte(c.source), c.down)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReparentRefusesAFileWithoutAParent(t *testing.T) {
	for _, source := range []string{"", "\"\"\"down_revision = 'a'\"\"\"\n", "def f():\n    down_revision = 'a'\n"} {
		if _, err := (Files{}).Reparent([]byte(source), "c"); !errors.Is(err, ErrNoParent) {
			t.Errorf("%q: %v", source, err)
		}
	}
}
