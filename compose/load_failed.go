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

// absentEnvFile finds the path in Compose's message about a missing env_file.
var absentEnvFile = regexp.MustCompile(`env file (\S.*?) not found`)

// loadFailed returns the failure of a project that does not load. Usually a file is missing that git ignores and
// whose example is in git.
func loadFailed(err error, o LoadOptions) error {
	said := withoutValues(err.Error())
	if errors.Is(err, api.ErrNotFound) || strings.Contains(said, "no configuration file provided") {
		return report.Fail(report.KindUsage, "name it: devenv -f path/to/compose.yaml …, or in .devenv.yaml:\n"+
			"    compose: {files: [path/to/compose.yaml]}",
			"find the Compose file: %s", said)
	}
	hint := "reproduce it with: docker compose config"
	if absent := absentEnvFile.FindStringSubmatch(said); absent != nil {
		said = "the env file " + shown(absent[1]) + " does not exist"
		hint = "create it; if git ignores it, list it in .devenv.yaml: include: […]"
		if example := exampleOf(absent[1]); example != "" {
			hint = "create it from its example, then check its values: cp " + shown(example) + " " + shown(absent[1])
		}
	} else if env := filepath.Join(o.directory(), ".env"); len(o.EnvFiles) == 0 && !isFile(env) {
		if example := exampleOf(env); example != "" {
			hint = ".env, which sets the Compose file's variables, is missing; create it from its example: cp " +
				shown(example) + " " + shown(env)
		}
	}
	return report.Fail(report.KindUsage, hint, "load the Compose project: %s", said)
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

// exampleOf returns the file beside an environment file that is meant to be copied to it: the one named after it,
// else the only one; empty when neither exists.
func exampleOf(file string) string {
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		return ""
	}
	var examples, named []string
	for _, e := range entries {
		name := strings.ToLower(e.Name())
		if !e.Type().IsRegular() || !strings.Contains(name, "env") ||
			!slices.ContainsFunc(exampleWords(), func(w string) bool { return strings.Contains(name, w) }) {
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

// shown returns a path as the user would type it: relative to the directory of the call, if it is below.
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
