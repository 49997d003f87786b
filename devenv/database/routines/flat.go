package routines

import "strings"

// Flat returns statements one by one: texts that hold several are taken apart, and a DO block becomes one that reads and
// writes what it does. In it, what a variable is assigned stands in its place.
func Flat(statements []string) (flat []string) {
	for _, sql := range statements {
		if len(sql) > longest || !strings.Contains(sql, ";") {
			flat = append(flat, sql)
			continue
		}
		var one []token
		for _, t := range tokens(sql) {
			if !t.is(";") {
				one = append(one, t)
				continue
			}
			flat = append(flat, flatOne(one)...)
			one = nil
		}
		flat = append(flat, flatOne(one)...)
	}
	return flat
}

// longest is the length of a text above which it holds rows rather than logic, in bytes.
const longest = 100_000

func flatOne(list []token) []string {
	if len(list) == 0 {
		return nil
	}
	if !list[0].is("do") {
		return []string{source(list)}
	}
	for _, t := range list {
		if code := t.literal(); t.kind == text && code != "" {
			// A statement that begins with WITH may do anything.
			return []string{"WITH " + source(inlined(tokens(code), read(code).assigns))}
		}
	}
	return nil
}

// mostInlined limits how often expressions of variables are put into expressions of others.
const mostInlined = 3

// inlined returns a body with expressions instead of the variables that are assigned them.
func inlined(list []token, assigns map[string][]token) []token {
	for range mostInlined {
		var next []token
		for i, t := range list {
			value := assigns[t.name()]
			assigned := i+1 < len(list) && list[i+1].is(":=", "=")
			part := i > 0 && list[i-1].is(".") || i+1 < len(list) && list[i+1].is(".")
			if t.name() == "" || len(value) == 0 || assigned || part || mentioned(value, t.name()) {
				next = append(next, t)
				continue
			}
			next = append(next, token{kind: sign, text: "(", space: t.space})
			first := value[0]
			first.space = ""
			next = append(append(append(next, first), value[1:]...), token{kind: sign, text: ")"})
		}
		list = next
	}
	return list
}

func mentioned(list []token, name string) bool {
	for _, t := range list {
		if strings.EqualFold(t.name(), name) {
			return true
		}
	}
	return false
}
