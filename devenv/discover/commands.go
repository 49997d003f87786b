package discover

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// commands tells what the services run.
type commands struct {
	files     *files
	services  services
	images    *images
	locations *locations
	known     map[string]string // what program returned, by service
}

// program returns everything a service runs, as text: its entrypoint and command, from the model or else from the
// Dockerfile, and the scripts of the repository they call.
func (c *commands) program(service string) string {
	if known, ok := c.known[service]; ok {
		return known
	}
	svc := c.services.get(service)
	entrypoint, command := []string(svc.Entrypoint), []string(svc.Command)
	if image := c.images.stage(service); image != nil {
		if command == nil && entrypoint == nil {
			command = image.command
		}
		if entrypoint == nil {
			entrypoint = image.entrypoint
		}
	}
	text := strings.Join(append(slices.Clone(entrypoint), command...), " ")
	c.known[service] = text + c.scripts(service, text)
	return c.known[service]
}

// scripts returns the content of the shell scripts that a command line calls.
func (c *commands) scripts(service, text string) string {
	var out strings.Builder
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" \t\n;&|\"'", c) }) {
		if !strings.HasSuffix(word, ".sh") && !strings.Contains(word, "entrypoint") {
			continue
		}
		if rel, ok := c.script(service, word); ok {
			if content, err := c.files.Read(rel); err == nil {
				out.WriteString("\n" + withoutComments(string(content)))
			}
		}
	}
	return out.String()
}

// script returns the repository's file that a service knows by this name.
func (c *commands) script(service, name string) (string, bool) {
	base, unplaced := path.Base(name), []string{}
	for _, rel := range c.files.paths {
		if path.Base(rel) != base {
			continue
		}
		switch at := c.locations.locate(service, rel); {
		case at.held && at.path != "" && strings.HasSuffix(at.path, "/"+strings.TrimLeft(name, "./")):
			return rel, true
		case at.held && at.path == "":
			unplaced = append(unplaced, rel)
		}
	}
	if len(unplaced) == 1 {
		return unplaced[0], true
	}
	return "", false
}

func withoutComments(script string) string {
	var kept []string
	for line := range strings.Lines(script) {
		if trimmed := strings.TrimSpace(line); trimmed != "" && trimmed[0] != '#' {
			kept = append(kept, trimmed)
		}
	}
	return strings.Join(kept, "\n")
}

// migrates reports whether what the service runs upgrades the database.
func (c *commands) migrates(service string) bool { return upgrade.MatchString(c.program(service)) }

// oneShot reports whether a service runs to completion, and how that is known.
func (c *commands) oneShot(name string) (bool, string) {
	for _, other := range c.services.names() {
		if d, ok := c.services.get(other).DependsOn[name]; ok && d.Condition == types.ServiceConditionCompletedSuccessfully {
			return true, other + " waits until it completes"
		}
	}
	svc := c.services.get(name)
	if svc.Restart == types.RestartPolicyAlways || svc.Restart == types.RestartPolicyUnlessStopped {
		return false, ""
	}
	if last := lastCommand(c.program(name)); finishing.MatchString(last) {
		return true, "its last command is " + last
	}
	if svc.HealthCheck == nil && len(svc.Ports) == 0 && len(svc.Expose) == 0 && soundsLikeTask(name) {
		return true, "its name, and it has no port and no healthcheck"
	}
	return false, ""
}

// lastCommand returns the last command in text, a command line followed by the scripts it calls.
func lastCommand(text string) string {
	parts := regexp.MustCompile(`&&|\|\||[;\n]`).Split(text, -1)
	for i := len(parts) - 1; i >= 0; i-- {
		part := strings.Trim(parts[i], " \t'\"")
		switch {
		case trailing.MatchString(part):
		case i > 0 && (strings.Contains(part, "$@") || strings.Contains(part, "$*")):
			first, _, _ := strings.Cut(text, "\n")
			return lastCommand(first)
		default:
			return shellPrefix.ReplaceAllString(part, "")
		}
	}
	return ""
}

var (
	// trailing matches commands that may follow the one that matters.
	trailing = regexp.MustCompile(`^$|^(exit|true|echo|fi|done|set)\b`)
	// shellPrefix matches a shell that runs a command.
	shellPrefix = regexp.MustCompile(`^(/?\S*/)?(ba|da)?sh\s+-[a-z]*c\s+["']?`)
)

// words splits a name at every character that is not a letter or digit.
func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
}

// anyOf reports whether one of the name's words, without any version suffix, is among those listed.
func anyOf(name string, listed ...string) bool {
	return slices.ContainsFunc(words(name), func(w string) bool {
		return slices.Contains(listed, w) || slices.Contains(listed, strings.TrimRight(w, "0123456789"))
	})
}

// soundsLikeTask reports whether a name sounds like a task that ends.
func soundsLikeTask(name string) bool {
	return anyOf(name, "migrate", "migration", "migrations", "migrator", "seed", "seeder", "prestart", toolCommand, "init", "initdb",
		"bootstrap", "fixtures")
}
