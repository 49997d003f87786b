package discover

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/patternmatcher"

	"devenv/devenv/config"
	"devenv/devenv/inside"
	"devenv/devenv/report"
)

// stack is what is being looked at: the model, the files, the configuration, and what was found so far.
type stack struct {
	project *types.Project
	repo    Files
	cfg     *config.Config
	paths   []string // sorted
	exists  map[string]bool
	builds  map[string]*stage // by service; nil entry: cannot be read
	dirs    []string          // see directories
	// ignores are the .dockerignore files by path; nil entry: none
	ignores map[string]*patternmatcher.PatternMatcher
	// programs are known results of program.
	programs map[string]string
	found    []report.Finding
}

func newStack(p *types.Project, repo Files, cfg *config.Config) (*stack, error) {
	paths, err := repo.List()
	if err != nil {
		return nil, fmt.Errorf("list the repository's files: %w", err)
	}
	if cfg == nil {
		cfg = &config.Config{Dir: "."}
	}
	s := &stack{
		project: p, repo: repo, cfg: cfg, paths: slices.Sorted(slices.Values(paths)),
		exists: map[string]bool{}, builds: map[string]*stage{}, ignores: map[string]*patternmatcher.PatternMatcher{}, programs: map[string]string{},
	}
	for _, p := range s.paths {
		s.exists[p] = true
	}
	return s, nil
}

// note records a decision and where it comes from.
func (s *stack) note(what, value, from string, args ...any) {
	s.found = append(s.found, report.Finding{What: what, Value: value, From: fmt.Sprintf(from, args...)})
}

// names returns the names of the enabled services, sorted.
func (s *stack) names() []string { return slices.Sorted(maps.Keys(s.project.Services)) }

// service returns a service, also one whose profile is not active.
func (s *stack) service(name string) types.ServiceConfig {
	if svc, ok := s.project.Services[name]; ok {
		return svc
	}
	return s.project.DisabledServices[name]
}

// named checks a service that the configuration names under key.
func (s *stack) named(key, name string) error {
	if _, ok := s.project.Services[name]; ok {
		return nil
	}
	if disabled, ok := s.project.DisabledServices[name]; ok && len(disabled.Profiles) > 0 {
		return s.cfg.Problem(key, fmt.Sprintf("activate it: compose: {profiles: [%s]}", disabled.Profiles[0]),
			"%s: the service %q belongs to the profile %s, which is not active", key, name, strings.Join(disabled.Profiles, ", "))
	}
	return s.cfg.Problem(key, "", "%s: the Compose project has no service %q; it has %s", key, name, listing(s.names()))
}

// relative returns a host path relative to the repository, false when it lies outside.
func (s *stack) relative(host string) (string, bool) {
	rel, ok := inside.Rel(s.repo.Root(), host)
	return filepath.ToSlash(rel), ok
}

// hasDir says whether a directory of the repository has files.
func (s *stack) hasDir(dir string) bool {
	if dir == "." {
		return len(s.paths) > 0
	}
	i, _ := slices.BinarySearch(s.paths, dir+"/")
	return i < len(s.paths) && strings.HasPrefix(s.paths[i], dir+"/")
}

// build returns the Dockerfile's stage that a service is built from; nil when it is not built or cannot be read.
func (s *stack) build(name string) *stage {
	if known, ok := s.builds[name]; ok {
		return known
	}
	s.builds[name] = nil
	b := s.service(name).Build
	if b == nil {
		return nil
	}
	content := []byte(b.DockerfileInline)
	if len(content) == 0 {
		rel, ok := s.relative(s.dockerfile(b))
		if !ok || !s.exists[rel] {
			return nil
		}
		var err error
		if content, err = s.repo.Read(rel); err != nil {
			return nil
		}
	}
	args := map[string]string{}
	for k, v := range b.Args {
		if v != nil {
			args[k] = *v
		}
	}
	outer := map[string]*stage{}
	for as, where := range b.AdditionalContexts {
		other, ok := strings.CutPrefix(where, types.ServicePrefix)
		if built := s.service(other).Build; ok && built != nil && built.Context == b.Context { // so that paths mean the same
			outer[as] = s.build(other)
		}
	}
	s.builds[name] = parseDockerfile(content, b.Target, args, outer)
	return s.builds[name]
}

// dockerfile returns the host path of a build's Dockerfile.
func (s *stack) dockerfile(b *types.BuildConfig) string {
	file := b.Dockerfile
	if file == "" {
		file = "Dockerfile"
	}
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(b.Context, file)
}

// ask returns the usage failure for something that the files do not decide; lines are what could be written into
// the configuration, one for each candidate.
func (s *stack) ask(lines []string, format string, args ...any) *report.Failure {
	hint := "add one of these lines to " + path.Join(s.cfg.Dir, config.FileName) + ":"
	if len(lines) == 1 {
		hint = "add this line to " + path.Join(s.cfg.Dir, config.FileName) + ":"
	}
	return report.Fail(report.KindUsage, hint+"\n  "+strings.Join(lines, "\n  "), "%w", Ask(lines, format, args...))
}

// Question is an error that a line in the configuration answers: what the files do not decide.
type Question struct {
	// Lines are what could be written, one for each candidate; a single one may hold a placeholder in capitals.
	Lines []string
	err   error
}

// Ask returns the question that one of some lines answers; format and args say what was looked for, and what there is.
func Ask(lines []string, format string, args ...any) *Question {
	return &Question{Lines: lines, err: fmt.Errorf(format, args...)}
}

// Error says what was looked for, and what there is.
func (q *Question) Error() string { return q.err.Error() }

// Unwrap returns the cause.
func (q *Question) Unwrap() error { return q.err }

// written returns a repository path as it is written in the configuration.
func (s *stack) written(rel string) string {
	out, err := filepath.Rel(filepath.FromSlash(s.cfg.Dir), filepath.FromSlash(rel))
	if err != nil {
		return rel
	}
	return filepath.ToSlash(out)
}

// lines formats a line of configuration for each candidate.
func lines(format string, candidates []string) []string {
	var out []string
	for _, c := range candidates {
		out = append(out, fmt.Sprintf(format, c))
	}
	return out
}

// listing joins names for a sentence.
func listing(names []string) string {
	switch len(names) {
	case 0:
		return "none"
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
