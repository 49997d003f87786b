package discover

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"devenv/devenv/report"
)

// hereMark stands for the configuration file's directory until that is known.
const hereMark = "\x00here"

// settings are what Alembic reads from its configuration file.
type settings struct {
	path            string // of the file, in the repository
	section         string // of the file; empty: alembic
	script          string // script_location as Alembic reads it, with hereMark
	line            int    // of script_location
	versions        []string
	fileTemplate    string
	prependSysPath  string
	recursive       bool
	hasScriptOption bool
	// flask is set for Flask-Migrate's file: the scripts are beside it, and run where flask does.
	flask bool
}

// defaultSection is the section Alembic reads unless told otherwise.
const defaultSection = "alembic"

// readSettings reads alembic.ini, a similar file, or pyproject.toml and returns one entry for each section that
// configures Alembic. It returns none if the file does not configure Alembic.
func (s search) readSettings(rel string) ([]*settings, error) {
	content, err := s.files.Read(rel)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", rel, err)
	}
	if path.Ext(rel) == ".toml" {
		return readTOML(rel, content)
	}
	return readINI(rel, parseINI(string(content)))
}

// readINI reads every section Alembic could be told to use: its own, and those that have a script_location.
func readINI(rel string, file iniFile) ([]*settings, error) {
	var out []*settings
	for _, name := range slices.Sorted(maps.Keys(file)) {
		_, hasScripts := file[name]["script_location"]
		_, forAll := file["DEFAULT"]["script_location"]
		if name != defaultSection && !hasScripts && (!forAll || otherSection(name)) || name == "DEFAULT" {
			continue
		}
		found, err := readSection(rel, file, name)
		if err != nil {
			return nil, err
		}
		out = append(out, found)
	}
	return out, nil
}

// otherSection reports whether a section is known to belong to something else.
func otherSection(name string) bool {
	return slices.Contains([]string{"DEFAULT", "loggers", "handlers", "formatters", "post_write_hooks"}, name) ||
		strings.HasPrefix(name, "logger_") || strings.HasPrefix(name, "handler_") || strings.HasPrefix(name, "formatter_")
}

func readSection(rel string, file iniFile, section string) (*settings, error) {
	out := &settings{path: rel}
	if section != defaultSection {
		out.section = section
	}
	vars := map[string]string{"here": hereMark}
	for key, target := range map[string]*string{
		"script_location": &out.script, "file_template": &out.fileTemplate, "prepend_sys_path": &out.prependSysPath,
	} {
		value, line, ok, err := file.get(section, key, vars)
		if err != nil {
			return nil, report.Fail(report.KindUsage, "fix the file", "read %s: %w", rel, err)
		}
		*target = value
		if key == "script_location" {
			out.line, out.hasScriptOption = line, ok
		}
	}
	recursive, _, _, _ := file.get(section, "recursive_version_locations", vars)
	out.recursive = recursive == "true"
	locations, line, _, err := file.get(section, "version_locations", vars)
	if err != nil {
		return nil, report.Fail(report.KindUsage, "fix the file", "read %s: %w", rel, err)
	}
	if out.versions, err = splitLocations(locations, separatorOf(file, section, vars)); err != nil {
		return nil, report.Fail(report.KindUsage, "fix the file", "read %s: line %d: %w", rel, line, err)
	}
	return out, nil
}

// separatorOf returns the name of the separator used in version_locations, or "" for Alembic's legacy splitting.
func separatorOf(file iniFile, section string, vars map[string]string) string {
	for _, key := range []string{"path_separator", "version_path_separator"} {
		if name, _, ok, _ := file.get(section, key, vars); ok {
			return name
		}
	}
	return ""
}

// splitLocations splits version_locations as alembic.config.Config.get_version_locations_list does. "os" means a colon,
// because Alembic runs in a Linux container.
func splitLocations(text, separator string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	if separator == "" {
		return regexp.MustCompile(`, *|(?: +)`).Split(text, -1), nil
	}
	char, ok := map[string]string{"space": " ", "newline": "\n", "os": ":", ":": ":", ";": ";"}[separator]
	if !ok {
		return nil, fmt.Errorf("%q is not a separator Alembic knows; it knows space, newline, os, : and ;", separator)
	}
	var out []string
	for _, part := range strings.Split(text, char) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out, nil
}

// tomlFile is the part of pyproject.toml that matters here.
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

func readTOML(rel string, content []byte) ([]*settings, error) {
	if !strings.Contains(string(content), "tool.alembic") {
		return nil, nil
	}
	var file tomlFile
	if err := toml.Unmarshal(content, &file); err != nil {
		return nil, report.Fail(report.KindUsage, "fix the file", "read %s: %w", rel, err)
	}
	written := file.Tool.Alembic
	if written == nil {
		return nil, nil
	}
	resolve := strings.NewReplacer("%(here)s", hereMark, "%%", "%").Replace
	out := &settings{
		path: rel, script: resolve(written.ScriptLocation), hasScriptOption: written.ScriptLocation != "",
		fileTemplate: resolve(written.FileTemplate), prependSysPath: resolve(strings.Join(written.PrependSysPath,
			":")), recursive: written.Recursive,
		line: lineOf(string(content), "script_location"),
	}
	for _, v := range written.VersionLocations {
		out.versions = append(out.versions, resolve(v))
	}
	return []*settings{out}, nil
}

// lineOf returns the line, counted from 1, that assigns a key; 0 if none does.
func lineOf(content, key string) int {
	return 1 + slices.IndexFunc(strings.Split(content, "\n"), func(line string) bool {
		name, _, ok := strings.Cut(line, "=")
		return ok && strings.TrimSpace(name) == key
	})
}
