package forward

import (
	"maps"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// settings finds settings of the database or of a role that the upgrade left changed: every later session has them.
func (c leftovers) settings() {
	for _, d := range c.before.Catalog.Diff(c.after.Catalog) {
		if name, ok := strings.CutPrefix(d.Object, "setting:"); ok {
			c.leftSetting(name, d.Was, d.Is, " IN DATABASE …")
		}
	}
	was, is := c.before.Access.Settings, c.after.Access.Settings
	names := slices.Concat(slices.Collect(maps.Keys(was)), slices.Collect(maps.Keys(is)))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if was[name] != is[name] {
			c.leftSetting(name, was[name], is[name], "")
		}
	}
}

// leftSetting records a setting, "database.search_path" or "role webapp.search_path", with its assignments. A role's holds
// in one database or in all.
func (c leftovers) leftSetting(name, was, is, in string) {
	of, setting, _ := strings.Cut(name, ".")
	alter := "ALTER DATABASE …"
	role, isRole := strings.CutPrefix(of, "role ")
	if isRole && c.otherRole(role) {
		return
	}
	if isRole {
		alter = "ALTER ROLE " + query.Identifier(role) + in
	}
	change := Change{
		Object: "setting:" + name, Was: was, Text: "the " + of + " is left with " + is + " for every later session",
		Mend: alter + assigning(setting, was), Cause: c.script.cause(`ALTER\s+(?:DATABASE|ROLE|USER)`, setting),
	}
	if is == "" {
		change.Text = "the " + of + " has lost its setting " + was
	}
	c.add(change)
}

// swappedNames finds two columns of a table, or two tables, that have each other's name now.
func (c leftovers) swappedNames() {
	for i := range c.before.Shape.Tables {
		was := &c.before.Shape.Tables[i]
		is := c.after.Shape.Table(was.OID)
		if is == nil {
			continue
		}
		c.swapped("column", was.Label()+".", swaps(columnNames(was), columnNames(is)))
	}
	c.swapped("table", "", swaps(tableNames(&c.before.Shape), tableNames(&c.after.Shape)))
}

func (c leftovers) swapped(kind, prefix string, pairs [][2]string) {
	for _, pair := range pairs {
		c.add(Change{
			Object: kind + ":" + prefix + pair[0], Text: "the " + kind + "s " + prefix + pair[0] + " and " + prefix + pair[1] +
				" have swapped their names: who reads one gets the other's values",
			Cause: c.script.cause(`RENAME`, plainName(":"+pair[1])),
		})
	}
}

// swaps returns the pairs of names that two things have exchanged, by what identifies them.
func swaps[K comparable](was, is map[K]string) [][2]string {
	var pairs [][2]string
	renamed := map[string]string{}
	for k, name := range was {
		if now, stays := is[k]; stays && now != name {
			renamed[name] = now
		}
	}
	for name, now := range renamed {
		if name < now && renamed[now] == name {
			pairs = append(pairs, [2]string{name, now})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return pairs
}

func columnNames(t *catalog.Table) map[int16]string {
	names := map[int16]string{}
	for i := range t.Columns {
		names[t.Columns[i].Number] = t.Columns[i].Name
	}
	return names
}

func tableNames(s *catalog.Shape) map[uint32]string {
	names := map[uint32]string{}
	for i := range s.Tables {
		names[s.Tables[i].OID] = s.Tables[i].Label()
	}
	return names
}

// unpublished finds tables that a publication no longer contains although they are still there.
func (c leftovers) unpublished() {
	c.both(func(name string, was, is catalog.Object) {
		if was.Definition == is.Definition || c.script.does(`(?:ALTER|DROP|CREATE)\s+PUBLICATION`, plainName(name)) >= 0 {
			return
		}
		for _, table := range c.before.Catalog.Names("table") {
			_, stays := c.after.Catalog.Objects[table]
			lists := func(o catalog.Object) bool {
				return naming(Label(table)).MatchString(strings.ReplaceAll(o.Definition, `"`, ""))
			}
			if stays && lists(was) && !lists(is) {
				c.add(Change{
					Object: name, Text: "the publication " + plainName(name) + " no longer contains " + Label(table), Was: was.Definition,
					Mend:  "ALTER PUBLICATION " + nameOn(name, "") + " ADD TABLE " + sqlName(table),
					Cause: c.script.remaking(plainName(table)),
				})
			}
		}
	}, "publication")
}
