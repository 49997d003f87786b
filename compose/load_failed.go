package compose

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/docker/compose/v5/pkg/api"

	"devenv/compose/example"
	"devenv/devenv/inside"
	"devenv/devenv/report"
)

// absentEnvFile finds the path in Compose's message about a missing env_file.
var absentEnvFile = regexp.MustCompile(`env file (\S.*?) not found`)

// requiredVariable finds the variable in Compose's message about one without a value.
var requiredVariable = regexp.MustCompile(`required variable (\w+) is missing`)

// Reproduce begins the hint with the command that shows the same failure.
const Reproduce = "reproduce it with: "

// loadFailed returns the failure of a project that does not load. Usually a file is missing that git ignores and
// whose example is in git; absent returns all env files that are missing.
func loadFailed(err error, o LoadOptions, absent func() []string) error {
	said := withoutValues(err.Error())
	if errors.Is(err, api.ErrNotFound) || strings.Contains(said, "no configuration file provided") {
		return report.Fail(report.KindUsage, "name it: devenv -f path/to/compose.yaml …, or in .devenv.yaml:\n"+
			"    compose: {files: [path/to/compose.yaml]}",
			"find the Compose file: %s", said)
	}
	hint, env := Reproduce+"docker compose "+flagsOf(o)+"config", filepath.Join(o.directory(), ".env")
	if required := requiredVariable.FindAllStringSubmatch(said, -1); required != nil && len(o.EnvFiles) == 0 {
		said, hint = eachVariableOnce(said), "set "+listed(required)+" in "+shown(env)
	} else if why, mend := emptyValues(said, o); why != "" {
		said, hint = why, mend
	}
	if named := absentEnvFile.FindStringSubmatch(said); named != nil {
		files := absent()
		if len(files) == 0 {
			files = named[1:]
		}
		said, hint = envFilesAbsent(files)
	} else if len(o.EnvFiles) == 0 && !isFile(env) {
		if from := example.Of(env); from != "" {
			hint = ".env, which sets the Compose file's variables, is missing; create it from its example: cp " +
				shown(from) + " " + shown(env)
		}
	}
	return report.Fail(report.KindUsage, hint, "load the Compose project: %s", said)
}

// flagsOf returns Compose's flags for what a project is loaded from, each followed by a space.
func flagsOf(o LoadOptions) string {
	var flags strings.Builder
	add := func(flag string, values ...string) {
		for _, value := range values {
			if value != "" {
				fmt.Fprintf(&flags, "%s %s ", flag, report.ShellWord(value))
			}
		}
	}
	add("--project-directory", o.ProjectDirectory)
	add("-f", o.Files...)
	add("-p", o.ProjectName)
	add("--env-file", o.EnvFiles...)
	add("--profile", o.Profiles...)
	return flags.String()
}

// eachVariableOnce keeps the first of Compose's lines about each required variable: it has one for each place.
func eachVariableOnce(said string) string {
	seen := map[string]bool{}
	var kept []string
	for line := range strings.Lines(said) {
		name := ""
		if required := requiredVariable.FindStringSubmatch(line); required != nil {
			name = required[1]
		}
		if name == "" || !seen[name] {
			kept = append(kept, line)
		}
		seen[name] = true
	}
	return strings.TrimSpace(strings.Join(kept, ""))
}

// listed returns what the first groups of matches found, each once.
func listed(matches [][]string) string {
	var names []string
	for _, match := range matches {
		if !slices.Contains(names, match[1]) {
			names = append(names, match[1])
		}
	}
	return strings.Join(names, ", ")
}

// envFilesAbsent says which env files do not exist, and how to create each.
func envFilesAbsent(files []string) (said, hint string) {
	var names, copies, others []string
	for _, file := range files {
		names = append(names, shown(file))
		from := example.Of(file)
		if from != "" && !example.OfAnother(from, file, files) {
			copies = append(copies, "cp "+shown(from)+" "+shown(file))
		} else {
			others = append(others, shown(file))
		}
	}
	said = "the env file " + names[0] + " does not exist"
	copied, create, it := "create it from its example, then check its values: ", "create it", "it"
	if len(names) > 1 {
		said = "the env files " + strings.Join(names, ", ") + " do not exist"
		copied, create = "copy each example, then check the values: ", "create "+strings.Join(others, ", ")
	}
	if len(others) > 1 {
		it = "them"
	}
	var hints []string
	if len(copies) > 0 {
		hints = append(hints, copied+strings.Join(copies, " && "))
	}
	if len(others) > 0 {
		hints = append(hints, create+"; if git ignores "+it+", list "+it+" in .devenv.yaml: include: […]")
	}
	return said, strings.Join(hints, "\n")
}

// directory returns the directory whose .env sets the Compose file's variables.
func (o LoadOptions) directory() string {
	switch {
	case o.ProjectDirectory != "":
		return o.ProjectDirectory
	case len(o.Files) > 0:
		return filepath.Dir(o.Files[0])
	}
	return projectDirectory(o.WorkingDir)
}

// shown returns a path as the user would type it: relative to the directory of the call, if it is below.
func shown(path string) string {
	if here, err := os.Getwd(); err == nil {
		if rel, ok := inside.Rel(here, path); ok {
			path = rel
		}
	}
	return report.ShellWord(path)
}
