package checks

import (
	"strings"

	"devenv/devenv/database/catalog"
)

// unlikeValues returns which values of an enum type differ, instead of two long lists; false for anything else. Was and
// is name the two sides, such as "only in the models".
func unlikeValues(d catalog.Difference, was, is string) (string, bool) {
	if !strings.HasPrefix(d.Object, "enum:") || d.Was == "" || d.Is == "" {
		return "", false
	}
	const order = "in another order"
	values := map[string][]string{}
	for _, part := range d.Parts() {
		switch {
		case part.Facet == "order":
			values[order] = append(values[order], "'"+part.Is+"'")
		case part.Was != "":
			values[was] = append(values[was], "'"+part.Was+"'")
		default:
			values[is] = append(values[is], "'"+part.Is+"'")
		}
	}
	var said []string
	for _, side := range []string{was, is, order} {
		if len(values[side]) > 0 {
			said = append(said, side+": "+strings.Join(values[side], ", "))
		}
	}
	return strings.Join(said, "; "), true
}
