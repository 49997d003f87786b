package compose

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/inside"
)

// build gives a service that is built its own image, and keeps the build from writing anything else: no further tags,
// which may be the user's, and no shared cache. Contexts beside the repository are the user's own; a build only reads
// them.
func (i *isolating) build(s *types.ServiceConfig) {
	if s.Build == nil || i.Image == nil {
		return
	}
	section := *s.Build
	i.buildRights(s.Name, &section)
	section.Labels = merged(section.Labels, map[string]string{KindLabel: KindBuild, BuilderLabel: i.Builder, BuiltLabel: s.Name})
	section.Tags, section.CacheTo = nil, nil
	section.Context = i.OnThisMachine(section.Context)
	section.AdditionalContexts = maps.Clone(section.AdditionalContexts)
	for name, context := range section.AdditionalContexts {
		section.AdditionalContexts[name] = i.OnThisMachine(context)
	}
	s.Build = &section
	if tag := i.Image(s.Name); tag != "" {
		s.Image = tag
	}
}

// OnThisMachine returns the path that a path in the private tree stands for. The tree's copy does not include what
// lies beside it, so such a path is looked up beside the user's working tree. Other paths and URLs stay as they are.
func (i Isolation) OnThisMachine(p string) string {
	if i.Root == "" || !filepath.IsAbs(p) {
		return p
	}
	_, inTree := inside.Rel(i.Tree, p)
	// devenv's cache is two levels up. Nobody means a path in there, so it was written as ../x or ../../x.
	_, inCache := inside.Rel(filepath.Dir(filepath.Dir(i.Tree)), p)
	if inTree || !inCache {
		return p
	}
	rel, err := filepath.Rel(i.Tree, p)
	if err != nil {
		return p
	}
	return filepath.Join(i.Root, rel)
}

// BuildContexts returns the services whose images are build contexts (additional_contexts) of some services, directly
// or indirectly, each before the one that needs it.
func BuildContexts(p *types.Project, services ...string) []string {
	known := p.AllServices()
	var all []string
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		build := known[name].Build
		if build == nil || seen[name] {
			return
		}
		seen[name] = true
		for _, key := range slices.Sorted(maps.Keys(build.AdditionalContexts)) {
			if other, ok := strings.CutPrefix(build.AdditionalContexts[key], types.ServicePrefix); ok {
				visit(other)
				if !slices.Contains(all, other) {
					all = append(all, other)
				}
			}
		}
	}
	for _, name := range services {
		visit(name)
	}
	return all
}

// builtWith returns the secrets that a project's builds use.
func builtWith(p *types.Project) types.Secrets {
	var secrets types.Secrets
	for _, s := range p.Services {
		if s.Build == nil {
			continue
		}
		for _, use := range s.Build.Secrets {
			if secret, ok := p.Secrets[use.Source]; ok {
				if secrets == nil {
					secrets = types.Secrets{}
				}
				secrets[use.Source] = secret
			}
		}
	}
	return secrets
}
