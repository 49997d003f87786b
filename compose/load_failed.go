package compose

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/docker/compose/v5/pkg/api"

	"devenv/devenv/inside"
	"devenv/devenv/report"
)

// absentEnvFile finds the path in Compose's message about an env_file that is not there.
var absentEnvFile = regexp.MustCompile(`env file (\S.*?) not found`)

// loadFailed is the failure of a project that does not load. What is missing is most often a file that git ignores and
// whose example git has.
func loadFailed(err error, o LoadOptions) error {
	said := withoutValues(err.Error())
	if errors.Is(err, api.ErrNotFound) || strings.Contains(said, "no configuration file provided") {
		return report.Fail(report.KindUsage, "name it: devenv -f path/to/compose.yaml …, or in .devenv.yaml:\n    compose: {files: [path/to/compose.yaml]}",
			"find the Compose file: %s", said)
	}
	hint := "docker compose config shows the same"
	if absent := absentEnvFile.FindStringSubmatch(said); absent != nil {
		said = "the env file " + shown(absent[1]) + " does not exist"
		hint = "if git ignores it, make it, or name it in .devenv.yaml: include: […]"
		if example := exampleOf(absent[1]); example != "" {
			hint = "make it from its example, then look through what it says: cp " + shown(example) + " " + shown(absent[1])
		}
	} else if env := filepath.Join(o.directory(), ".env"); len(o.EnvFiles) == 0 && !isFile(env) {
		if example := exampleOf(env); example != "" {
			hint = "there is no .env, which gives the Compose file its variables; make it from its example: cp " + shown(example) + " " + shown(env)
		}
	}
	return report.Fail(report.KindUsage, hint, "load the Compose project: %s", said)
}

// directory is the one whose .env gives the Compose file its variables.
func (o LoadOptions) directory() string {
	switch {
	case o.ProjectDirectory != "":
		return o.ProjectDirectory
	case len(o.Files) > 0:
		return filepath.Dir(o.Files[0])
	}
	return projectDirectory(o.WorkingDir)
}

// exampleOf returns the file beside an environment file that is meant to be copied to it: the one that bears its name,
// else the only one; empty when nothing says so.
func exampleOf(file string) string {
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		return ""
	}
	var examples, named []string
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		if !e.Type().IsRegular() || !strings.Contains(name, "env") || !slices.ContainsFunc(exampleWords(), func(w string) bool { return strings.Contains(name, w) }) {
			continue
		}
		examples = append(examples, filepath.Join(filepath.Dir(file), e.Name()))
		if strings.HasPrefix(name, strings.ToLower(filepath.Base(file))) {
			named = append(named, examples[len(examples)-1])
		}
	}
	for _, found := range [][]string{named, examples} {
		if len(found) == 1 {
			return found[0]
		}
	}
	return ""
}

func exampleWords() []string { return []string{"example", "sample", "template", "dist"} }

// shown is a path as the user would type it: relative to where the command was called, if it lies below.
func shown(path string) string {
	if here, err := os.Getwd(); err == nil {
		if rel, ok := inside.Rel(here, path); ok {
			path = rel
		}
	}
	if strings.ContainsAny(path, " '\"$\\") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}
