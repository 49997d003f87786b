package inputs

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// Image is an image that a build takes from elsewhere, for a platform ("linux/arm64"), empty for the service's.
type Image struct{ Ref, Platform string }

// stage is one stage of a Dockerfile: its base, and what it copies or mounts from.
type stage struct {
	name string
	base Image
	uses []string
}

// imagesOf lists the images that a Dockerfile's target is made of, each once; images of other stages do not count.
// args are the build's arguments, contexts the named contexts, which take precedence over images of the same name. A
// Dockerfile that cannot be parsed has none: the builder reports what is wrong with it.
func imagesOf(content []byte, target string, args map[string]string, contexts map[string]string) []Image {
	result, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	d := &dockerfile{lex: shell.NewLex(result.EscapeToken), given: args, contexts: contexts, global: map[string]string{}}
	for _, node := range result.AST.Children {
		d.instruction(node)
	}
	last := len(d.stages) - 1
	if target != "" {
		last = d.find(target, len(d.stages))
	}
	if last < 0 {
		return nil
	}
	d.visit(last)
	return d.images
}

// dockerfile is the state while reading a Dockerfile.
type dockerfile struct {
	lex             *shell.Lex
	given, contexts map[string]string
	global          map[string]string // ARG before the first FROM
	stages          []stage
	seen            []int
	images          []Image
}

// instruction reads the images in an instruction.
func (d *dockerfile) instruction(node *parser.Node) {
	words := wordsOf(node)
	switch name := strings.ToUpper(node.Value); {
	case name == "FROM" && len(words) > 0:
		s := stage{base: Image{Ref: d.expand(words[0]), Platform: d.expand(flag(node.Flags, "platform"))}}
		if len(words) > 2 {
			s.name = words[2]
		}
		d.stages = append(d.stages, s)
	case len(d.stages) == 0 && name == "ARG":
		d.arguments(words)
	case len(d.stages) > 0:
		d.inStage(&d.stages[len(d.stages)-1], name, node.Flags)
	}
}

// inStage reads the images in an instruction of a stage.
func (d *dockerfile) inStage(s *stage, name string, given []string) {
	switch name {
	case "COPY", "ADD":
		s.use(d.expand(flag(given, "from")))
	case "RUN":
		for _, mount := range flags(given, "mount") {
			s.use(d.expand(flag(prefixed(mount), "from")))
		}
	}
}

// arguments declares the arguments for FROM: given ones override the Dockerfile's own values.
func (d *dockerfile) arguments(words []string) {
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		if given, ok := d.given[name]; ok {
			d.global[name] = given
			continue
		}
		d.global[name] = d.expand(value)
	}
}

func (s *stage) use(name string) {
	if name != "" {
		s.uses = append(s.uses, name)
	}
}

// expand substitutes variables; what cannot be expanded stays as it is.
func (d *dockerfile) expand(word string) string {
	var env []string
	for _, values := range []map[string]string{platformArguments(d.given), d.global} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			env = append(env, name+"="+values[name])
		}
	}
	expanded, _, err := d.lex.ProcessWord(word, shell.EnvsFromSlice(env))
	if err != nil {
		return word
	}
	return expanded
}

// platformArguments returns those of the builder's own variables that were given.
func platformArguments(given map[string]string) map[string]string {
	own := map[string]string{}
	for name, value := range given {
		if strings.HasPrefix(name, "TARGET") || strings.HasPrefix(name, "BUILD") {
			own[name] = value
		}
	}
	return own
}

// visit collects the images of a stage and of the stages that it uses.
func (d *dockerfile) visit(n int) {
	if slices.Contains(d.seen, n) {
		return
	}
	d.seen = append(d.seen, n)
	s := d.stages[n]
	d.take(s.base, n)
	for _, name := range s.uses {
		d.take(Image{Ref: name}, n)
	}
}

// take resolves a name used in stage n: an earlier stage, a named context, or an image.
func (d *dockerfile) take(image Image, n int) {
	if before := d.find(image.Ref, n); before >= 0 {
		d.visit(before)
		return
	}
	if _, context := d.contexts[image.Ref]; context || image.Ref == "" || image.Ref == "scratch" || slices.Contains(d.images, image) {
		return
	}
	d.images = append(d.images, image)
}

// find returns the stage with a name or number before stage n, -1 if there is none.
func (d *dockerfile) find(name string, n int) int {
	return lastStage(d.stages[:n], func(s stage) string { return s.name }, name)
}

// lastStage returns the last of some stages with a name or number, -1 if there is none.
func lastStage[S any](stages []S, nameOf func(S) string, name string) int {
	for i, s := range slices.Backward(stages) {
		if own := nameOf(s); own != "" && strings.EqualFold(own, name) || strconv.Itoa(i) == name {
			return i
		}
	}
	return -1
}

// wordsOf returns the words of an instruction after its name.
func wordsOf(node *parser.Node) []string {
	var words []string
	for n := node.Next; n != nil; n = n.Next {
		words = append(words, n.Value)
	}
	return words
}

// flags returns the values of an instruction's flag.
func flags(all []string, name string) []string {
	var values []string
	for _, f := range all {
		if value, ok := strings.CutPrefix(f, "--"+name+"="); ok {
			values = append(values, value)
		}
	}
	return values
}

// flag returns the first value of an instruction's flag, empty if it has none.
func flag(all []string, name string) string {
	for _, value := range flags(all, name) {
		return value
	}
	return ""
}

// prefixed returns the options of a mount, written like flags.
func prefixed(mount string) []string {
	options := strings.Split(mount, ",")
	for i, o := range options {
		options[i] = "--" + strings.TrimSpace(o)
	}
	return options
}
