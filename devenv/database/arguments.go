package database

import (
	"regexp"
	"strings"
)

// argument is one setting in a server's command, by its name: data_directory, port, …
type argument struct {
	name, value string
	// at is the index of the element that holds the value; prefix is the text before the value in it.
	at     int
	prefix string
}

// shortOptions are the server's options that set a setting.
var shortOptions = map[string]string{"-D": "data_directory", "-p": "port"} //nolint:gochecknoglobals // a constant table

// arguments finds the settings in a server's command: -p 5433, -p5433, -c port=5433, -cport=5433, --port=5433. In a
// shell script (sh -c "…") it finds their values only, and at points to the script.
func arguments(command []string) []argument {
	if script, ok := shellScript(command); ok {
		return scriptArguments(command[script], script)
	}
	var found []argument
	for i := 0; i < len(command); i++ {
		word := command[i]
		switch {
		case (word == "-D" || word == "-p") && i+1 < len(command):
			i++
			found = append(found, argument{name: shortOptions[word], value: command[i], at: i})
		case word == "-c" && i+1 < len(command):
			i++
			found = appendSetting(found, command[i], "", i)
		case strings.HasPrefix(word, "--"):
			found = appendSetting(found, word[2:], "--", i)
		case strings.HasPrefix(word, "-c"):
			found = appendSetting(found, word[2:], "-c", i)
		case len(word) > 2 && shortOptions[word[:2]] != "":
			found = append(found, argument{name: shortOptions[word[:2]], value: word[2:], at: i, prefix: word[:2]})
		}
	}
	return found
}

// appendSetting adds name=value; Postgres treats a dash in the name as an underscore.
func appendSetting(found []argument, written, prefix string, at int) []argument {
	name, value, ok := strings.Cut(written, "=")
	if !ok {
		return found
	}
	canonical := strings.ToLower(strings.ReplaceAll(name, "-", "_"))
	if canonical == "pgdata" {
		canonical = "data_directory"
	}
	return append(found, argument{name: canonical, value: value, at: at, prefix: prefix + name + "="})
}

// shellScript returns the index of the script in sh -c "…".
func shellScript(command []string) (int, bool) {
	for i, word := range command {
		if i > 0 && i+1 < len(command) && word == "-c" && isShell(command[0]) {
			return i + 1, true
		}
	}
	return 0, false
}

func isShell(program string) bool {
	switch program[strings.LastIndex(program, "/")+1:] {
	case "sh", "bash", "ash", "dash":
		return true
	}
	return false
}

// scriptSetting matches a server option in a shell script, without the quotes around its value.
func scriptSetting() *regexp.Regexp {
	return regexp.MustCompile(`(?:(^|\s)(-D|-p)\s*|(?:-c\s*|--)(data[-_]directory|port)=)["']?([^\s"';&|]+)`)
}

func scriptArguments(script string, at int) []argument {
	var found []argument
	for _, m := range scriptSetting().FindAllStringSubmatch(script, -1) {
		name := shortOptions[m[2]]
		if name == "" {
			name = strings.ReplaceAll(m[3], "-", "_")
		}
		found = append(found, argument{name: name, value: m[4], at: at})
	}
	return found
}

// rewritten returns the command with a new value for a setting, wherever the setting is written.
func rewritten(command []string, name, value string) []string {
	result := append([]string(nil), command...)
	script, isScript := shellScript(command)
	for _, a := range arguments(command) {
		switch {
		case a.name != name:
		case isScript:
			result[script] = strings.ReplaceAll(result[script], a.value, value)
		default:
			result[a.at] = a.prefix + value
		}
	}
	return result
}

// takesOptions reports whether server options may be appended to a command: it is the server itself, or only options,
// which the official image's entrypoint passes to the server.
func takesOptions(command []string) bool {
	if len(command) == 0 {
		return false
	}
	program := command[0][strings.LastIndex(command[0], "/")+1:]
	return program == "postgres" || strings.HasPrefix(program, "-") || strings.HasPrefix(program, "docker-entrypoint")
}
