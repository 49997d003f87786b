package discover

import (
	"path"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// pinned returns the version of a formatter that the project pins, by its pre-commit hook or a requirement with ==;
// empty if it pins none. It searches dirs in order.
func (f formatting) pinned(tool string, dirs []string) string {
	requirement := regexp.MustCompile(`(?mi)^[\s"']*` + regexp.QuoteMeta(tool) + `(?:\[[\w,-]+\])?\s*=(?:=|\s*["'])\s*([0-9][\w.]*)`)
	for _, dir := range dirs {
		if version := f.hookVersion(path.Join(dir, ".pre-commit-config.yaml"), tool); version != "" {
			return version
		}
		for _, rel := range f.requirements(dir) {
			if content, ok := f.files.content(rel); ok {
				if match := requirement.FindSubmatch(content); match != nil {
					return string(match[1])
				}
			}
		}
	}
	return ""
}

// requirements returns the files of a directory that list packages with their versions.
func (f formatting) requirements(dir string) []string {
	var out []string
	for _, name := range f.files.probes(dir) {
		base := path.Base(name)
		if base == "pyproject.toml" && name == base || strings.HasSuffix(base, ".txt") && strings.Contains(name, "requirements") {
			out = append(out, path.Join(dir, name))
		}
	}
	return out
}

// hookVersion returns the rev of the pre-commit repository that a formatter's hook comes from.
func (f formatting) hookVersion(rel, tool string) string {
	content, ok := f.files.content(rel)
	var file struct {
		Repos []struct {
			Rev   string `yaml:"rev"`
			Hooks []struct {
				ID string `yaml:"id"`
			} `yaml:"hooks"`
		} `yaml:"repos"`
	}
	if !ok || yaml.Unmarshal(content, &file) != nil {
		return ""
	}
	for _, repo := range file.Repos {
		for _, hook := range repo.Hooks {
			if name, _, _ := strings.Cut(hook.ID, "-"); name == tool {
				return strings.TrimPrefix(repo.Rev, "v")
			}
		}
	}
	return ""
}

// annotate adds what running the formatters requires: the pinned version, and whether their configuration is above the
// new file in the service's container, where they look for it.
func (f formatting) annotate(formatters []Formatter, t MigrationTool) []Formatter {
	for i, one := range formatters {
		formatters[i].Version = f.pinned(one.Argv[0], upward(t.Config))
		if one.From == "" || one.From == writtenFormat || path.Base(one.From) == ".pre-commit-config.yaml" {
			continue
		}
		at, versions := f.locations.locate(t.Service, one.From).path, t.VersionsInContainer[0]
		formatters[i].Hidden = at == "" || versions == "" || !within(versions, path.Dir(at))
	}
	return formatters
}
