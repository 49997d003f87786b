package compose

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/goccy/go-yaml"
)

// emptyValues says which value of the Compose files is wrong, and what to do, if a project does not load because of a
// port, whose service Compose does not name, or because variables without a value leave a value empty. Said is
// Compose's message. It returns nothing if it is neither.
func emptyValues(said string, o LoadOptions) (why, hint string) {
	if slices.ContainsFunc([]string{"no configuration", "env file"}, func(other string) bool { return strings.Contains(said, other) }) {
		return "", ""
	}
	environment, used := o.environment(), map[string]bool{}
	for _, file := range o.Found() {
		var written struct {
			Services map[string]map[string]any `yaml:"services"`
		}
		if content, err := os.ReadFile(file); err != nil || yaml.Unmarshal(content, &written) != nil {
			continue // it is Compose's message that tells what is wrong
		}
		for _, name := range slices.Sorted(maps.Keys(written.Services)) {
			if why, hint := o.wrongPort(said, name, written.Services[name]["ports"], environment); why != "" {
				return why, hint
			}
			useVariables(written.Services[name], used)
		}
	}
	if unset := without(used, environment); len(unset) > 0 {
		return said, "it may be that nothing sets " + strings.Join(unset, ", ") +
			", which Compose takes for empty: set what is needed in " + shown(filepath.Join(o.directory(), ".env"))
	}
	return "", ""
}

// wrongPort says which of a service's ports Compose's message is about, and how to mend it.
func (o LoadOptions) wrongPort(said, service string, ports any, environment map[string]string) (why, hint string) {
	list, _ := ports.([]any)
	for _, entry := range list {
		written, ok := entry.(string)
		if !ok {
			continue
		}
		value, _ := template.SubstituteWithOptions(written, func(name string) (string, bool) {
			set, ok := environment[name]
			return set, ok
		}, template.WithoutLogging)
		if _, err := types.ParsePortConfig(value); err == nil || !strings.Contains(said, err.Error()) {
			continue
		}
		used := map[string]bool{}
		useVariables(written, used)
		unset := without(used, environment)
		if len(unset) == 0 {
			return "the port " + written + " of service " + service + ": " + said, "correct it; a port is written as HOST:CONTAINER"
		}
		return "the port " + written + " of service " + service + " is " + cmp.Or(value, "empty") + ", because nothing sets " +
			strings.Join(unset, ", "), "set " + strings.Join(unset, ", ") + " in " + shown(filepath.Join(o.directory(), ".env"))
	}
	return "", ""
}

// environment returns the variables with which Compose interpolates the files, as far as they can be read.
func (o LoadOptions) environment() map[string]string {
	out := map[string]string{}
	files := envFiles(o)
	if len(files) == 0 {
		files = []string{filepath.Join(o.directory(), ".env")}
	}
	for _, file := range files {
		values, _ := dotenv.Read(file) // Compose says what is wrong with it
		maps.Copy(out, values)
	}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		out[name] = value
	}
	return out
}

// Found returns the files that make up the project: those named, or those that Compose finds, an override included.
func (o LoadOptions) Found() []string {
	if len(o.Files) > 0 {
		return o.Files
	}
	var out []string
	for _, names := range [][]string{cli.DefaultFileNames, cli.DefaultOverrideFileNames} {
		for _, name := range names {
			if file := filepath.Join(o.directory(), name); isFile(file) {
				out = append(out, file)
				break
			}
		}
	}
	return out
}
