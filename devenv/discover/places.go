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

// place is where a file of the repository lies in a service's container.
type place struct {
	held bool
	path string // empty: held, but the model does not tell where
	how  string // for findings
}

// places tell where files of the repository lie in the services' containers.
type places struct {
	files    *files
	services services
	images   *images
	ignores  map[string]*patternmatcher.PatternMatcher // the .dockerignore files by path; nil entry: none
}

// locate says where a file of the repository lies in a service's container: by bind mount, else by what the
// Dockerfile copies. The file need not exist, so a directory is asked for by a name inside it.
func (p *places) locate(service, rel string) place {
	svc := p.services.get(service)
	host := filepath.Join(p.files.Root(), filepath.FromSlash(rel))
	best, source := place{}, ""
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
			best, source = place{held: true, path: target, how: "bind mount of " + p.files.display(v.Source)}, v.Source
		}
	}
	if best.held {
		return best
	}
	return p.copied(service, rel)
}

// shadowed says whether another mount below the one at mount hides the path.
func shadowed(svc types.ServiceConfig, mount, p string) bool {
	for _, v := range svc.Volumes {
		if len(path.Clean(v.Target)) > len(path.Clean(mount)) && within(p, v.Target) {
			return true
		}
	}
	return false
}

// within says whether p is dir or lies below it; both are slash paths.
func within(p, dir string) bool {
	dir = path.Clean(dir)
	return p == dir || dir == "." || dir == "/" || strings.HasPrefix(p, dir+"/")
}

// copied says where the image's build puts a file of its context.
func (p *places) copied(service, rel string) place {
	b := p.services.get(service).Build
	if b == nil {
		return place{}
	}
	image, found := p.images.stage(service), []string(nil)
	for _, name := range append([]string{""}, slices.Sorted(maps.Keys(b.AdditionalContexts))...) {
		context, inContext, ok := p.inContext(b, name, rel)
		switch {
		case !ok:
		case image == nil && name == "":
			return place{held: true, how: "build context " + context}
		case image != nil:
			found = append(found, image.find(name, inContext)...)
		}
	}
	if len(found) == 0 {
		return place{}
	}
	dockerfile := p.files.display(dockerfileOf(b))
	for _, target := range found {
		if within(target, image.workdir) && image.workdir != "/" {
			return place{held: true, path: target, how: "copied by " + dockerfile}
		}
	}
	return place{held: true, path: found[0], how: "copied by " + dockerfile}
}

// inContext returns a file's path in one of a build's contexts, false when it is not there or ignored there.
func (p *places) inContext(b *types.BuildConfig, name, rel string) (context, inside string, ok bool) {
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

// dockerIgnored says whether a .dockerignore, which need not exist, keeps a file out of its context.
func (p *places) dockerIgnored(ignore, inside string) bool {
	matcher, known := p.ignores[ignore]
	if !known {
		if content, ok := p.files.content(ignore); ok {
			if patterns, err := ignorefile.ReadAll(bytes.NewReader(content)); err == nil {
				matcher, _ = patternmatcher.New(patterns) // nil where a pattern is wrong: the build says so
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

// repositoryDir returns the directory of the repository that lies at a path of the service's container and passes.
func (p *places) repositoryDir(service, inContainer string, pass func(dir string) bool) (string, bool) {
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

// directoryIn returns where a directory of the repository lies in the service's container, empty when not known.
func (p *places) directoryIn(service, dir string) string {
	// the name stands for any file in it; what a Dockerfile copies by pattern must look like Python
	if at := p.locate(service, path.Join(dir, "__any__.py")); at.path != "" {
		return path.Dir(at.path)
	}
	// a Dockerfile may copy the directory's files one by one
	for _, name := range p.files.probes(dir) {
		if parent, ok := strings.CutSuffix(p.locate(service, path.Join(dir, name)).path, "/"+name); ok {
			return path.Join("/", parent)
		}
	}
	return ""
}

// repositoryPath returns what lies at a path of the service's container, whether it exists or not.
func (p *places) repositoryPath(service, inContainer string) (string, bool) {
	best, at := "", ""
	for _, dir := range p.files.directories() {
		if in := p.directoryIn(service, dir); in != "" && within(inContainer, in) && len(in) > len(at) {
			best, at = dir, in
		}
	}
	return path.Join(best, strings.TrimPrefix(path.Clean(inContainer), at)), at != ""
}
