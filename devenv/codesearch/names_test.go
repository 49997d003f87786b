package codesearch

import (
	"slices"
	"testing"
)

const ormModels = `from sqlalchemy.orm import relationship

class Member(Base):
    __tablename__ = "members"
    id = mapped_column(Integer, primary_key=True)
    name = mapped_column(Text)
    legacy = mapped_column(Text)


class Item(Base):
    __tablename__ = "items"
    name = mapped_column(Text)
    owner_id = mapped_column(ForeignKey("members.id"))
    owner: Mapped["Member"] = relationship()
    title = mapped_column(Text)
`

const coreTables = `members = Table(
    "members", metadata,
    Column("id", Integer),
    Column("name", Text),
)

items = Table(
    "items", metadata,
    Column("name", Text),
)
`

const handlers = `from members import name

# the name of members
def page(request):
    name = request.args["name"]
    member = find(request)
    return render(name, member.name, title="members")


QUERY = """
    SELECT name, age
    FROM members
"""

def export(rows):
    return [row.legacy for row in rows if legacy(row)]
`

func TestLinesThatNameAColumnAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		column, content string
		want            []int
	}{
		"a column of the class only":           {"name", ormModels, []int{6}},
		"a column of the table only":           {"name", coreTables, []int{4}},
		"near the table, not in other code":    {"name", handlers, []int{7, 11}},
		"a name of its own, as an attribute":   {"legacy", handlers, []int{16}},
		"a name of its own, in another file":   {"legacy", "def legacy(row):\n    return row.legacy\n", nil},
		"a name that is hardly a word":         {"taxCode", "x = row[\"taxCode\"]\n", []int{1}},
		"such a name that other tables have":   {"owner_id", "x = row[\"owner_id\"]\n", nil},
		"part of a longer word":                {"legacy", "members.legacy_id = is_legacy(members)\n", nil},
		"a whole line of it after the keyword": {"legacy", "UPDATE members\nSET legacy = NULL\n", []int{2}},
	} {
		search := NewNames("public.members", c.column, c.column != "legacy" && c.column != "taxCode")
		if got := search.Lines(c.content); !slices.Equal(got, c.want) {
			t.Errorf("%s: lines %v, want %v", name, got, c.want)
		}
	}
}

func TestLinesThatNameATableAreFound(t *testing.T) {
	t.Parallel()
	for content, want := range map[string][]int{
		"class Member(Base):\n    __tablename__ = \"members\"\n": {2},
		"x = ForeignKey('crm.members.id')\n":                     {1},
		"SELECT 1 FROM crm.members m\n":                          {1},
		"for m in members:\n    print(m)\n":                      nil,
		"from members import Member\n":                           nil,
		"-- FROM members\n":                                      nil,
	} {
		search := NewNames("crm.members", "", false)
		if got := search.Lines(content); !slices.Equal(got, want) {
			t.Errorf("%q: lines %v, want %v", content, got, want)
		}
	}
	if got := NewNames("public.order_items", "", false).Lines("rows = order_items.all()"); len(got) != 1 {
		t.Errorf("a table of two words: %v", got)
	}
}

func TestARowIsCalledAfterItsTable(t *testing.T) {
	t.Parallel()
	for table, want := range map[string]string{
		"members": "Member", "order_items": "OrderItem", "companies": "Company", "addresses": "Address", "boxes": "Box",
		"branches": "Branch", "staff": "Staff", "houses": "House", "user": "User",
	} {
		if got := namesOfRow(table); !slices.Contains(got, want) {
			t.Errorf("%s: %q lacks %s", table, got, want)
		}
	}
}
