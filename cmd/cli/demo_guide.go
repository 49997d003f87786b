package cli

import (
	"fmt"
	"os"
	"os/exec"
	"strings"

	"devenv/devenv/report"
	"devenv/devenv/sample"
)

// guide returns what to try next in the sample.
func (d demonstration) guide(width int) string {
	var text strings.Builder
	if d.Result == nil {
		fmt.Fprintf(&text, "The sample project is in %s, on branch %s. Try:\n", d.Dir, sample.FeatureBranch)
		fmt.Fprintf(&text, "    cd %s\n    %s new-migration %q\n", report.ShellWord(d.Dir), d.program, sample.Message)
		return text.String()
	}
	if !d.AsIntended {
		fmt.Fprintf(&text, "\nThis is not what the demo is made to show. The sample project is in %s.\n", d.Dir)
		return text.String()
	}
	text.WriteString("\n" + wrapped("The demo went as intended: the migration tool's own output is faulty, and devenv says so before "+
		"anybody merges it.", 0, width))
	fmt.Fprintf(&text, "The sample project is in %s. What to try next:\n", d.Dir)
	fmt.Fprintf(&text, "\n1. Correct the new revision:\n    %s\n", d.newRevision())
	for _, m := range sample.Corrections() {
		mending(&text, m, width)
	}
	fmt.Fprintf(&text, "\n2. Test it again:\n    cd %s && %s test-migration\n", report.ShellWord(d.Dir), d.program)
	fmt.Fprintf(&text, "\n3. Or take it back:\n    cd %s && %s undo\n", report.ShellWord(d.Dir), d.program)
	return text.String()
}

// correction writes one change to make by hand.
func mending(text *strings.Builder, m sample.Correction, width int) {
	text.WriteString("\n" + wrapped(m.Check+": "+m.Why, 3, width))
	text.WriteString("   in upgrade(), instead of the lines that begin with\n")
	writeCode(text, strings.Join(m.Generated, "\n"))
	text.WriteString("   write\n")
	writeCode(text, m.Upgrade)
	if m.Downgrade != "" {
		text.WriteString("   and in downgrade(), instead of the lines that undo them,\n")
		writeCode(text, m.Downgrade)
	}
}

// newRevision returns the path of the new file.
func (d demonstration) newRevision() string {
	for _, f := range d.Result.Files {
		if f.Action == report.FileAdded {
			return f.Path
		}
	}
	return "in " + sample.VersionsDir
}

// wrapped returns an indented paragraph, wrapped to a width; 0 does not wrap.
func wrapped(text string, indent, width int) string {
	if width > 0 {
		width = max(width-indent, 20)
	}
	pad := strings.Repeat(" ", indent)
	return pad + strings.Join(report.Wrap(text, width), "\n"+pad) + "\n"
}

func writeCode(text *strings.Builder, code string) {
	for line := range strings.SplitSeq(code, "\n") {
		fmt.Fprintf(text, "       %s\n", line)
	}
}

// program returns what to type for devenv: its name if the shell finds it, or else its path.
func program() string {
	self, err := os.Executable()
	if err != nil {
		return "devenv"
	}
	if found, err := exec.LookPath("devenv"); err == nil {
		if a, err := os.Stat(found); err == nil {
			if b, err := os.Stat(self); err == nil && os.SameFile(a, b) {
				return "devenv"
			}
		}
	}
	return report.ShellWord(self)
}
