package alembic

import (
	"regexp"
	"slices"
	"strings"
)

// SameTables reports whether two versions of a Python file describe the same tables as far as their text tells: they
// differ only in comments, imports, blank space, and functions that describe no table. false says nothing.
func (Models) SameTables(was, is []byte) bool {
	return slices.Equal(declarations(string(was)), declarations(string(is)))
}

var (
	functionLine = regexp.MustCompile(`^\s*(?:async\s+)?def\s`)
	importLine   = regexp.MustCompile(`^\s*(?:from\s+\S+\s+)?import\s`)
	// describing matches what a function contains that makes or changes tables.
	describing = regexp.MustCompile(`__table|\b(?:Table|Column|mapped_column|relationship|Index|\w*Constraint|ForeignKey)\(|\bmetadata\b`)
)

// declarations returns the lines of a Python file that can describe tables, without indentation.
func declarations(content string) []string {
	var kept []string
	lines := strings.Split(content, "\n")
	for at := 0; at < len(lines); at++ {
		line := lines[at]
		if functionLine.MatchString(line) {
			end := functionEnd(lines, at)
			if !isDeclaring(kept) && !describing.MatchString(strings.Join(lines[at+1:end], "\n")) {
				kept, at = withoutDecorators(kept), end-1
				continue
			}
		}
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !importLine.MatchString(line) {
			kept = append(kept, line)
		}
	}
	return kept
}

// isDeclaring reports whether the lines end with the decorator of a function that stands for a column or an option.
func isDeclaring(lines []string) bool {
	for _, line := range slices.Backward(lines) {
		if !strings.HasPrefix(line, "@") {
			return false
		}
		if strings.Contains(line, "declared_attr") || strings.Contains(line, "listens_for") {
			return true
		}
	}
	return false
}

// withoutDecorators returns the lines without the decorators at their end.
func withoutDecorators(lines []string) []string {
	for len(lines) > 0 && strings.HasPrefix(lines[len(lines)-1], "@") {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// functionEnd returns the line after a function that begins at a line. Its head may have several lines.
func functionEnd(lines []string, start int) int {
	indent, open, at := indentation(lines[start]), 0, start
	for ; at < len(lines); at++ {
		open += strings.Count(lines[at], "(") - strings.Count(lines[at], ")")
		if open <= 0 {
			break
		}
	}
	for at++; at < len(lines); at++ {
		if strings.TrimSpace(lines[at]) != "" && indentation(lines[at]) <= indent {
			return at
		}
	}
	return len(lines)
}

// indentation returns how many characters of white space a line begins with.
func indentation(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }
