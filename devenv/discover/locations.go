package discover

import (
	"bytes"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"devenv/devenv/inside"
)

// location is where a file of the repository is in a service's container.
type location struct {
	held bool
	path string // empty: it is there, but the model does not tell where
	how  string // for findings
	// mounted is set if a bind mount puts it there.
	mounted bool
}

// locations tells where files of the repository are in the services' containers.
type locations struct {
	files    *files
	services services
	images   *images
	ignores  map[string]*patternmatcher.PatternMatcher // by path of the .dockerignore; nil: there is none
}

// locate returns where a file of the repository is in a service's container, by bind mount or else by what the
// Dockerfile copies. The file need not exist: to locate a directory, ask for a made-up name in it.
func (p *locations) locate(service, rel string) location {
	svc := p.services.get(service)
	host := filepath.Join(p.files.Root(), filepath.FromSlash(rel))
	best, source := location{}, ""
	for _, v := range svc.Volumes {
		if v.Type != types.VolumeTypeBind {
			continue
		}
		below, ok := inside.Rel(v.Source, host)
		if !ok || len(v.Source) < len(source) {
			continue
		}
		target := path.Join(v.Target, filepath.ToSlash(below))
		if !shadowed(svc, v.Target, target) {
			best, source = location{held: true, path: target, how: "bind mount of " + p.files.display(v.Source), mounted: true}, v.Source
		}
	}
	if best.held {
		return best
	}
	return p.copied(service, rel)
}

// shadowed reports whether another mount, below the one at mount, hides the path.
func shadowed(svc types.ServiceConfig, mount, p string) bool {
	for _, v := range svc.Volumes {
		if len(path.Clean(v.Target)) > len(path.Clean(mount)) && within(p, v.Target) {
			return true
		}
	}
	return false
}

// within reports whether p is dir or below it; both are slash paths.
func within(p, dir string) bool {
	dir = path.Clean(dir)
	return p == dir || dir == "." || dir == "/" || strings.HasPrefix(p, dir+"/")
}

// copied returns where the image's build puts a file of its context.
func (p *locations) copied(service, rel string) location {
	b := p.services.get(service).Build
	if b == nil {
		return location{}
	}
	image, found := p.images.stage(service), []string(nil)
	for _, name := range append([]string{""}, slices.Sorted(maps.Keys(b.AdditionalContexts))...) {
		context, inContext, ok := p.inContext(b, name, rel)
		switch {
		case !ok:
		case image == nil && name == "":
			return location{held: true, how: "build context " + context}
		case image != nil:
			found = append(found, image.find(name, inContext)...)
		}
	}
	if len(found) == 0 {
		return location{}
	}
	dockerfile := p.files.display(dockerfileOf(b))
	for _, target := range found {
		if within(target, image.workdir) && image.workdir != "/" {
			return location{held: true, path: target, how: "copied by " + dockerfile}
		}
	}
	return location{held: true, path: found[0], how: "copied by " + dockerfile}
}

// inContext returns a file's path in one of a build's contexts; false if it is in none or ignored.
func (p *locations) inContext(b *types.BuildConfig, name, rel string) (context, inside string, ok bool) {
	host := b.Context
	if name != "" {
		host = b.AdditionalContexts[name]
	}
	context, ok = p.files.relative(host)
	if !ok || !filepath.IsAbs(host) || !within(rel, context) {
		return context, "", false
	}
	if inside = strings.TrimPrefix(strings.TrimPrefix(rel, context), "/"); context == "." {
		inside = rel
	}
	ignore := path.Join(context, ".dockerignore")
	if own, inRepo := p.files.relative(dockerfileOf(b) + ".dockerignore"); inRepo && name == "" && p.files.exists[own] {
		ignore = own
	}
	return context, inside, !p.dockerIgnored(ignore, inside)
}

// dockerIgnored reports whether a .dockerignore, which need not exist, excludes a file from its context.
func (p *locations) dockerIgnored(ignore, inside string) bool {
	matcher, known := p.ignores[ignore]
	if !known {
		if content, ok := p.files.content(ignore); ok {
			if patterns, err := ignorefile.ReadAll(bytes.NewReader(content)); err == nil {
				matcher, _ = patternmatcher.New(patterns) // nil if a pattern is invalid: the build reports that
			}
		}
		p.ignores[ignore] = matcher
	}
	if matcher == nil {
		return false
	}
	ignored, err := matcher.MatchesOrParentMatches(inside)
	return err == nil && ignored
}

// repositoryDir returns the directory of the repository that is at a path in the service's container and passes.
func (p *locations) repositoryDir(service, inContainer string, pass func(dir string) bool) (string, bool) {
	if inContainer == "" || service == "" {
		return "", false
	}
	for _, dir := range p.files.directories() {
		if pass(dir) && p.directoryIn(service, dir) == path.Clean(inContainer) {
			return dir, true
		}
	}
	return "", false
}

// directoryIn returns where a directory of the repository is in the service's container, empty if unknown.
func (p *locations) directoryIn(service, dir string) string {
	// The name stands for any file in it; it must look like Python, in case a Dockerfile copies by pattern.
	if at := p.locate(service, path.Join(dir, "__any__.py")); at.path != "" {
		return path.Dir(at.path)
	}
	// A Dockerfile may copy the directory's files one by one.
	for _, name := range p.files.probes(dir) {
		if parent, ok := strings.CutSuffix(p.locate(service, path.Join(dir, name)).path, "/"+name); ok {
			return path.Join("/", parent)
		}
	}
	return ""
}

// repositoryPath returns the repository path of what is at a path in the service's container, whether or not it exists.
func (p *locations) repositoryPath(service, inContainer string) (string, bool) {
	best, at := "", ""
	for _, dir := range p.files.directories() {
		if in := p.directoryIn(service, dir); in != "" && within(inContainer, in) && len(in) > len(at) {
			best, at = dir, in
		}
	}
	return path.Join(best, strings.TrimPrefix(path.Clean(inContainer), at)), at != ""
}
