package discover

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/report"
)

// noAlembic says what there is instead of a configuration of Alembic.
func (s search) noAlembic() error {
	var locations []string
	for _, rel := range s.files.paths {
		if path.Base(rel) == "env.py" && !foreign(rel) && !s.files.beside(rel) && s.files.holds(rel, "alembic") {
			locations = append(locations, path.Dir(rel))
		}
	}
	if len(locations) > 0 {
		return s.noConfiguration(locations)
	}
	if tool, from := s.otherTool(); tool != "" {
		return report.Fail(report.KindUsage, "devenv works with Alembic; if the project uses it as well, name its configuration in "+s.answers.file()+": migrations: {config: path/to/alembic.ini}",
			"find the migrations: %s means %s, which is not supported yet", from, tool)
	}
	return s.answers.ask([]string{"migrations: {config: path/to/alembic.ini}"},
		"find the migrations: the repository has no alembic.ini and no pyproject.toml with [tool.alembic]; files that git ignores do not count")
}

// noConfiguration is the failure for script directories of Alembic that no file configures: a program of the project sets
// what Alembic needs, and the hint is the file that says the same.
func (s search) noConfiguration(locations []string) error {
	program, options := s.wrapper()
	hint := s.configurationHint(locations[0], program, options)
	why := "no alembic.ini and no [tool.alembic] in a pyproject.toml names it"
	if program != "" {
		why = fmt.Sprintf("only %s names it; devenv runs Alembic by a configuration file", program)
	}
	text := "is a script directory"
	if len(locations) > 1 {
		hint, text = "for the one that is meant, "+hint, "are script directories"
		why = strings.ReplaceAll(why, "names it", "names them")
	}
	return report.Fail(report.KindUsage, hint, "find the migrations: %s %s of Alembic, but %s", listing(locations), text, why)
}

// configurationHint is the file that says what a program of the project says of a script directory.
func (s search) configurationHint(dir, program string, options []string) string {
	ini := path.Join(path.Dir(dir), "alembic.ini")
	hint := "write " + ini + ":\n  [alembic]\n  script_location = %(here)s/" + path.Base(dir)
	for _, option := range options {
		if option != "script_location" {
			hint += "\n  " + option + " = … (as " + program + " sets it)"
		}
	}
	return hint + "\nand, so that the base has it too, add this line to " + s.answers.file() + ":\n  include: [" + s.answers.written(ini) + "]"
}

// mainOption is a program that configures Alembic by itself.
var mainOption = regexp.MustCompile(`set_main_option\(\s*["']([\w.]+)["']`)

// wrapper returns the first program of the project that sets script_location, and all options that it sets.
func (s search) wrapper() (rel string, options []string) {
	for _, rel := range s.files.paths {
		if path.Ext(rel) != ".py" || foreign(rel) || s.files.beside(rel) || path.Base(rel) == "env.py" {
			continue
		}
		content, err := s.files.Read(rel)
		if err != nil || !strings.Contains(string(content), "script_location") {
			continue
		}
		for _, match := range mainOption.FindAllStringSubmatch(string(content), -1) {
			if !slices.Contains(options, match[1]) {
				options = append(options, match[1])
			}
		}
		return rel, options
	}
	return "", nil
}
