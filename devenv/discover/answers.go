package discover

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"devenv/devenv/config"
	"devenv/devenv/report"
)

// answers holds the configuration and the decisions made so far.
type answers struct {
	cfg      *config.Config
	services services
	found    []report.Finding
}

// note records a decision and where it comes from.
func (a *answers) note(what, value, from string, args ...any) {
	a.found = append(a.found, report.Finding{What: what, Value: value, From: fmt.Sprintf(from, args...)})
}

// named checks that a service which the configuration names under key exists.
func (a *answers) named(key, name string) error {
	if _, ok := a.services.project.Services[name]; ok {
		return nil
	}
	if disabled, ok := a.services.project.DisabledServices[name]; ok && len(disabled.Profiles) > 0 {
		return a.cfg.Problem(key, fmt.Sprintf("activate it: compose: {profiles: [%s]}", disabled.Profiles[0]),
			"%s: the service %q belongs to the inactive profile %s", key, name, strings.Join(disabled.Profiles, ", "))
	}
	return a.cfg.Problem(key, "", "%s: the Compose project has no service %q; it has %s", key, name, listing(a.services.names()))
}

// ask returns the usage failure for something the files do not settle. Lines are what to write into the configuration,
// one for each candidate.
func (a *answers) ask(lines []string, format string, args ...any) *report.Failure {
	one := "one of these lines"
	if len(lines) == 1 {
		one = "this line"
	}
	hint, shown := "add "+one+" to "+a.file()+":", lines
	if key, _, _ := strings.Cut(lines[0], ":"); a.cfg.Has(key) { // a key must not be written twice
		shown = nil
		for _, line := range lines {
			shown = append(shown, a.cfg.With(line))
		}
		hint = "in " + a.file() + ", put " + one + " in the place of its " + key + ":"
	}
	return report.Fail(report.KindUsage, hint+"\n  "+strings.Join(shown, "\n  "), "%w", Ask(lines, format, args...))
}

// written returns a repository path the way the configuration would write it.
func (a *answers) written(rel string) string {
	out, err := filepath.Rel(filepath.FromSlash(a.cfg.Dir), filepath.FromSlash(rel))
	if err != nil {
		return rel
	}
	return filepath.ToSlash(out)
}

// file returns the configuration file's path in the repository.
func (a *answers) file() string { return path.Join(a.cfg.Dir, config.FileName) }

// Question is an error about something the files do not settle; adding a line to the configuration answers it.
type Question struct {
	// Lines are the possible answers, one for each candidate; a single line may have a placeholder in capitals.
	Lines []string
	err   error
}

// Ask returns a question that any one of the lines answers. Format and args say what devenv looked for and what it
// found.
func Ask(lines []string, format string, args ...any) *Question {
	return &Question{Lines: lines, err: fmt.Errorf(format, args...)}
}

// Error says what devenv looked for and what it found.
func (q *Question) Error() string { return q.err.Error() }

// Unwrap returns the cause.
func (q *Question) Unwrap() error { return q.err }

// lines returns a line of configuration for each candidate.
func lines(format string, candidates []string) []string {
	var out []string
	for _, c := range candidates {
		out = append(out, fmt.Sprintf(format, c))
	}
	return out
}

// listing joins names the way a sentence lists them.
func listing(names []string) string {
	switch len(names) {
	case 0:
		return "none"
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
