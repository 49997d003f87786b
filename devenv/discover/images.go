package discover

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"devenv/devenv/report"
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

// lacksDockerfile reports whether a service is built from a Dockerfile of the repository that does not exist.
func (i *images) lacksDockerfile(name string) bool {
	b := i.services.get(name).Build
	if b == nil || b.DockerfileInline != "" {
		return false
	}
	rel, ok := i.files.relative(dockerfileOf(b))
	if !ok || i.files.exists[rel] {
		return false
	}
	_, err := i.files.Read(rel) // git may ignore it
	return err != nil
}

// buildable returns the usage failure for services that cannot be built, because their Dockerfile is not where the
// Compose file says; nil if all can. Commands of the configuration may yet make it.
func (s *finder) buildable(names ...string) error {
	absent := filter(names, s.images.lacksDockerfile)
	if len(absent) == 0 || len(s.cfg.Prepare) > 0 {
		return nil
	}
	b := s.services.get(absent[0]).Build
	wanted, _ := s.files.relative(dockerfileOf(b))
	if dir, ok := s.otherDirectory(absent); ok {
		var files []string
		for _, f := range s.services.project.ComposeFiles {
			files = append(files, s.answers.written(s.files.display(f)))
		}
		line := "compose: {files: [" + strings.Join(files, ", ") + "], project_directory: " + s.answers.written(dir) + "}"
		return s.answers.ask([]string{line},
			"build the service %s: there is no %s; with the project directory %s, as in docker compose --project-directory, it would be %s",
			absent[0], wanted, directoryName(dir), s.moved(b, dir))
	}
	hint := "correct the path in the Compose file, or let `prepare:` make the file"
	if others := s.dockerfiles(); len(others) > 0 {
		hint += "; the repository has " + listing(others)
	}
	return report.Fail(report.KindUsage, hint, "build the service %s: there is no %s", absent[0], wanted)
}

// otherDirectory returns the directory above the Compose project's from which the services' Dockerfiles would be found.
func (s *finder) otherDirectory(names []string) (string, bool) {
	home, ok := s.files.relative(s.services.project.WorkingDir)
	for dir := home; ok && dir != "."; {
		dir = path.Dir(dir)
		if !slices.ContainsFunc(names, func(n string) bool { return !s.files.exists[s.moved(s.services.get(n).Build, dir)] }) {
			return dir, true
		}
	}
	return "", false
}

// moved returns where a build's Dockerfile would be if the Compose project's directory were another one.
func (s *finder) moved(b *types.BuildConfig, dir string) string {
	rel, err := filepath.Rel(s.services.project.WorkingDir, dockerfileOf(b))
	if err != nil {
		return ""
	}
	return path.Join(dir, filepath.ToSlash(rel))
}

// directoryName returns a directory of the repository as a sentence names it.
func directoryName(dir string) string {
	if dir == "." {
		return "at the repository's root"
	}
	return dir
}

// dockerfiles returns the first Dockerfiles of the repository.
func (s *finder) dockerfiles() []string {
	found := filter(s.files.paths, func(rel string) bool {
		return strings.Contains(strings.ToLower(path.Base(rel)), "dockerfile") && !thirdParty(rel) && !s.files.auxiliary(rel)
	})
	return found[:min(len(found), 4)]
}
