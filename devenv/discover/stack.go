package discover

import (
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/patternmatcher"

	"devenv/devenv/config"
)

// stack is what is being looked at. Each part may use those before it, and none decides anything: that is for the types that
// have a stack, one for each question.
type stack struct {
	cfg       *config.Config
	files     *files
	services  services
	images    *images
	databases databases
	places    *places
	commands  *commands
	scripts   scripts
	answers   *answers
}

func newStack(p *types.Project, repo Files, cfg *config.Config) (*stack, error) {
	if cfg == nil {
		cfg = &config.Config{Dir: "."}
	}
	files, err := newFiles(repo, p.WorkingDir)
	if err != nil {
		return nil, fmt.Errorf("list the repository's files: %w", err)
	}
	s := &stack{cfg: cfg, files: files, services: services{project: p}}
	s.images = &images{files: files, services: s.services, known: map[string]*stage{}}
	s.databases = databases{services: s.services, images: s.images}
	s.places = &places{files: files, services: s.services, images: s.images, ignores: map[string]*patternmatcher.PatternMatcher{}}
	s.commands = &commands{files: files, services: s.services, images: s.images, places: s.places, known: map[string]string{}}
	s.scripts = scripts{files: files, images: s.images, places: s.places, commands: s.commands, workdir: cfg.Migrations.Workdir}
	s.answers = &answers{cfg: cfg, services: s.services}
	return s, nil
}
