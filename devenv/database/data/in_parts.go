package data

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

var word = regexp.MustCompile(`[\pL\pN]+`)

// wordsOf returns a text's words.
func wordsOf(text string) []string { return word.FindAllString(strings.ToLower(text), -1) }

// inParts reports whether all words of a column's values are in the row's new columns: those of a value of several
// words in any of them, else all in the same one. A word that a new column has in every row proves nothing, unless
// every value has it too.
func (e *examination) inParts(column string) bool {
	if familyOf(e.was.column(column).Type) == familyBoolean {
		return false
	}
	split := !e.everywhere(column, func(_ int, value string) bool { return len(partsOf(value)) < 2 })
	if split {
		varying := e.varying(column)
		if e.everywhere(column, func(n int, value string) bool { return e.hasParts(n, value, varying) }) {
			return true
		}
	}
	return slices.ContainsFunc(e.fresh, func(at int) bool {
		return e.everywhere(column, func(n int, value string) bool { return e.hasParts(n, value, []int{at}) })
	})
}

// hasParts reports whether some new columns of a row have all words of a value.
func (e *examination) hasParts(n int, value string, fresh []int) bool {
	var there []string
	for _, at := range fresh {
		if v := e.now(n, at); v != nil {
			there = append(there, wordsOf(*v)...)
		}
	}
	words := partsOf(value)
	return len(words) > 0 && len(lacking(words, there)) == 0
}

// varying returns the new columns without those that have one value in all rows, unless every value of a column has
// all its words.
func (e *examination) varying(column string) []int {
	return slices.DeleteFunc(slices.Clone(e.fresh), func(at int) bool {
		var words []string
		different := map[string]bool{}
		for n := range e.before.values {
			if _, stays := e.after.at[e.before.ids[n]]; !stays {
				continue
			}
			if v := e.now(n, at); v != nil {
				different[*v], words = true, wordsOf(*v)
			}
		}
		inAll := func(_ int, value string) bool { return len(lacking(words, partsOf(value))) == 0 }
		return len(different) == 1 && !e.everywhere(column, inAll)
	})
}

// partsOf returns the words of a text, or of an object's values: its keys became the columns' names.
func partsOf(value string) []string {
	object := map[string]any{}
	if json.Unmarshal([]byte(value), &object) != nil {
		return wordsOf(value)
	}
	var words []string
	for _, v := range object {
		words = append(words, wordsOf(scalar(v))...)
	}
	return words
}

// lacking returns the wanted words that others do not have.
func lacking(wanted, others []string) []string {
	others = slices.Clone(others)
	var left []string
	for _, word := range wanted {
		if i := slices.Index(others, word); i >= 0 {
			others = slices.Delete(others, i, i+1)
		} else {
			left = append(left, word)
		}
	}
	return left
}
