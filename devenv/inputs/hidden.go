package inputs

import (
	"bytes"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// seen returns which files of a service's build context matter to its containers, as a function of the path in the
// context. In development, an image is often built with a copy of the code that the service then mounts its working
// tree over: those files do not matter, as long as nothing but COPY reads them. nil means that all matter.
func (b *building) seen(s types.ServiceConfig, dockerfile []byte) func(rel string) bool {
	targets := b.mountedTargets(s)
	result, err := parser.Parse(bytes.NewReader(dockerfile))
	if err != nil || len(targets) == 0 || b.tree.CountAll || len(b.above) > 0 || b.isContext(s.Name) {
		return nil
	}
	var stages copyStages
	for _, node := range result.AST.Children {
		if !stages.instruction(node) {
			return nil
		}
	}
	copies := stages.reading(s.Build.Target, targets)
	if copies == nil {
		return nil
	}
	return func(rel string) bool { return slices.ContainsFunc(copies, func(c copied) bool { return c.takes(rel) }) }
}

// mountedTargets returns where a service mounts directories of the tree, so that nothing of its image can be seen
// there: a volume below would begin with the image's files.
func (b *building) mountedTargets(s types.ServiceConfig) []string {
	var targets []string
	for _, m := range s.Volumes {
		below := func(other types.ServiceVolumeConfig) bool {
			return other.Type == types.VolumeTypeVolume && within(path.Clean(other.Target), path.Clean(m.Target))
		}
		if m.Type != types.VolumeTypeBind || slices.ContainsFunc(s.Volumes, below) || len(s.VolumesFrom) > 0 {
			continue
		}
		info, err := os.Stat(b.tree.onMachine(m.Source))
		if _, inside := b.tree.Relative(m.Source); inside && err == nil && info.IsDir() {
			targets = append(targets, path.Clean(m.Target))
		}
	}
	return targets
}

// isContext reports whether another service's image is built on a service's.
func (b *building) isContext(name string) bool {
	for _, s := range b.project.AllServices() {
		if s.Build == nil {
			continue
		}
		for _, where := range s.Build.AdditionalContexts {
			if where == types.ServicePrefix+name {
				return true
			}
		}
	}
	return false
}

// copyStages are the stages of a Dockerfile, as far as they copy files of the context.
type copyStages []copyStage

type copyStage struct {
	name    string
	workdir string // empty if it is unknown
	copies  []copied
	run     int      // how many of the copies a RUN follows
	volumes []string // VOLUME
}

// copied is a COPY or ADD: what it takes, and where it puts that; empty if that is unknown.
type copied struct {
	sources []string
	to      string
}

// instruction reads an instruction. It returns false for one that may read the context in another way.
func (s *copyStages) instruction(node *parser.Node) bool {
	words, name := wordsOf(node), strings.ToUpper(node.Value)
	if name == "FROM" && len(words) > 0 {
		var made copyStage
		if n := s.find(words[0]); n >= 0 {
			made.workdir, made.volumes = (*s)[n].workdir, slices.Clone((*s)[n].volumes)
		}
		if len(words) > 2 {
			made.name = words[2]
		}
		*s = append(*s, made)
		return true
	}
	if len(*s) == 0 {
		return name == "ARG"
	}
	at := &(*s)[len(*s)-1]
	switch name {
	case "RUN":
		at.run = len(at.copies)
		return !slices.ContainsFunc(flags(node.Flags, "mount"), readsContext)
	case "WORKDIR":
		at.workdir = resolved(at.workdir, strings.Join(words, " "))
	case "VOLUME":
		at.volumes = append(at.volumes, words...)
	case "COPY", "ADD":
		if flag(node.Flags, "from") == "" && len(words) > 1 {
			last := len(words) - 1
			at.copies = append(at.copies, copied{sources: words[:last], to: resolved(at.workdir, words[last])})
		}
	default:
		return slices.Contains(describing(), name)
	}
	return true
}

// describing returns the instructions that read nothing of the context. A frontend of the Dockerfile's own may know
// others.
func describing() []string {
	return []string{
		"ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "SHELL", "STOPSIGNAL", "USER",
	}
}

// readsContext reports whether a RUN's mount shows it files of the context.
func readsContext(mount string) bool {
	kind := flag(prefixed(mount), "type")
	return (kind == "" || kind == "bind") && flag(prefixed(mount), "from") == ""
}

// find returns the last stage with a name or number, -1 if there is none.
func (s *copyStages) find(name string) int {
	return lastStage(*s, func(s copyStage) string { return s.name }, name)
}

// reading returns the copies that matter; nil if all do. Those do not that end below one of the targets and that
// nothing follows but what describes the image.
func (s *copyStages) reading(target string, targets []string) []copied {
	final := len(*s) - 1
	if target != "" {
		final = s.find(target)
	}
	if final < 0 {
		return nil
	}
	reading, some := []copied{}, false
	for i, stage := range *s {
		for n, c := range stage.copies {
			unseen := i == final && n >= stage.run && slices.ContainsFunc(targets, func(t string) bool {
				volume := func(v string) bool { return unclear(v) || within(path.Clean(v), t) }
				return within(c.to, t) && !slices.ContainsFunc(stage.volumes, volume)
			})
			if some = some || unseen; !unseen {
				reading = append(reading, c)
			}
		}
	}
	if !some || final < len(*s)-1 { // a later stage may copy from it
		return nil
	}
	return reading
}

// unclear reports whether a word is not what it says: it has variables, quotes or escapes.
func unclear(word string) bool { return strings.ContainsAny(word, "$\"'\\") }

// resolved returns an absolute path for what a Dockerfile names in a working directory; empty if it is unknown.
func resolved(workdir, name string) string {
	switch {
	case unclear(name):
		return ""
	case path.IsAbs(name):
		return path.Clean(name)
	case workdir == "":
		return ""
	}
	return path.Join(workdir, name)
}

// takes reports whether a copy takes a file of the context. A pattern counts as all of the directory it is in.
func (c copied) takes(rel string) bool {
	return slices.ContainsFunc(c.sources, func(source string) bool {
		if unclear(source) {
			return true
		}
		source = strings.TrimPrefix(path.Clean("/"+source), "/")
		if at := strings.IndexAny(source, "*?["); at >= 0 {
			source = strings.TrimSuffix(source[:strings.LastIndex(source[:at], "/")+1], "/")
		}
		return source == "" || within(rel, source) || within(source, rel) // rel may be a submodule
	})
}
