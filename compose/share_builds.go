package compose

import (
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// ShareBuilds gives services that run the image which another service of the project builds (an API that builds shop:latest, a
// worker that names shop:latest) that service's build. Compose has them find it by its tag, which devenv leaves to the user.
func ShareBuilds(p *types.Project) {
	builds := map[string]*types.BuildConfig{}
	all := p.AllServices()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if s := all[name]; s.Build != nil && s.Image != "" && builds[s.Image] == nil {
			builds[s.Image] = s.Build
		}
	}
	for _, services := range []types.Services{p.Services, p.DisabledServices} {
		for name, s := range services {
			if s.Build == nil && s.Image != "" && builds[s.Image] != nil {
				s.Build = builds[s.Image]
				services[name] = s
			}
		}
	}
}
