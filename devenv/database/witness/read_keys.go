package witness

import "devenv/devenv/database/catalog"

// similar restricts a text, if it becomes a key, to occur in two spellings.
func (r *reading) similar(t *catalog.Table, c *catalog.Column, isKey bool) {
	if isKey && c.TakesText() {
		r.add(t, Restriction{
			Kind: RestrictTwice, columns: []int16{c.Number}, almost: true,
			What: "two rows of " + t.Quoted() + " differ in " + c.Name + " by case or blanks only",
		})
	}
}

// written restricts the texts that go into a key to be those that other statements write into the same table.
func (r *reading) written(s sqlText, t *catalog.Table) {
	const most = 3
	target := s.target()
	if s.verb != "insert" || target == t.Name || !r.hasKey(target) {
		return
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if !c.TakesText() || !s.reads(c.Name) || t.Unique(c.Number) {
			continue
		}
		for _, constant := range r.constants[target][:min(most, len(r.constants[target]))] {
			r.value(t, c, constant)
		}
	}
}

// constantsIn returns the texts that statements write into tables, by the tables' names.
func constantsIn(statements []string) map[string][]string {
	found := map[string][]string{}
	for _, sql := range statements {
		if s := parse(sql); s.verb == "insert" && !s.words["select"] {
			found[s.target()] = append(found[s.target()], quotedIn().FindAllString(s.text, -1)...)
		}
	}
	return found
}
