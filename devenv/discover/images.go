package discover

import (
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// images reads the services' Dockerfiles.
type images struct {
	files    *files
	services services
	known    map[string]*stage // by service; nil: cannot be read
}

// stage returns the Dockerfile stage that a service is built from; nil if it is not built or cannot be read.
func (i *images) stage(name string) *stage {
	if known, ok := i.known[name]; ok {
		return known
	}
	i.known[name] = nil
	b := i.services.get(name).Build
	if b == nil {
		return nil
	}
	content := []byte(b.DockerfileInline)
	if len(content) == 0 {
		rel, ok := i.files.relative(dockerfileOf(b))
		if !ok || !i.files.exists[rel] {
			return nil
		}
		var err error
		if content, err = i.files.Read(rel); err != nil {
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
		if built := i.services.get(other).Build; ok && built != nil && built.Context == b.Context { // else its paths mean something else
			outer[as] = i.stage(other)
		}
	}
	i.known[name] = parseDockerfile(content, b.Target, args, outer)
	return i.known[name]
}

// dockerfileOf returns the host path of a build's Dockerfile.
func dockerfileOf(b *types.BuildConfig) string {
	file := b.Dockerfile
	if file == "" {
		file = "Dockerfile"
	}
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(b.Context, file)
}

// workdir returns the service's working directory, as far as the model and the Dockerfile tell.
func (i *images) workdir(service string) string {
	if dir := i.services.get(service).WorkingDir; dir != "" {
		return dir
	}
	if image := i.stage(service); image != nil && image.workdir != "/" {
		return image.workdir
	}
	return ""
}

// variable returns a variable of a service's environment, from the model or else from the Dockerfile.
func (i *images) variable(service, name string) string {
	if value, ok := i.services.get(service).Environment[name]; ok && value != nil {
		return *value
	}
	if image := i.stage(service); image != nil {
		return image.vars[name]
	}
	return ""
}
