package catalog

import "regexp"

// restored spells a definition as it comes out of a dump that was restored: Postgres reads x IN ('a', 'b') of a varchar
// as ANY ((ARRAY['a'::character varying, …])::text[]), and this text, read again, with each element cast for itself.
func restored(definition string) string {
	element := regexp.MustCompile(`'(?:[^']|'')*'::character varying`)
	list := regexp.MustCompile(`\(ARRAY\[(` + element.String() + `(?:, ` + element.String() + `)*)\]\)::text\[\]`)
	return list.ReplaceAllStringFunc(definition, func(whole string) string {
		elements := element.ReplaceAllString(list.FindStringSubmatch(whole)[1], "(${0})::text")
		return "ARRAY[" + elements + "]"
	})
}
