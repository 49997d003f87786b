package discover

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/google/shlex"
	"github.com/pelletier/go-toml/v2"
)

// formatting decides how to format a new migration.
type formatting struct{ *finder }

// choose returns the command lines that format the new migration: those in the configuration, or else those of the
// tools the project uses, in an order in which none undoes another's work.
func (f formatting) choose(settingsFile string) ([]Formatter, error) {
	if written := f.cfg.Format; written != nil {
		return f.written(written)
	}
	found := styles{files: f.files}
	for _, dir := range upward(settingsFile) {
		found.readPyproject(path.Join(dir, "pyproject.toml"))
		found.readRuff(path.Join(dir, "ruff.toml"))
		found.readRuff(path.Join(dir, ".ruff.toml"))
		found.readSections(path.Join(dir, "setup.cfg"))
		found.readSections(path.Join(dir, "tox.ini"))
		found.isort.set(f.files.exists[path.Join(dir, ".isort.cfg")], path.Join(dir, ".isort.cfg"))
		found.readPreCommit(path.Join(dir, ".pre-commit-config.yaml"))
	}
	out := found.list()
	for _, one := range out {
		f.answers.note("formatter", strings.Join(one.Argv, " "), "%s", one.From)
	}
	return out, nil
}

// upward returns the directory of a file and its parents, up to the repository's root.
func upward(file string) []string {
	dirs := []string{path.Dir(file)}
	for dirs[len(dirs)-1] != "." {
		dirs = append(dirs, path.Dir(dirs[len(dirs)-1]))
	}
	return dirs
}

// writtenFormat is the source of formatters that the configuration names.
const writtenFormat = "format in the configuration"

func (f formatting) written(written []string) ([]Formatter, error) {
	var out []Formatter
	for _, command := range written {
		argv, err := shlex.Split(command)
		if err != nil || len(argv) == 0 {
			return nil, f.cfg.Problem("format", "", "format: %q is not a command line", command)
		}
		out = append(out, Formatter{Argv: argv, From: writtenFormat})
		f.answers.note("formatter", command, writtenFormat)
	}
	return out, nil
}

// style is one tool: whether the project uses it, which options apply besides its own configuration, and where that is.
type style struct {
	used bool
	args []string
	from string
}

// set marks the tool as used. The first call wins, since files nearer to the migrations are read first.
func (s *style) set(used bool, from string, args ...string) {
	if used && !s.used {
		*s = style{used: true, from: from, args: args}
	}
}

// styles holds the supported tools.
type styles struct {
	files *files

	autoflake, isort, black, ruffImports, ruffFormat, ruff style
}

// list returns the command lines. Ruff formats only if no other tool does, or if it is configured to. Where it sorts
// imports, isort's settings are what is left of earlier times, and the two would undo each other's work.
func (s *styles) list() []Formatter {
	s.isort.used = s.isort.used && !s.ruffImports.used
	s.ruffFormat.set(s.ruff.used && !s.black.used, s.ruff.from)
	var out []Formatter
	for _, tool := range []struct {
		style
		argv []string
	}{
		{s.autoflake, []string{"autoflake", "--in-place"}},
		{s.ruffImports, []string{"ruff", "check", "--select", "I", "--fix", "--force-exclude"}},
		{s.isort, []string{"isort"}},
		{s.black, []string{"black"}},
		{s.ruffFormat, []string{"ruff", "format", "--force-exclude"}},
	} {
		if tool.used {
			out = append(out, Formatter{Argv: append(tool.argv, tool.args...), From: tool.from})
		}
	}
	return out
}

type ruffFile struct {
	Select       []string  `toml:"select"`
	ExtendSelect []string  `toml:"extend-select"`
	Format       *struct{} `toml:"format"`
	Lint         struct {
		Select       []string `toml:"select"`
		ExtendSelect []string `toml:"extend-select"`
	} `toml:"lint"`
}

// apply adds what a Ruff configuration says.
func (r ruffFile) apply(from string, found *styles) {
	found.ruff.set(true, from)
	found.ruffFormat.set(r.Format != nil, from)
	rules := slices.Concat(r.Select, r.ExtendSelect, r.Lint.Select, r.Lint.ExtendSelect)
	found.ruffImports.set(slices.ContainsFunc(rules, func(rule string) bool { return rule == "I" || rule == "I001" || rule == "ALL" }),
		from)
}

func (s *styles) readRuff(rel string) {
	var file ruffFile
	if content, ok := s.files.content(rel); ok && toml.Unmarshal(content, &file) == nil {
		file.apply(rel, s)
	}
}

func (s *styles) readPyproject(rel string) {
	content, ok := s.files.content(rel)
	var file struct {
		Tool struct {
			Ruff      *ruffFile `toml:"ruff"`
			Black     *struct{} `toml:"black"`
			Isort     *struct{} `toml:"isort"`
			Autoflake *struct{} `toml:"autoflake"`
		} `toml:"tool"`
	}
	if !ok || toml.Unmarshal(content, &file) != nil {
		return
	}
	if file.Tool.Ruff != nil {
		file.Tool.Ruff.apply(rel, s)
	}
	s.black.set(file.Tool.Black != nil, rel)
	s.isort.set(file.Tool.Isort != nil, rel)
	s.autoflake.set(file.Tool.Autoflake != nil, rel)
}

func (s *styles) readSections(rel string) {
	content, ok := s.files.content(rel)
	if !ok {
		return
	}
	file := parseINI(string(content))
	s.isort.set(file["isort"] != nil || file["tool:isort"] != nil, rel)
	s.autoflake.set(file["autoflake"] != nil, rel)
}

// readPreCommit adds the hooks that format, with their options.
func (s *styles) readPreCommit(rel string) {
	content, ok := s.files.content(rel)
	var file struct {
		Repos []struct {
			Hooks []struct {
				ID   string   `yaml:"id"`
				Args []string `yaml:"args"`
			} `yaml:"hooks"`
		} `yaml:"repos"`
	}
	if !ok || yaml.NewDecoder(bytes.NewReader(content)).Decode(&file) != nil {
		return
	}
	for _, repo := range file.Repos {
		for _, hook := range repo.Hooks {
			args := options(hook.Args)
			s.black.set(hook.ID == "black", rel, args...)
			s.isort.set(hook.ID == "isort", rel, args...)
			s.autoflake.set(hook.ID == "autoflake", rel, args...)
			s.ruffFormat.set(hook.ID == "ruff-format", rel, args...)
		}
	}
}

// options drops the arguments that make a formatter only check.
func options(args []string) []string {
	return slices.DeleteFunc(slices.Clone(args), func(arg string) bool {
		return slices.Contains([]string{"--check", "--check-only", "--diff", "-c", "-i", "--in-place"}, arg)
	})
}
