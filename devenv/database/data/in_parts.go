package data

import (
	"regexp"
	"slices"
	"strings"
)

var word = regexp.MustCompile(`[\pL\pN]+`)

// wordsOf returns a text's words.
func wordsOf(text string) []string { return word.FindAllString(strings.ToLower(text), -1) }

// inParts reports whether all words of a column's values are in the row's new columns: those of a value of several
// words in any of them, else all in the same one; or whether the values were merged into another text. A word that a new
// column has in every row proves nothing, unless every value has it too.
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
	return w.everywhere(column, w.mergedInto) || slices.ContainsFunc(w.fresh, func(at int) bool {
		return w.everywhere(column, func(n int, value string) bool { return w.hasParts(n, value, []int{at}) })
	})
}

// hasParts reports whether some new columns of a row have all words of a value, or, if they have none, another text has
// the value.
func (w *search) hasParts(n int, value string, fresh []int) bool {
	var there []string
	for _, at := range fresh {
		if v := w.now(n, at); v != nil {
			there = append(there, wordsOf(*v)...)
		}
	}
	words := partsOf(value)
	return len(words) > 0 && len(lacking(words, there)) == 0 || len(there) == 0 && w.mergedInto(n, value)
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

// partsOf returns the words of a text, or of all values in an object or array: its keys became the columns' names.
func partsOf(value string) []string {
	var document any
	if decoded(value, &document) != nil {
		return wordsOf(value)
	}
	return wordsIn(document)
}

// wordsIn returns the words of all values in a JSON document.
func wordsIn(document any) (words []string) {
	switch d := document.(type) {
	case nil:
	case map[string]any:
		for _, member := range d {
			words = append(words, wordsIn(member)...)
		}
	case []any:
		for _, element := range d {
			words = append(words, wordsIn(element)...)
		}
	default:
		words = wordsOf(scalar(d))
	}
	return words
}

// partsBeside reports whether the rows of each value's key in a place have all words of it between them, in columns
// that differ from row to row: a value of several words in more than one, as the elements of an array or the parts of a
// text are.
func (w *search) partsBeside(column string, p place) bool {
	varying := p.varying()
	several := false
	whole := w.everywhere(column, func(n int, value string) bool {
		rows, words := p.rows[joinedKey(w.before.keys[n])], partsOf(value)
		if len(rows) == 0 {
			return true // another table may have it
		}
		several = several || len(words) > 1
		var there []string
		for _, m := range rows {
			for _, c := range varying {
				if v := p.table.rows[m][c]; v != nil {
					there = append(there, partsOf(*v)...)
				}
			}
		}
		return len(lacking(words, there)) == 0
	})
	return whole && several
}

// varying returns the columns of a place that hold more than one value.
func (p place) varying() []int {
	return slices.DeleteFunc(p.columns(), func(c int) bool {
		different := map[string]bool{}
		for _, row := range p.table.rows {
			if row[c] != nil {
				different[*row[c]] = true
			}
		}
		return len(different) < 2
	})
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
