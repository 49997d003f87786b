package discover

import (
	"bytes"
	"path"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// stage is one stage of a Dockerfile, as far as needed to tell where files of the build context end up.
type stage struct {
	name, from string
	parent     *stage // the stage it is based on; nil for an image
	workdir    string
	copies     []copyStep
	command    []string // CMD
	entrypoint []string
	vars       map[string]string
}

// copyStep is a COPY or ADD. Dest is absolute; a trailing slash means a directory.
type copyStep struct {
	from     *stage // nil: a build context
	context  string // its name; empty: the main one
	sources  []string
	dest     string
	parents  bool
	intoHere bool // dest is an existing directory
}

// parseDockerfile returns the target's stage, or the last one if target is empty; nil if the file cannot be parsed.
// Outer are stages of other Dockerfiles by the names this one may use in FROM.
func parseDockerfile(content []byte, target string, args map[string]string, outer map[string]*stage) *stage {
	result, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	d := &dockerfile{global: map[string]string{}, args: args, outer: outer}
	for _, node := range result.AST.Children {
		d.instruction(node)
	}
	if target != "" {
		return d.stage(target)
	}
	if len(d.stages) == 0 {
		return nil
	}
	return d.stages[len(d.stages)-1]
}

// dockerfile is the state while going through the instructions.
type dockerfile struct {
	stages []*stage
	global map[string]string // ARG before the first FROM
	args   map[string]string // build arguments
	outer  map[string]*stage
}

func (d *dockerfile) stage(name string) *stage {
	for i, s := range d.stages {
		if strings.EqualFold(s.name, name) || strconv.Itoa(i) == name {
			return s
		}
	}
	return nil
}

func (d *dockerfile) instruction(node *parser.Node) {
	words := wordsOf(node)
	instruction := strings.ToUpper(node.Value)
	if instruction == "FROM" {
		d.begin(words)
		return
	}
	if len(d.stages) == 0 {
		if instruction == "ARG" {
			d.arg(d.global, words)
		}
		return
	}
	s := d.stages[len(d.stages)-1]
	switch instruction {
	case "ARG":
		d.arg(s.vars, words)
	case "ENV":
		for i := 0; i+1 < len(words); i += 3 {
			s.vars[words[i]] = expand(words[i+1], s.vars)
		}
	case "WORKDIR":
		s.workdir = s.absolute(strings.Join(words, " "))
	case "CMD":
		s.command = words
	case "ENTRYPOINT":
		s.entrypoint, s.command = words, nil
	case "COPY", "ADD":
		d.copy(s, words, node.Flags)
	}
}

func wordsOf(node *parser.Node) []string {
	var words []string
	for n := node.Next; n != nil; n = n.Next {
		words = append(words, n.Value)
	}
	return words
}

func (d *dockerfile) begin(words []string) {
	if len(words) == 0 {
		return
	}
	vars := map[string]string{}
	for k, v := range d.global {
		vars[k] = v
	}
	s := &stage{from: expand(words[0], vars), workdir: "/", vars: map[string]string{}}
	if len(words) > 2 {
		s.name = words[2]
	}
	if s.parent = d.stage(s.from); s.parent == nil {
		s.parent = d.outer[s.from]
	}
	if s.parent != nil {
		s.workdir, s.command, s.entrypoint = s.parent.workdir, s.parent.command, s.parent.entrypoint
		for k, v := range s.parent.vars {
			s.vars[k] = v
		}
	}
	d.stages = append(d.stages, s)
}

func (d *dockerfile) arg(vars map[string]string, words []string) {
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		if given, ok := d.args[name]; ok {
			value = given
		} else if outer, ok := d.global[name]; ok && value == "" {
			value = outer
		}
		vars[name] = expand(value, vars)
	}
}

func (d *dockerfile) copy(s *stage, words, flags []string) {
	if len(words) < 2 {
		return
	}
	written := expand(words[len(words)-1], s.vars)
	step := copyStep{dest: s.absolute(written)}
	for _, flag := range flags {
		if name, ok := strings.CutPrefix(flag, "--from="); ok {
			name = expand(name, d.global)
			if step.from = d.stage(name); step.from == nil {
				step.context = name // or another image, which contains nothing of the repository
			}
		}
		step.parents = step.parents || flag == "--parents" || flag == "--parents=true"
	}
	for _, source := range words[:len(words)-1] {
		step.sources = append(step.sources, path.Clean("/"+expand(source, s.vars)))
	}
	step.intoHere = strings.HasSuffix(written, "/") || strings.HasSuffix(written, ".") || step.dest == s.workdir || len(step.sources) > 1
	s.copies = append(s.copies, step)
}

// absolute resolves a path against the stage's working directory.
func (s *stage) absolute(p string) string {
	p = expand(p, s.vars)
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(s.workdir, p)
}

// image returns the image at the bottom of the stage's chain.
func (s *stage) image() string {
	for s.parent != nil {
		s = s.parent
	}
	return s.from
}

// find returns where a file of a build context ends up. Rel is relative to the context, whose name is empty for the
// main one.
func (s *stage) find(context, rel string) []string {
	var found []string
	if s.parent != nil {
		found = s.parent.find(context, rel)
	}
	for _, step := range s.copies {
		locations := []string{"/" + rel}
		switch {
		case step.from != nil:
			locations = step.from.find(context, rel)
		case step.context != context:
			locations = nil
		}
		for _, p := range locations {
			if to, ok := step.target(p); ok {
				found = append(found, to)
			}
		}
	}
	return found
}

// target returns where the step puts the file p, an absolute path in the source.
func (c copyStep) target(p string) (string, bool) {
	for _, source := range c.sources {
		if source == "/" {
			return path.Join(c.dest, p), true
		}
		names, depth := strings.Split(p, "/"), strings.Count(source, "/")+1
		if len(names) < depth {
			continue
		}
		head, rest := strings.Join(names[:depth], "/"), strings.Join(names[depth:], "/")
		if match, err := path.Match(source, head); err != nil || !match {
			continue
		}
		switch {
		case c.parents:
			return path.Join(c.dest, p), true
		case rest != "": // copying a directory copies its content, not the directory
			return path.Join(c.dest, rest), true
		case c.intoHere || source != head:
			return path.Join(c.dest, path.Base(p)), true
		}
		return c.dest, true
	}
	return "", false
}
