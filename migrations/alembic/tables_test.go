package alembic

import (
	"strings"
	"testing"
)

func TestOnlyWhatDescribesTablesMakesThemDiffer(t *testing.T) {
	t.Parallel()
	const was = `from sqlalchemy import Text

class Tool(Base):
    __tablename__ = "tools"
    name: Mapped[str] = mapped_column(Text)

    @property
    def label(
        self,
    ) -> str:
        return self.name

    @declared_attr
    def owner(cls):
        return cls.named("owner")

def audited(name):
    return Table(name, metadata)
`
	same := map[string]string{
		"a comment":           "# the tools\n",
		"an import":           "import sqlalchemy as sa\n",
		"another function":    "\ndef total(tools):\n    return len(tools)\n",
		"a decorated one":     "\n@cache\ndef total(tools):\n    return len(tools)\n",
		"one that is awaited": "\nasync def total(tools):\n    return len(tools)\n",
	}
	for what, more := range same {
		if !(Models{}).SameTables([]byte(was), []byte(was+more)) {
			t.Errorf("%s makes the tables differ", what)
		}
	}
	for what, edit := range map[string][2]string{
		"a type":                    {"mapped_column(Text)", "mapped_column(Text, nullable=False)"},
		"a name":                    {`"tools"`, `"devices"`},
		"a declared attribute":      {`cls.named("owner")`, `cls.named("holder")`},
		"a function makes tables":   {"Table(name, metadata)", "Table(name, metadata, Column(\"at\"))"},
		"a column after a function": {"    @declared_attr", "    size: Mapped[int]\n\n    @declared_attr"},
	} {
		if (Models{}).SameTables([]byte(was), []byte(strings.Replace(was, edit[0], edit[1], 1))) {
			t.Errorf("%s: the tables are the same", what)
		}
	}
	if !(Models{}).SameTables([]byte(was), []byte(strings.Replace(was, "return self.name", "return self.name.upper()", 1))) {
		t.Error("a function's body makes the tables differ")
	}
}
