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
	environment, used, inPorts := o.environment(), map[string]bool{}, map[string]bool{}
	for _, services := range o.written() {
		for _, name := range slices.Sorted(maps.Keys(services)) {
			ports, _ := services[name]["ports"].([]any)
			if why == "" {
				why = wrongPort(said, name, ports, environment)
			}
			useVariables(ports, inPorts)
			useVariables(services[name], used)
		}
	}
	file := shown(filepath.Join(o.directory(), ".env"))
	switch ports, all := without(inPorts, environment), without(used, environment); {
	case why != "" && len(ports) > 0:
		return why, "set " + strings.Join(ports, ", ") + " in " + file
	case why != "":
		return why, "correct it; a port is written as HOST:CONTAINER"
	case len(all) > 0:
		return said, "it may be that nothing sets " + strings.Join(all, ", ") +
			", which Compose takes for empty: set what is needed in " + file
	}
	return "", ""
}

// written returns the services of the project's files as they are written; what cannot be read is left out, and
// Compose's message is about that.
func (o LoadOptions) written() []map[string]map[string]any {
	var out []map[string]map[string]any
	for _, file := range o.Found() {
		var content struct {
			Services map[string]map[string]any `yaml:"services"`
		}
		if text, err := os.ReadFile(file); err == nil && yaml.Unmarshal(text, &content) == nil {
			out = append(out, content.Services)
		}
	}
	return out
}

// wrongPort says which of a service's ports Compose's message is about.
func wrongPort(said, service string, ports []any, environment map[string]string) string {
	for _, entry := range ports {
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
		if unset := without(used, environment); len(unset) > 0 {
			return "the port " + written + " of service " + service + " is " + cmp.Or(value, "empty") + ", because nothing sets " +
				strings.Join(unset, ", ")
		}
		return "the port " + written + " of service " + service + ": " + said
	}
	return ""
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
