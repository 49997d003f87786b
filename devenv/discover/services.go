package discover

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// services are the services of the Compose model and their dependencies.
type services struct {
	project *types.Project
	files   *files // for the settings that are mounted into them; nil: none is read
}

// names returns the names of the enabled services, sorted.
func (s services) names() []string { return slices.Sorted(maps.Keys(s.project.Services)) }

// get returns a service, even if its profile is inactive.
func (s services) get(name string) types.ServiceConfig {
	if svc, ok := s.project.Services[name]; ok {
		return svc
	}
	return s.project.DisabledServices[name]
}

// dependencies returns the transitive depends_on of a service, sorted, without the service itself.
func (s services) dependencies(name string) []string {
	seen := map[string]bool{name: true}
	queue := []string{name}
	for len(queue) > 0 {
		for d := range s.get(queue[0]).DependsOn {
			// A provider's services are not containers, and are the user's.
			if on, enabled := s.project.Services[d]; enabled && on.Provider == nil && !seen[d] {
				seen[d] = true
				queue = append(queue, d)
			}
		}
		queue = queue[1:]
	}
	delete(seen, name)
	return slices.Sorted(maps.Keys(seen))
}

// uses reports whether a service depends on another one or names it as a host in its environment, and which of them.
func (s services) uses(service, other string) (bool, string) {
	if key := s.mentions(service, other); key != "" {
		return true, key
	}
	if slices.Contains(s.dependencies(service), other) {
		return true, "depends_on"
	}
	return false, ""
}

func (s services) usesAny(service string, others []string) bool {
	return slices.ContainsFunc(others, func(other string) bool {
		yes, _ := s.uses(service, other)
		return yes
	})
}

// mentions returns what names the other service as a host: a variable in a service's environment, never its value, or a
// file of settings that is mounted into it.
func (s services) mentions(service, other string) string {
	svc, target := s.get(service), s.get(other)
	names := []string{other, target.ContainerName, target.Hostname}
	for _, n := range target.Networks {
		if n != nil {
			names = append(names, n.Aliases...)
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	for _, key := range slices.Sorted(maps.Keys(svc.Environment)) {
		value := svc.Environment[key]
		if value != nil && slices.ContainsFunc(names, func(name string) bool { return isHost(key, *value, name) }) {
			return key
		}
	}
	return s.settingsNaming(svc, names)
}

// settingsNames matches the names of files that hold settings.
var settingsNames = regexp.MustCompile(`\.(ya?ml|toml|ini|cfg|conf|config|json|properties|env|py)$|(^|/)[^./]+$|env[^/]*$`)

// settingsNaming returns the file mounted into a service that names one of the hosts.
func (s services) settingsNaming(svc types.ServiceConfig, names []string) string {
	for _, v := range svc.Volumes {
		if v.Type != types.VolumeTypeBind || s.files == nil || !settingsNames.MatchString(v.Source) {
			continue
		}
		rel, ok := s.files.relative(v.Source)
		if content, listed := s.files.content(rel); ok && listed && inSettings(string(content), names) {
			return rel
		}
	}
	return ""
}

// inSettings reports whether a file of settings, whatever its format, names one of the hosts.
func inSettings(content string, names []string) bool {
	for line := range strings.Lines(content) {
		at := strings.IndexAny(line, "=:")
		if at < 0 || strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		key, value := strings.Trim(line[:at], " \t\"'"), strings.Trim(line[at+1:], " \t\r\n\"',;")
		for _, name := range names {
			if isHost(key, value, name) {
				return true
			}
		}
	}
	return false
}

func isHost(key, value, name string) bool {
	if value == name {
		return anyOf(key, "host", "hostname", "server", "address", "addr", "pghost") || strings.HasSuffix(strings.ToLower(key), "host")
	}
	for _, before := range []string{"@", "//", "host="} {
		// Every occurrence: a password may contain an @ and what looks like the name.
		for _, rest := range strings.Split(value, before+name)[1:] {
			if rest == "" && strings.HasSuffix(value, before+name) || rest != "" && strings.ContainsAny(rest[:1], ":/? ,") {
				return true
			}
		}
	}
	return false
}

// serves reports whether a service offers something to others.
func (s services) serves(name string) bool {
	svc := s.get(name)
	return len(svc.Ports) > 0 || len(svc.Expose) > 0 || svc.HealthCheck != nil && !svc.HealthCheck.Disable
}

// worker reports whether a service is a background worker or a tool, judging by its name and command.
func (s services) worker(name string) bool {
	svc := s.get(name)
	if anyOf(name, workerWords()...) {
		return true
	}
	command := []string(svc.Command)
	if len(command) == 0 {
		command = svc.Entrypoint
	}
	return slices.ContainsFunc(command, func(word string) bool { return anyOf(path.Base(word), workerWords()...) })
}

func workerWords() []string {
	return []string{
		"worker", "workers", "celery", "beat", "flower", "rq", "dramatiq", "arq", "huey", "scheduler", "cron", "consumer", "jupyter",
		"pytest", "test", "tests", "shell", "bash", "notebook", "lint",
	}
}

// sameOrigin reports whether two services are built from the same context and Dockerfile or run the same image.
func (s services) sameOrigin(a, b string) bool {
	x, y := s.get(a), s.get(b)
	if x.Build != nil && y.Build != nil {
		return x.Build.Context == y.Build.Context && x.Build.Dockerfile == y.Build.Dockerfile
	}
	return x.Image != "" && x.Image == y.Image
}
