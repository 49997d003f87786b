package discover

import (
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/patternmatcher"

	"devenv/devenv/config"
)

// finder holds what the search looks at. Each part may use those before it. None of them decides anything: that is up
// to the types that embed it, one for each question.
type finder struct {
	cfg       *config.Config
	files     *files
	services  services
	images    *images
	databases databases
	locations *locations
	commands  *commands
	scripts   scripts
	answers   *answers
}

func newFinder(p *types.Project, repo Files, cfg *config.Config) (*finder, error) {
	files, err := newFiles(repo, p.WorkingDir)
	if err != nil {
		return nil, fmt.Errorf("list the repository's files: %w", err)
	}
	return newFinderIn(files, p, cfg), nil
}

// newFinderIn returns a finder for a Compose model in a repository whose files are known already.
func newFinderIn(files *files, p *types.Project, cfg *config.Config) *finder {
	if cfg == nil {
		cfg = &config.Config{Dir: "."}
	}
	s := &finder{cfg: cfg, files: files, services: services{project: p, files: files}}
	s.images = &images{files: files, services: s.services, known: map[string]*stage{}}
	s.databases = databases{services: s.services, images: s.images}
	s.locations = &locations{files: files, services: s.services, images: s.images, ignores: map[string]*patternmatcher.PatternMatcher{}}
	s.commands = &commands{files: files, services: s.services, images: s.images, locations: s.locations, known: map[string]string{}}
	s.scripts = scripts{files: files, images: s.images, locations: s.locations, commands: s.commands, workdir: cfg.Migrations.Workdir}
	s.answers = &answers{cfg: cfg, services: s.services}
	return s
}

// reliedOn reports whether one of the services, all of the same code, depends on a service that keeps running and does
// not work in the background. Such a service is the application, whoever else names the database.
func (s *finder) reliedOn(name string, among []string) bool {
	once, _ := s.commands.oneShot(name)
	return !once && !s.services.worker(name) && slices.ContainsFunc(among, func(other string) bool {
		return other != name && slices.Contains(s.services.dependencies(other), name)
	})
}
