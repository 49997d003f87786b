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

// locate says where a file of the repository lies in a service's container: by bind mount, else by what the
// Dockerfile copies. The file need not exist, so a directory is asked for by a name inside it.
func (s *stack) locate(service, rel string) place {
	svc := s.service(service)
	host := filepath.Join(s.repo.Root(), filepath.FromSlash(rel))
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
			best, source = place{held: true, path: target, how: "bind mount of " + s.display(v.Source)}, v.Source
		}
	}
	if best.held {
		return best
	}
	return s.copied(service, rel)
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
func (s *stack) copied(service, rel string) place {
	b := s.service(service).Build
	if b == nil {
		return place{}
	}
	image, found := s.build(service), []string(nil)
	for _, name := range append([]string{""}, slices.Sorted(maps.Keys(b.AdditionalContexts))...) {
		context, inContext, ok := s.inContext(b, name, rel)
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
	dockerfile := s.display(s.dockerfile(b))
	for _, p := range found {
		if within(p, image.workdir) && image.workdir != "/" {
			return place{held: true, path: p, how: "copied by " + dockerfile}
		}
	}
	return place{held: true, path: found[0], how: "copied by " + dockerfile}
}

// inContext returns a file's path in one of a build's contexts, false when it is not there or ignored there.
func (s *stack) inContext(b *types.BuildConfig, name, rel string) (context, inside string, ok bool) {
	host := b.Context
	if name != "" {
		host = b.AdditionalContexts[name]
	}
	context, ok = s.relative(host)
	if !ok || !filepath.IsAbs(host) || !within(rel, context) {
		return context, "", false
	}
	if inside = strings.TrimPrefix(strings.TrimPrefix(rel, context), "/"); context == "." {
		inside = rel
	}
	ignore := path.Join(context, ".dockerignore")
	if own, inRepo := s.relative(s.dockerfile(b) + ".dockerignore"); inRepo && name == "" && s.exists[own] {
		ignore = own
	}
	return context, inside, !s.dockerIgnored(ignore, inside)
}

// dockerIgnored says whether a .dockerignore, which need not exist, keeps a file out of its context.
func (s *stack) dockerIgnored(ignore, inside string) bool {
	matcher, known := s.ignores[ignore]
	if !known {
		if content, ok := s.content(ignore); ok {
			if patterns, err := ignorefile.ReadAll(bytes.NewReader(content)); err == nil {
				matcher, _ = patternmatcher.New(patterns) // nil where a pattern is wrong: the build says so
			}
		}
		s.ignores[ignore] = matcher
	}
	if matcher == nil {
		return false
	}
	ignored, err := matcher.MatchesOrParentMatches(inside)
	return err == nil && ignored
}

// display shows a host path as a repository path where it is one.
func (s *stack) display(host string) string {
	if rel, ok := s.relative(host); ok {
		return rel
	}
	return host
}

// workdir returns the service's working directory, as far as the model and the Dockerfile tell.
func (s *stack) workdir(service string) string {
	if dir := s.service(service).WorkingDir; dir != "" {
		return dir
	}
	if image := s.build(service); image != nil && image.workdir != "/" {
		return image.workdir
	}
	return ""
}
