package witness

import (
	"context"
	"slices"
	"strings"

	"devenv/devenv/database/catalog"
	"devenv/devenv/database/query"
)

// place is where a column holds values of a type: the column itself, the elements of its array, or a field of its
// composite type, before and after a move.
type place struct {
	was, is *catalog.Column
	// in makes a value of the column of one that is in the place; name is what people read after the column's name.
	in   func(value string) string
	name string
}

// placesIn returns the places of a column whose values have a type of their own both before and after a move.
func placesIn(was, is *catalog.Column) []place {
	switch {
	case was.Element != nil && is.Element != nil:
		places := placesIn(was.Element, is.Element)
		for i, p := range places {
			places[i].in = func(value string) string { return "ARRAY[" + p.in(value) + "]::" + was.Element.BaseType + "[]" }
		}
		return places
	case len(was.Fields) > 0 && len(is.Fields) > 0:
		var places []place
		for i := range was.Fields {
			if next := counterpart(was, is, i); next != nil {
				places = append(places, place{
					was: &was.Fields[i], is: next, name: "." + was.Fields[i].Name, in: func(value string) string { return rowWith(was, i, value) },
				})
			}
		}
		return places
	}
	return []place{{was: was, is: is, in: func(value string) string { return value }}}
}

// counterpart returns the field of another composite type that a field becomes: a cast goes by their order.
func counterpart(was, is *catalog.Column, field int) *catalog.Column {
	if len(was.Fields) == len(is.Fields) {
		return &is.Fields[field]
	}
	i := slices.IndexFunc(is.Fields, func(c catalog.Column) bool { return c.Name == was.Fields[field].Name })
	if i < 0 {
		return nil
	}
	return &is.Fields[i]
}

// rowWith returns a value of a composite type with one field set.
func rowWith(c *catalog.Column, field int, value string) string {
	fields := slices.Repeat([]string{null}, len(c.Fields))
	fields[field] = value
	return "ROW(" + strings.Join(fields, ", ") + ")::" + c.BaseType
}

// same reports whether a place holds the same type before and after.
func (p place) same() bool {
	return p.was.BaseOID == p.is.BaseOID && p.was.Length == p.is.Length && p.was.Precision == p.is.Precision && p.was.Scale == p.is.Scale
}

// valuesInside finds what the types of a column, or of the values inside it, no longer accept: labels that went, and new
// CHECKs of domains. It reports whether labels went.
func (d *derivation) valuesInside(was, is *catalog.Column) (lost bool) {
	for _, p := range placesIn(was, is) {
		name := d.was.Quoted() + "." + is.Name + p.name
		for _, label := range d.lostLabels(p.was, p.is) {
			lost = true
			d.add(Restriction{
				Kind: RestrictLabel, columns: []int16{is.Number}, value: p.in(query.Literal(label)),
				What: name + " can no longer be " + query.Literal(label),
			})
		}
		for _, check := range p.is.DomainChecks {
			if check.Valid && !slices.ContainsFunc(p.was.DomainChecks, func(c catalog.Constraint) bool { return c.Expression == check.Expression }) {
				d.add(Restriction{
					Kind: RestrictCheck, columns: []int16{is.Number}, Name: check.Name, inside: &p,
					expression: valueWord().ReplaceAllLiteralString(check.Expression, query.Quote(is.Name)),
					What:       name + "'s domain gets " + check.Definition,
				})
			}
		}
	}
	return lost
}

// refusedInside attempts values that a domain's new CHECK refuses, wherever in the column they are.
func (b *breaker) refusedInside(ctx context.Context, r Restriction) ([]attempt, string, error) {
	value := *r.inside.was
	value.Number, value.Name = r.columns[0], r.after.Column(r.columns[0]).Name
	table := &catalog.Table{Columns: []catalog.Column{value}}
	s := valueFinder{maker: b.maker, table: table, names: table, expression: r.expression, columns: r.columns}
	found, err := s.among(ctx, s.combinations(nil), fails)
	if err != nil || len(found) == 0 {
		return nil, "no values are known that violate it", err
	}
	var attempts []attempt
	for _, values := range found {
		attempts = append(attempts, attempt{rows: []rowValues{{r.columns[0]: r.inside.in(values[r.columns[0]])}}})
	}
	return attempts, "", nil
}
