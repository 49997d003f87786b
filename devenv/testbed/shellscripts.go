package testbed

import (
	"regexp"
	"slices"
	"strings"
)

// shellStatements returns the statements that a shell script gives to psql for the service's own database, in here
// documents and after -c. It leaves out those that hold something of the shell's, since only the shell knows what it
// is.
func shellStatements(script string) []string {
	script = strings.ReplaceAll(script, "\\\n", " ")
	var statements []string
	for _, call := range psqlCalls(script) {
		statements = append(statements, sqlStatements(call)...)
	}
	return slices.DeleteFunc(statements, func(s string) bool { return strings.ContainsAny(s, "$`") })
}

// psqlCalls returns the SQL of each call of psql that connects to the service's own database.
func psqlCalls(script string) []string {
	var texts []string
	for _, found := range regexp.MustCompile(`(?m)^[^#\n]*?\bpsql\s`).FindAllStringIndex(script, -1) {
		call := script[found[1]-1:]
		line, rest, _ := strings.Cut(call, "\n")
		here := regexp.MustCompile(`<<-?\s*['"]?(\w+)`).FindStringSubmatch(line)
		switch {
		case otherDatabase(line):
		case here != nil:
			texts = append(texts, untilLine(rest, here[1]))
		default:
			texts = append(texts, commandsOf(call)...)
		}
	}
	return texts
}

// commandsOf returns what a call passes with -c.
func commandsOf(call string) (commands []string) {
	next := regexp.MustCompile(`^(?:[^\n"']|"[^"]*"|'[^']*')*?\s(?:-c\s*|--command[= ]\s*)(?:"([^"]*)"|'([^']*)')`)
	for found := next.FindStringSubmatch(call); found != nil; found = next.FindStringSubmatch(call) {
		commands = append(commands, found[1]+found[2])
		call = call[len(found[0]):]
	}
	return commands
}

// otherDatabase reports whether a call of psql names a database that is not the service's own.
func otherDatabase(line string) bool {
	named := regexp.MustCompile(`(?:\s-d|--dbname)[= ]?\s*(\S+)`).FindStringSubmatch(line)
	return named != nil && !strings.Contains(named[1], "POSTGRES_DB")
}

// untilLine returns a text up to the line that holds nothing but a word.
func untilLine(text, end string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == end {
			break
		}
		kept = append(kept, line)
	}
	return strings.Join(kept, "")
}
