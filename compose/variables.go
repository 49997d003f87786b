package compose

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/goccy/go-yaml"

	"devenv/compose/example"
	"devenv/devenv/report"
)

// CheckVariables returns the variables that a project's files use without a default and that nothing sets: Compose
// takes them for empty. If .env is missing and the example beside it has a value for one of them, the project is not
// set up yet: that is a KindUsage failure, with the command that fixes it.
func CheckVariables(p *types.Project, o LoadOptions) ([]string, error) {
	unset, err := unsetVariables(p)
	if err != nil || len(unset) == 0 || len(envFiles(o)) > 0 {
		return unset, err
	}
	missing := filepath.Join(p.WorkingDir, ".env")
	from := example.Of(missing)
	if from == "" || isFile(missing) {
		return unset, nil
	}
	values, err := dotenv.Read(from)
	if err != nil {
		return unset, nil //nolint:nilerr // an example may not parse as an env file
	}
	wanted := slices.DeleteFunc(slices.Clone(unset), func(name string) bool { return values[name] == "" })
	if len(wanted) == 0 {
		return unset, nil
	}
	return unset, report.Fail(report.KindUsage, "create it from its example: cp "+shown(from)+" "+shown(missing),
		"load the Compose project: %s does not exist, and nothing else sets %s",
		shown(missing), strings.Join(wanted, ", "))
}

// plainVariable is a variable without a default, or an escaped dollar sign.
var plainVariable = regexp.MustCompile(`\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)`)

// unsetVariables returns the variables that the project's files use without a default and that its environment lacks,
// sorted.
func unsetVariables(p *types.Project) ([]string, error) {
	used := map[string]bool{}
	for _, file := range p.ComposeFiles {
		if !isFile(file) {
			continue // standard input, or a remote file
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		var value any
		if yaml.Unmarshal(content, &value) == nil { // Compose has read it; YAML that only Compose understands is skipped
			useVariables(value, used)
		}
	}
	return without(used, p.Environment), nil
}

// without returns the names that an environment lacks, sorted.
func without(used map[string]bool, environment map[string]string) []string {
	for name := range used {
		if _, set := environment[name]; set {
			delete(used, name)
		}
	}
	return slices.Sorted(maps.Keys(used))
}

// useVariables collects the variables in a value of a Compose file; key names are not interpolated.
func useVariables(value any, used map[string]bool) {
	switch v := value.(type) {
	case string:
		for _, match := range plainVariable.FindAllStringSubmatch(v, -1) {
			if name := match[1] + match[2]; name != "" {
				used[name] = true
			}
		}
	case []any:
		for _, element := range v {
			useVariables(element, used)
		}
	case map[string]any:
		for _, element := range v {
			useVariables(element, used)
		}
	}
}
