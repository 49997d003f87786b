package report

import "strings"

// LastLines returns the last twenty lines of a program's output, for a failure.
func LastLines(output string) []string {
	const most = 20
	lines := strings.Split(strings.TrimRight(output, "\n"), "\n")
	if len(lines) > most {
		lines = lines[len(lines)-most:]
	}
	return lines
}
