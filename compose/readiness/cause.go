package readiness

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"devenv/devenv/report"
)

// explained adds a hint to a failure whose cause shows in the container's output and files. Other failures stay
// unchanged.
func (l *lives) explained(ctx context.Context, f *report.Failure) *report.Failure {
	lines := slices.DeleteFunc(strings.Split(f.Error()+"\n"+strings.Join(f.Output, "\n"), "\n"), saysNothingOfScripts)
	if len(lines) == 0 {
		return f
	}
	c, err := l.engine.Inspect(ctx, l.id)
	if err != nil { // the failure itself is what matters
		return f
	}
	named := scriptsNamed(lines, c.Directory)
	for _, file := range append(named, scriptsNamed(slices.Concat(c.Entrypoint, c.Cmd), c.Directory)...) {
		script, found, err := l.engine.ReadFile(ctx, l.id, file)
		if err != nil || !found || !WindowsScript(script) || !slices.Contains(named, file) && !ofAShell(script) {
			continue
		}
		f.Hint = file + " has Windows line endings, so its interpreter is looked for with a carriage return in its name, and each line ends in one.\n" +
			UnixLineEnds(path.Base(file))
		f.Known = true
		return f
	}
	return f
}

// ofAShell reports whether a script with Windows line endings is a shell's, which takes the carriage returns as part of
// the commands. Other interpreters read such files when a command names them.
func ofAShell(script []byte) bool {
	line, _, _ := bytes.Cut(script, []byte("\n"))
	return bytes.HasSuffix(line, []byte("sh\r"))
}

// saysNothingOfScripts reports whether a line is nothing that the kernel or a shell says of a script with Windows line
// endings, or of its caller: the script itself is there.
func saysNothingOfScripts(line string) bool {
	return !regexp.MustCompile(`(?i)no such file or directory|: not found|bad interpreter|illegal option|invalid option|\\r|\^M|\r`).MatchString(line)
}

// scriptsNamed returns the paths of files that lines name, each once, seen from a directory.
func scriptsNamed(lines []string, directory string) (files []string) {
	for _, line := range lines {
		for _, name := range regexp.MustCompile(`[\w.@+-]*(/[\w.@+-]+)+|[\w-]+\.\w+`).FindAllString(line, -1) {
			if !path.IsAbs(name) {
				name = path.Join("/", directory, name)
			}
			if !slices.Contains(files, name) && len(files) < mostScripts {
				files = append(files, name)
			}
		}
	}
	return files
}

// mostScripts is how many files are read to find out why a container ended.
const mostScripts = 20

// UnixLineEnds returns how to give a script that git checks out the line endings that containers need.
func UnixLineEnds(file string) string {
	pattern := path.Base(file)
	if ext := path.Ext(file); ext != "" {
		pattern = "*" + ext
	}
	return "git's core.autocrlf creates them, unless .gitattributes contains:\n    " + pattern + " text eol=lf\n" +
		"add that line, run git add --renormalize ., then remove the file and check it out again; commit that on the base branch as\n" +
		"well, whose own files are used. Or, for this clone only: git config core.autocrlf input, and check the file out again"
}

// WindowsScript reports whether a file is a script whose first line ends in a carriage return: the kernel cannot find
// its interpreter.
func WindowsScript(content []byte) bool {
	line, _, _ := bytes.Cut(content, []byte("\n"))
	return bytes.HasPrefix(line, []byte("#!")) && bytes.HasSuffix(line, []byte("\r"))
}

// Unexecutable returns what to do about a container that did not start because its program's file may not be executed;
// empty if it is something else.
func Unexecutable(err error) (hint string) {
	m := regexp.MustCompile(`exec: "([^"]+)": permission denied`).FindStringSubmatch(err.Error())
	if m == nil {
		return ""
	}
	return m[1] + " is not executable. Git keeps that with the file: git update-index --chmod=+x PATH/" + path.Base(m[1]) +
		"; an image's own copy is mended by its Dockerfile: RUN chmod +x " + m[1]
}

// LacksProgram reports whether a container did not start because its image has no such program.
func LacksProgram(err error, program string) bool {
	pattern := `exec: "(/bin/)?` + regexp.QuoteMeta(program) + `": (executable file not found|stat [^:]+: no such file)`
	return regexp.MustCompile(pattern).MatchString(err.Error())
}
