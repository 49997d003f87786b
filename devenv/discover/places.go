package discover

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
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
		inside, err := filepath.Rel(v.Source, host)
		if err != nil || inside == ".." || strings.HasPrefix(inside, ".."+string(filepath.Separator)) || len(v.Source) < len(source) {
			continue
		}
		target := path.Join(v.Target, filepath.ToSlash(inside))
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
	context, ok := s.relative(b.Context)
	if !ok || !within(rel, context) {
		return place{}
	}
	inContext := strings.TrimPrefix(strings.TrimPrefix(rel, context), "/")
	if context == "." {
		inContext = rel
	}
	image := s.build(service)
	if image == nil {
		return place{held: true, how: "build context " + context}
	}
	found := image.find(inContext)
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
