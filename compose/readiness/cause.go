package readiness

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"strings"

	"devenv/devenv/report"
)

// explained adds a hint to a failure whose cause shows in the container's output and files. Other failures stay
// unchanged.
func (l *lives) explained(ctx context.Context, f *report.Failure) *report.Failure {
	said := f.Error() + "\n" + strings.Join(f.Output, "\n")
	m := regexp.MustCompile(`exec "?(/[^\s":]+)"?: no such file or directory`).FindStringSubmatch(said)
	if m == nil {
		return f
	}
	script, found, err := l.engine.ReadFile(ctx, l.id, m[1])
	if err != nil || !found || !WindowsScript(script) { // the failure itself is what matters
		return f
	}
	f.Hint = m[1] + " has Windows line endings, so the kernel looks for an interpreter whose name ends in a carriage return.\n" +
		UnixLineEnds(path.Base(m[1]))
	f.Known = true
	return f
}

// UnixLineEnds returns how to give a script that git checks out the line endings that containers need.
func UnixLineEnds(file string) string {
	pattern := path.Base(file)
	if ext := path.Ext(file); ext != "" {
		pattern = "*" + ext
	}
	return "git's core.autocrlf creates them, unless .gitattributes contains:\n    " + pattern + " text eol=lf\n" +
		"add that line, run git add --renormalize ., then remove the file and check it out again"
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
