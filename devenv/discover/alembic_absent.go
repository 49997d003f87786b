package discover

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/report"
)

// noAlembic returns the failure for a repository without an Alembic configuration; it names what there is instead.
func (s search) noAlembic() error {
	if locations := s.scriptDirectories(); len(locations) > 0 {
		return s.noConfiguration(locations)
	}
	if err := s.otherTools(); err != nil {
		return err
	}
	return s.answers.ask([]string{"migrations: {config: path/to/alembic.ini}"},
		"find the migrations: the repository has no alembic.ini and no pyproject.toml with [tool.alembic]; "+
			"files that git ignores do not count")
}

// noConfiguration returns the failure for Alembic script directories that no file configures because a program of the
// project does it. Its hint is a file with the same settings.
func (s search) noConfiguration(locations []string) error {
	program, options := s.wrapper()
	hint := s.configurationHint(locations[0], program, options)
	why := "no alembic.ini and no [tool.alembic] in a pyproject.toml names it"
	if program != "" {
		why = fmt.Sprintf("only %s names it; devenv runs Alembic with a configuration file", program)
	}
	text := "is an Alembic script directory"
	if len(locations) > 1 {
		hint, text = "for the one to use, "+hint, "are Alembic script directories"
		why = strings.ReplaceAll(why, "names it", "names them")
	}
	return report.Fail(report.KindUsage, hint, "find the migrations: %s %s, but %s", listing(locations), text, why)
}

// configurationHint returns the hint with a file that repeats a program's settings for a script directory.
func (s search) configurationHint(dir, program string, options []string) string {
	home := s.startsIn(dir)
	ini := path.Join(home, "alembic.ini")
	hint := "write " + ini + ":\n  [alembic]\n  script_location = %(here)s/" + strings.TrimPrefix(dir, home+"/") +
		"\n  prepend_sys_path = ."
	for _, option := range options {
		if option != "script_location" && option != "prepend_sys_path" {
			hint += "\n  " + option + " = … (as " + program + " sets it)"
		}
	}
	return hint + "\nand, so that the base has it too, add this line to " + s.answers.file() + ":\n  include: [" +
		s.answers.written(ini) + "]"
}

// startsIn returns the directory of the repository in which a service with the scripts starts, and so its programs find
// the project's modules; else the one above the scripts.
func (s search) startsIn(scripts string) string {
	for _, name := range s.services.names() {
		at, ok := s.locations.repositoryDir(name, s.images.workdir(name), s.files.hasDir)
		if ok && at != scripts && within(scripts, at) && s.locations.directoryIn(name, scripts) != "" {
			return at
		}
	}
	return path.Dir(scripts)
}

// mainOption matches the call by which a program configures Alembic.
var mainOption = regexp.MustCompile(`set_main_option\(\s*["']([\w.]+)["']`)

// wrapper returns the first program of the project that sets script_location, and all options it sets.
func (s search) wrapper() (rel string, options []string) {
	for _, rel := range s.files.paths {
		if path.Ext(rel) != ".py" || thirdParty(rel) || s.files.auxiliary(rel) || path.Base(rel) == "env.py" {
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
