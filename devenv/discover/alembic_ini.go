package discover

import (
	"fmt"
	"regexp"
	"strings"
)

// iniFile is a file as Python's configparser reads it, with the line of each option.
type iniFile map[string]map[string]iniOption

type iniOption struct {
	value string
	line  int // from 1
}

// parseINI follows configparser's defaults: comment lines start with # or ;, keys are case-insensitive, and values
// continue on lines with deeper indentation. It ignores what configparser would reject; Alembic's own error is better.
func parseINI(text string) iniFile {
	file := iniFile{}
	var section map[string]iniOption
	key, indent := "", 0
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		trimmed := strings.TrimSpace(line)
		depth := len(line) - len(strings.TrimLeft(line, " \t"))
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		case section != nil && key != "" && depth > indent:
			option := section[key]
			option.value = strings.TrimLeft(option.value+"\n"+trimmed, "\n")
			section[key] = option
		case trimmed[0] == '[' && strings.Contains(trimmed, "]"):
			name := trimmed[1:strings.IndexByte(trimmed, ']')]
			if file[name] == nil {
				file[name] = map[string]iniOption{}
			}
			section, key = file[name], ""
		case section != nil && strings.ContainsAny(trimmed, "=:"):
			at := strings.IndexAny(trimmed, "=:")
			key, indent = strings.ToLower(strings.TrimSpace(trimmed[:at])), depth
			section[key] = iniOption{value: strings.TrimSpace(trimmed[at+1:]), line: i + 1}
		}
	}
	return file
}

// reference matches a %(name)s or an escaped percent sign.
var reference = regexp.MustCompile(`%%|%\([^)]+\)s`)

// get returns an option with its references resolved; vars are values that the file does not have. It returns false if
// the section has no such option.
func (f iniFile) get(section, key string, vars map[string]string) (value string, line int, ok bool, err error) {
	option, ok := f.lookup(section, key)
	if !ok {
		return "", 0, false, nil
	}
	value, err = f.resolve(section, option.value, vars, 10)
	if err != nil {
		err = fmt.Errorf("line %d: %w", option.line, err)
	}
	return value, option.line, true, err
}

func (f iniFile) lookup(section, key string) (iniOption, bool) {
	if option, ok := f[section][key]; ok {
		return option, true
	}
	option, ok := f["DEFAULT"][key]
	return option, ok
}

func (f iniFile) resolve(section, value string, vars map[string]string, depth int) (string, error) {
	if depth == 0 {
		return "", fmt.Errorf("%q refers to itself", value)
	}
	var failed error
	out := reference.ReplaceAllStringFunc(value, func(match string) string {
		if match == "%%" {
			return "%"
		}
		name := strings.ToLower(match[2 : len(match)-2])
		if v, known := vars[name]; known {
			return v
		}
		option, known := f.lookup(section, name)
		if !known {
			failed = fmt.Errorf("%s names an option that does not exist", match)
			return match
		}
		v, err := f.resolve(section, option.value, vars, depth-1)
		if err != nil {
			failed = err
		}
		return v
	})
	return out, failed
}
