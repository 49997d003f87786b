package discover

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// toolCommand is Alembic's command.
const toolCommand = "alembic"

// upgrade matches a command that upgrades a database to a revision; manage.py is how Flask's commands are called in older
// projects.
var upgrade = regexp.MustCompile(`\balembic\b[^;&|\n]*\bupgrade\b|\b(flask|manage\.py)\s+db\s+upgrade\b`)

// finishing matches final commands that run to completion; passing on "$@" does not count.
var finishing = regexp.MustCompile(`^(exec\s+)?(\S*\s+)*?(\S*/)?(alembic|(flask|manage\.py)\s+db)\b`)

// invocation is one call of Alembic among what a service runs.
type invocation struct {
	dir     string // in the container; empty if unknown
	config  string // as written after -c or in ALEMBIC_CONFIG; empty: alembic.ini
	section string // from -n; empty: alembic
}

// invocations returns the calls of Alembic in a service's command, its entrypoint and the scripts they call.
func (c *commands) invocations(service string) []invocation {
	at := invocation{dir: c.images.workdir(service), config: c.images.variable(service, "ALEMBIC_CONFIG")}
	var out []invocation
	for _, command := range regexp.MustCompile(`&&|\|\||[;|\n]`).Split(c.program(service), -1) {
		words := shellWords(command)
		if i := slices.Index(words, "cd"); i >= 0 && i+1 < len(words) {
			at.dir = inDirectory(at.dir, words[i+1])
		}
		for _, word := range words {
			if value, ok := strings.CutPrefix(word, "ALEMBIC_CONFIG="); ok {
				at.config = strings.Trim(value, `"'`)
			}
		}
		i := slices.IndexFunc(words, func(w string) bool { return path.Base(w) == "alembic" })
		if i >= 0 && slices.ContainsFunc(words[i:], isSubcommand) {
			out = append(out, at.withFlags(words[i+1:]))
		}
		if directory, ok := flaskDirectory(words); ok {
			out = append(out, invocation{dir: at.dir, config: path.Join(directory, "alembic.ini")})
		}
	}
	return out
}

// flaskDirectory returns the directory of scripts that a call of flask db names; false if the words are no such call.
func flaskDirectory(words []string) (directory string, ok bool) {
	db := slices.Index(words, "db")
	flask := func(w string) bool { return path.Base(w) == "flask" || path.Base(w) == "manage.py" }
	if db < 1 || !slices.ContainsFunc(words[:db], flask) ||
		!slices.ContainsFunc(words[db:], isSubcommand) {
		return "", false
	}
	for i, word := range words[db:] {
		if value, ok := strings.CutPrefix(word, "--directory="); ok {
			return value, true
		}
		if (word == "-d" || word == "--directory") && db+i+1 < len(words) {
			return words[db+i+1], true
		}
	}
	return "migrations", true
}

// isSubcommand reports whether a word after alembic shows that it is called there, and not installed, say.
func isSubcommand(word string) bool {
	return slices.Contains([]string{"upgrade", "downgrade", "current", "check", "heads", "history", "stamp", "revision"}, word)
}

// withFlags returns the invocation with -c and -n taken from a command line.
func (i invocation) withFlags(words []string) invocation {
	for at, word := range words {
		for _, flag := range []struct {
			short, long string
			target      *string
		}{{"-c", "--config", &i.config}, {"-n", "--name", &i.section}} {
			switch long, ok := strings.CutPrefix(word, flag.long+"="); {
			case ok:
				*flag.target = long
			case (word == flag.short || word == flag.long) && at+1 < len(words):
				*flag.target = words[at+1]
			case !strings.HasPrefix(word, "--") && strings.HasPrefix(word, flag.short) && word != flag.short:
				*flag.target = word[len(flag.short):]
			}
		}
	}
	if i.section == defaultSection {
		i.section = ""
	}
	return i
}

// shellWords splits a command at blanks and drops quotes.
func shellWords(command string) []string {
	words := strings.Fields(command)
	for i := range words {
		words[i] = strings.Trim(words[i], `"'()`)
	}
	return words
}

// inDirectory resolves a path relative to a shell's directory; empty if that is not known.
func inDirectory(dir, p string) string {
	switch {
	case path.IsAbs(p):
		return path.Clean(p)
	case dir == "" || strings.ContainsAny(p, "$`~"):
		return ""
	}
	return path.Join(dir, p)
}

// reads reports whether this call of Alembic in the service reads the file.
func (c *commands) reads(i invocation, service, rel string) bool {
	at := c.locations.locate(service, rel).path
	if i.config == "" {
		return i.dir != "" && at != "" && (at == path.Join(i.dir, "alembic.ini") || at == path.Join(i.dir, "pyproject.toml"))
	}
	p := path.Clean(i.config)
	if target := inDirectory(i.dir, p); target != "" && at != "" {
		return target == at
	}
	return p == rel || strings.HasSuffix(rel, "/"+p) || strings.HasSuffix(p, "/"+rel)
}

// runs reports whether a service calls Alembic with a configuration file and, if asked, its section.
func (c *commands) runs(service string, file *settings, withSection bool) bool {
	return slices.ContainsFunc(c.invocations(service), func(i invocation) bool {
		return c.reads(i, service, file.path) && (!withSection || i.section == file.section)
	})
}

// callDir returns the directory in which the service calls the tool with a configuration; empty if that is not known.
func (c *commands) callDir(file *settings, service string) string {
	for _, i := range c.invocations(service) {
		if c.reads(i, service, file.path) {
			return i.dir
		}
	}
	return ""
}

// flagWorkdir returns the directory in which the service calls Alembic, if its command line names the configuration by
// a relative path.
func (c *commands) flagWorkdir(file *settings, service string) string {
	at := c.locations.locate(service, file.path)
	if at.path == "" {
		return ""
	}
	for _, i := range c.invocations(service) {
		p := path.Clean(i.config)
		if dir, ok := strings.CutSuffix(at.path, "/"+p); ok && !path.IsAbs(p) {
			return path.Join("/", dir)
		}
	}
	return ""
}
