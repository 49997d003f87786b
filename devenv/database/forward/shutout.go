package forward

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// lostAccess finds rights that a role no longer has on what still exists, by whatever way it had them, and roles that
// can no longer log in. Nobody has rights under the name of a role that was renamed or dropped.
func (c rights) lostAccess() {
	was, is := c.before.Access, c.after.Access
	for _, role := range slices.Sorted(maps.Keys(was.Roles)) {
		login, there := is.Roles[role]
		if !there {
			c.lostRole(role)
			continue
		}
		if was.Roles[role] && !login {
			c.add(Change{
				Object: "role:" + role, Text: "the role " + role + " can no longer log in",
				Mend:  "ALTER ROLE " + query.Identifier(role) + " LOGIN",
				Grave: true, Cause: c.script.cause(`ROLE|USER|OWNED`, role),
			})
		}
		if login && is.Expired[role] && !was.Expired[role] {
			c.add(Change{
				Object: "role:" + role, Text: "the role " + role + " can no longer log in: its password is no longer valid",
				Mend:  "ALTER ROLE " + query.Identifier(role) + " VALID UNTIL 'infinity'",
				Grave: true, Cause: c.script.cause(`VALID\s+UNTIL`, role),
			})
		}
		c.lostRights(role)
	}
}

// lostRole finds a role that is gone although no statement drops, renames or promotes it.
func (c rights) lostRole(role string) {
	if c.script.does(`(?:DROP|ALTER)\s+(?:ROLE|USER|GROUP)`, role) >= 0 {
		return
	}
	mend := "CREATE ROLE " + query.Identifier(role)
	if c.before.Access.Roles[role] {
		mend += " LOGIN"
	}
	c.add(Change{Object: "role:" + role, Text: "the role " + role + " is gone", Mend: mend, Cause: -1})
}

// otherRole reports whether a role exists only before or only after the upgrade: it was made, dropped, renamed or
// promoted, and what it has is not compared.
func (s *sides) otherRole(role string) bool {
	_, was := s.before.Access.Roles[role]
	_, is := s.after.Access.Roles[role]
	return was != is
}

// lostRights finds the rights that a role lost on each object. Without a schema's, those on what is in it are not
// listed.
func (c rights) lostRights(role string) {
	was, is := c.before.Access, c.after.Access
	var closed []string
	grants := slices.DeleteFunc(slices.Collect(maps.Keys(was.Rights)), func(g Grant) bool { return g.Role != role })
	slices.SortFunc(grants, func(a, b Grant) int { return cmp.Compare(rank(a)+a.Object, rank(b)+b.Object) })
	for _, g := range grants {
		c.lostByMove(g)
		lost := without(was.Rights[g], is.Rights[g])
		holder := c.holder(g.Object)
		if holder != g.Object {
			lost = without(strings.Join(lost, " "), is.Rights[Grant{role, holder}])
		}
		if strings.HasPrefix(g.Object, "view:") || strings.HasPrefix(g.Object, "matview:") {
			lost = with(lost, was.Open[g])
		}
		schema, _, _ := strings.Cut(Label(g.Object), ".")
		if len(lost) == 0 || !c.stays(g.Object) || slices.Contains(closed, schema) || c.reserved(g) {
			continue
		}
		if strings.HasPrefix(g.Object, "schema:") {
			closed = append(closed, schema)
		}
		cause := c.script.first(
			c.script.cause(`REVOKE`, plainName(holder)), c.script.remaking(plainName(holder)), c.script.cause(`REVOKE`, "ALL "+plural(g.Object)),
		)
		c.add(Change{
			Object: g.Object, Text: "the role " + role + " has lost " + strings.Join(lost, ", ") + " on " + Kind(g.Object) + " " + Label(g.Object),
			Mend:  "GRANT " + granting(lost, g.Object, holder) + " TO " + query.Identifier(role),
			Grave: was.Roles[role] || was.writes(role), Cause: cause,
		})
	}
}

// reserved reports whether a statement takes a function from everybody and roles that write keep it: who only reads was
// not meant to call it.
func (c rights) reserved(g Grant) bool {
	name := plainName(g.Object)
	public := max(c.script.does(`REVOKE`, name, "PUBLIC"), c.script.does(`REVOKE`, "ALL "+plural(g.Object), "PUBLIC"))
	if Kind(g.Object) != "function" || public < 0 || c.before.Access.writes(g.Role) {
		return false
	}
	for other := range c.after.Access.Rights {
		if other.Object == g.Object && other.Role != c.after.Access.Owners[g.Object] && c.after.Access.writes(other.Role) {
			return true
		}
	}
	return false
}

// plural returns what REVOKE … ON ALL calls the objects of a kind.
func plural(object string) string { return Kind(object) + "S" }

// lostByMove finds rights that a role lost on a table because it is in another schema now, which the role may not use; a
// view of the old name that the role may use serves it as well.
func (c rights) lostByMove(g Grant) {
	was, moved := c.before.Access, c.movedTo(g.Object)
	lost := without(was.Rights[g], c.after.Access.Rights[Grant{g.Role, moved}])
	_, served := c.after.Access.Rights[Grant{g.Role, "view:" + Label(g.Object)}]
	if moved == "" || served || len(lost) == 0 {
		return
	}
	schema, name, _ := strings.Cut(Label(moved), ".")
	c.add(Change{
		Object: moved, Text: "the role " + g.Role + " has lost " + strings.Join(lost, ", ") + " on table " + Label(moved) +
			", which was moved: it may not use the schema " + schema, Moved: g.Role,
		Mend:  "GRANT USAGE ON SCHEMA " + query.Identifier(schema) + " TO " + query.Identifier(g.Role),
		Grave: was.Roles[g.Role] || was.writes(g.Role), Cause: c.script.cause(`SET\s+SCHEMA`, name),
	})
}

// movedTo returns what a table is called that is in another schema now, which a role needs the right to use.
func (c rights) movedTo(object string) string {
	for _, t := range c.before.Shape.Tables {
		if "table:"+t.Label() != object {
			continue
		}
		if now := c.after.Shape.Table(t.OID); now != nil && now.Schema != t.Schema {
			return "table:" + now.Label()
		}
	}
	return ""
}

// holder returns the table of a column, and any other object itself.
func (s *sides) holder(object string) string {
	if strings.HasPrefix(object, "column:") {
		return s.before.Catalog.Objects[object].Parent
	}
	return object
}

// stays reports whether an object that roles had rights on still exists.
func (s *sides) stays(object string) bool {
	if strings.HasPrefix(object, "schema:") || strings.HasPrefix(object, "column:") {
		_, stays := s.after.Catalog.Objects[object]
		return stays
	}
	_, stays := s.after.Access.Owners[object]
	return stays
}

// rank orders schemas before what is in them.
func rank(g Grant) string {
	if strings.HasPrefix(g.Object, "schema:") {
		return "0"
	}
	return "1"
}

// rowSecurity finds roles that row security shuts out of a table: no policy lets them, or a new restrictive one takes
// rows from them. Where no role has rights of its own, a table without any policy is shut to all but its owner.
func (c guards) rowSecurity() {
	was, is := c.before.Access, c.after.Access
	c.both(func(name string, old, now catalog.Object) {
		on := part(now, "row level security")
		change := Change{Object: name, Mend: "CREATE POLICY … ON " + sqlName(name) + " TO … USING (…)"}
		add := func() {
			change.Cause = c.script.cause(`ROW\s+LEVEL\s+SECURITY|POLICY`, plainName(name))
			c.add(change)
		}
		for _, role := range slices.Sorted(maps.Keys(is.Roles)) {
			g := Grant{role, name}
			if lost := without(was.Open[g], is.Open[g]); len(lost) > 0 && len(without(was.Rights[g], is.Rights[g])) == 0 {
				change.Text = "row level security shuts the role " + role + " out of " + Label(name) + ": no policy lets it " +
					strings.Join(lost, ", ")
				change.Grave = was.Roles[role] || was.writes(role)
				add()
			}
		}
		if on != "" && part(old, "row level security") != on && !c.told(name) && !c.hasPolicy(name) {
			change.Text = "row level security is on for " + Label(name) + ", and no policy lets anybody but its owner see a row"
			if strings.Contains(on, "forced") {
				change.Text = "row level security is forced on " + Label(name) + ", and no policy lets anybody see a row"
			}
			add()
		}
	}, "table")
	for _, name := range c.after.Catalog.Names("policy") {
		o := c.after.Catalog.Objects[name]
		_, old := c.before.Catalog.Objects[name]
		if _, table := c.before.Catalog.Objects[o.Parent]; !old && table && strings.HasPrefix(o.Definition, "restrictive ") {
			c.add(Change{
				Object: name, Was: o.Definition,
				Text:  "the new policy " + Label(name) + " is restrictive: it takes rows from roles that could see or write them",
				Mend:  "DROP POLICY " + nameOn(name, o.Parent) + " ON " + sqlName(o.Parent),
				Cause: c.script.cause(`POLICY`, plainName(name)),
			})
		}
	}
}

// hasPolicy reports whether a table has a permissive policy after the upgrade.
func (c guards) hasPolicy(table string) bool {
	return slices.ContainsFunc(c.after.Catalog.Names("policy"), func(name string) bool {
		o := c.after.Catalog.Objects[name]
		return o.Parent == table && strings.HasPrefix(o.Definition, "permissive ")
	})
}

// lostGrants finds grants that went with what was made anew and that no role has felt: those of PUBLIC, or those that
// had been taken from it.
func (c rights) lostGrants() {
	for _, name := range c.before.Catalog.Names("grant") {
		object := strings.TrimPrefix(name, "grant:")
		was, is := c.before.Catalog.Objects[name], c.after.Catalog.Objects[name]
		_, stays := c.after.Catalog.Objects[object]
		if !stays || was.Definition == is.Definition || c.granted(object) || strings.HasPrefix(object, "column:") ||
			c.script.does(`GRANT|REVOKE`, plainName(object)) >= 0 || c.script.last(`\bON\s+ALL\s+\w+\s+IN\s+SCHEMA\b`) >= 0 ||
			c.script.anew(plainName(object)) < 0 {
			continue
		}
		c.add(Change{
			Object: object, Text: "the " + Kind(object) + " " + Label(object) + " was made anew without its grants", Was: was.Definition,
			Cause: c.script.remaking(plainName(object)),
		})
	}
}

// granted reports whether a lost right on an object has been recorded.
func (c rights) granted(object string) bool {
	return slices.ContainsFunc(c.changes, func(o Change) bool { return o.Object == object && strings.HasPrefix(o.Mend, "GRANT ") })
}

// strangers finds objects that belong to another owner although no statement gives them to it.
func (c rights) strangers() {
	was, is := c.before.Access.Owners, c.after.Access.Owners
	for _, object := range slices.Sorted(maps.Keys(was)) {
		now, stays := is[object]
		if !stays || now == was[object] || c.otherRole(was[object]) || c.script.last(`\bOWNER\s+TO\b|\bREASSIGN\b|\bSET\s+(?:LOCAL\s+|SESSION\s+)?ROLE\b`) >= 0 ||
			strings.HasPrefix(object, "sequence:") && c.before.Catalog.Objects[object].Parent != "" {
			continue
		}
		c.add(Change{
			Object: object, Was: "owner " + was[object],
			Text:  "the " + Kind(object) + " " + Label(object) + " belongs to " + now + " now, not to " + was[object],
			Mend:  "ALTER " + words(object) + " " + sqlName(object) + " OWNER TO " + query.Identifier(was[object]),
			Cause: c.script.remaking(plainName(object)),
		})
	}
}
