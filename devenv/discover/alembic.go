package discover

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"devenv/devenv/report"
)

// hereMark stands for the configuration file's directory until it is known where that is.
const hereMark = "\x00here"

// settings are what Alembic reads from its configuration file.
type settings struct {
	path            string // of the file, in the repository
	script          string // script_location as Alembic reads it, with hereMark
	line            int    // of script_location
	versions        []string
	fileTemplate    string
	prependSysPath  string
	recursive       bool
	hasScriptOption bool
}

// readSettings reads alembic.ini, another file of its kind, or pyproject.toml. Nil means that the file is no
// configuration of Alembic.
func (s *stack) readSettings(rel string) (*settings, error) {
	content, err := s.repo.Read(rel)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", rel, err)
	}
	if path.Ext(rel) == ".toml" {
		return readTOML(rel, content)
	}
	return readINI(rel, parseINI(string(content)))
}

func readINI(rel string, file iniFile) (*settings, error) {
	if file["alembic"] == nil {
		return nil, nil
	}
	out := &settings{path: rel}
	vars := map[string]string{"here": hereMark}
	for key, target := range map[string]*string{
		"script_location": &out.script, "file_template": &out.fileTemplate, "prepend_sys_path": &out.prependSysPath,
	} {
		value, line, ok, err := file.get("alembic", key, vars)
		if err != nil {
			return nil, report.Fail(report.KindUsage, "mend the file", "read %s: %w", rel, err)
		}
		*target = value
		if key == "script_location" {
			out.line, out.hasScriptOption = line, ok
		}
	}
	recursive, _, _, _ := file.get("alembic", "recursive_version_locations", vars)
	out.recursive = recursive == "true"
	locations, line, _, err := file.get("alembic", "version_locations", vars)
	if err != nil {
		return nil, report.Fail(report.KindUsage, "mend the file", "read %s: %w", rel, err)
	}
	if out.versions, err = splitLocations(locations, separatorOf(file, vars)); err != nil {
		return nil, report.Fail(report.KindUsage, "mend the file", "read %s: line %d: %w", rel, line, err)
	}
	return out, nil
}

// separatorOf returns the name of the separator that version_locations is written with, empty for the old way.
func separatorOf(file iniFile, vars map[string]string) string {
	for _, key := range []string{"path_separator", "version_path_separator"} {
		if name, _, ok, _ := file.get("alembic", key, vars); ok {
			return name
		}
	}
	return ""
}

// splitLocations splits version_locations as alembic.config.Config.get_version_locations_list does; "os" is a
// colon, because Alembic runs in a Linux container.
func splitLocations(text, separator string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	if separator == "" {
		return regexp.MustCompile(`, *|(?: +)`).Split(text, -1), nil
	}
	char, ok := map[string]string{"space": " ", "newline": "\n", "os": ":", ":": ":", ";": ";"}[separator]
	if !ok {
		return nil, fmt.Errorf("%q is no separator that Alembic knows; it knows space, newline, os, : and ;", separator)
	}
	var out []string
	for _, part := range strings.Split(text, char) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out, nil
}

// tomlFile is what of pyproject.toml matters here.
type tomlFile struct {
	Tool struct {
		Alembic *struct {
			ScriptLocation   string   `toml:"script_location"`
			VersionLocations []string `toml:"version_locations"`
			FileTemplate     string   `toml:"file_template"`
			PrependSysPath   []string `toml:"prepend_sys_path"`
			Recursive        bool     `toml:"recursive_version_locations"`
		} `toml:"alembic"`
	} `toml:"tool"`
}

func readTOML(rel string, content []byte) (*settings, error) {
	if !strings.Contains(string(content), "tool.alembic") {
		return nil, nil
	}
	var file tomlFile
	if err := toml.Unmarshal(content, &file); err != nil {
		return nil, report.Fail(report.KindUsage, "mend the file", "read %s: %w", rel, err)
	}
	written := file.Tool.Alembic
	if written == nil {
		return nil, nil
	}
	resolve := strings.NewReplacer("%(here)s", hereMark, "%%", "%").Replace
	out := &settings{
		path: rel, script: resolve(written.ScriptLocation), hasScriptOption: written.ScriptLocation != "",
		fileTemplate: resolve(written.FileTemplate), prependSysPath: resolve(strings.Join(written.PrependSysPath, ":")), recursive: written.Recursive,
		line: lineOf(string(content), "script_location"),
	}
	for _, v := range written.VersionLocations {
		out.versions = append(out.versions, resolve(v))
	}
	return out, nil
}

// lineOf returns the line, from 1, on which a key is assigned; 0 when it is not.
func lineOf(content, key string) int {
	return 1 + slices.IndexFunc(strings.Split(content, "\n"), func(line string) bool {
		name, _, ok := strings.Cut(line, "=")
		return ok && strings.TrimSpace(name) == key
	})
}
