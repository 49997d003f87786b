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
func (w *search) inParts(column string) bool {
	if familyOf(w.was.column(column).Type) == familyBoolean {
		return false
	}
	split := !w.everywhere(column, func(_ int, value string) bool { return len(partsOf(value)) < 2 })
	if split {
		varying := w.varying(column)
		if w.everywhere(column, func(n int, value string) bool { return w.hasParts(n, value, varying) }) {
			return true
		}
	}
	return slices.ContainsFunc(w.fresh, func(at int) bool {
		return w.everywhere(column, func(n int, value string) bool { return w.hasParts(n, value, []int{at}) })
	})
}

// hasParts reports whether some new columns of a row have all words of a value.
func (w *search) hasParts(n int, value string, fresh []int) bool {
	var there []string
	for _, at := range fresh {
		if v := w.now(n, at); v != nil {
			there = append(there, wordsOf(*v)...)
		}
	}
	words := partsOf(value)
	return len(words) > 0 && len(lacking(words, there)) == 0
}

// varying returns the new columns without those that have one value in all rows, unless every value of a column has
// all its words.
func (w *search) varying(column string) []int {
	return slices.DeleteFunc(slices.Clone(w.fresh), func(at int) bool {
		var words []string
		different := map[string]bool{}
		for n := range w.before.values {
			if _, stays := w.after.at[w.before.ids[n]]; !stays {
				continue
			}
			if v := w.now(n, at); v != nil {
				different[*v], words = true, wordsOf(*v)
			}
		}
		inAll := func(_ int, value string) bool { return len(lacking(words, partsOf(value))) == 0 }
		return len(different) == 1 && !w.everywhere(column, inAll)
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
