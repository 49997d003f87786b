package discover

import (
	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/config"
)

// Database returns only the database service, for commands that need no migration tool. It fails as Services does.
func Database(p *types.Project, repo Files, cfg *config.Config) (string, error) {
	s, err := newFinder(p, repo, cfg)
	if err != nil {
		return "", err
	}
	var users []string
	if c, err := (search{s}).choose(); err == nil {
		users = s.users(c)
	}
	return databaseChoice{s}.choose(users)
}
