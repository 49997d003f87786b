package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// files shows what happened to the working tree, or what a dry run would have done to it, and the new file.
func (p *page) files(d *Document) {
	if len(d.Files)+len(d.Proposed) == 0 {
		return
	}
	p.blank()
	p.fileLines("", d.Files)
	p.fileLines("would be ", d.Proposed)
	if p.File != nil {
		p.blank()
		p.content(d)
	}
}

func (p *page) fileLines(before string, files []File) {
	for i := range files {
		f := &files[i]
		p.wrap(before+p.paint(actionColor(f.Action), fmt.Sprintf("%-9s", f.Action)), 9+len(before), p.Place.Path(f.Path)+lineage(f))
	}
}

func actionColor(a FileAction) string {
	if a == FileRemoved {
		return red
	}
	return green
}

func lineage(f *File) string {
	switch {
	case f.Revision == "":
		return ""
	case f.DownRevision == "":
		return fmt.Sprintf(" (revision %s, the first)", f.Revision)
	default:
		return fmt.Sprintf(" (revision %s, after %s)", f.Revision, f.DownRevision)
	}
}

// content shows the file, in lines that can be pasted: the terminal wraps what is too long for it.
func (p *page) content(d *Document) {
	text := strings.TrimRight(Printable(string(p.File)), "\n")
	if p.Color {
		text = highlight(addedPath(slices.Concat(d.Files, d.Proposed)), text)
	}
	for _, l := range p.fold(strings.Split(text, "\n"), linesOfFile) {
		p.line("  " + l)
	}
}

// addedPath returns the paths of the files that are added, "" if there is none.
func addedPath(files []File) string {
	var paths []string
	for i := range files {
		if files[i].Action == FileAdded {
			paths = append(paths, files[i].Path)
		}
	}
	return strings.Join(paths, " and ")
}

// noise summarizes in one line the differences that do not count because the base had them before the branch, which may
// have mended them.
func (p *page) noise(noise []Noise) {
	if len(noise) == 0 {
		return
	}
	p.blank()
	p.wrap("", 2, fmt.Sprintf("%s between models and database %s the base's own and %s not held against the branch.",
		Count(len(noise), "difference"), pick(len(noise), "is", "are"), pick(len(noise), "was", "were")))
	if !p.Verbose {
		return
	}
	for _, n := range noise {
		p.wrap("  ", 4, n.Object+"  "+n.Operation)
	}
}

func pick(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func (p *page) notes(notes []string) {
	if len(notes) == 0 {
		return
	}
	p.blank()
	for _, n := range notes {
		p.say(p.paint(cyan, "note")+" ", 5, n)
	}
}

func (p *page) steps(steps []Step) {
	if len(steps) == 0 {
		return
	}
	p.blank()
	for _, s := range steps {
		took := fmt.Sprintf("%9s  ", Elapsed(time.Duration(s.MS)*time.Millisecond))
		text := s.Name
		if s.Status != StepDone {
			text += " (" + string(s.Status) + ")"
		}
		if s.Detail != "" {
			text += ": " + s.Detail
		}
		p.say(p.faint(took), len(took), text)
	}
}

// next writes the last line: what the user does now.
func (p *page) next(d *Document) {
	text := nextOf(d)
	if text == "" {
		return
	}
	p.blank()
	p.say(p.bold("Next:")+" ", 6, text)
}

func nextOf(d *Document) string {
	path := addedPath(d.Files)
	undo := ""
	if path != "" {
		undo = " `devenv undo` reverts it."
	}
	found := d.Verdict == VerdictFail || d.Verdict == VerdictWarn
	switch {
	case len(d.Proposed) > 0:
		return nextOfDryRun(d, found)
	case found && path == "" && len(d.Revisions) == 0:
		return fmt.Sprintf("`devenv explain %s` says why.", worstID(d))
	case d.Verdict == VerdictWarn:
		return fmt.Sprintf("review %s: commit it if it is meant like that, or change it and run `devenv test-migration`. "+
			"`devenv explain %s` says why, and how to allow it.%s", cmp.Or(path, "the migration"), worstID(d), undo)
	case found:
		return fmt.Sprintf("fix %s, then run `devenv test-migration`. `devenv explain %s` says why.%s",
			d.atFault(cmp.Or(d.failingRevision(path), path, d.failingFile(), "the migration")), worstID(d), undo)
	case path == "":
		return ""
	case d.Verdict == VerdictPass:
		return fmt.Sprintf("read and commit %s.%s", path, undo)
	default:
		return "`devenv test-migration` verifies it." + undo
	}
}

// atFault names what to fix: where the code does not start, and no other check fails, the code may be at fault as well
// as the migration.
func (d *Document) atFault(migration string) string {
	for _, c := range d.Checks {
		if string(c.Status) == string(d.Verdict) && c.ID != "start.branch" {
			return migration
		}
	}
	return "the code or " + migration
}

// failingFile returns the file that the first check to determine the verdict names, if it is not a revision's.
func (d *Document) failingFile() string {
	for _, e := range d.decisive() {
		if e.Revision == "" && e.File != "" {
			return e.File
		}
	}
	return ""
}

// failingRevision returns the file that determines the verdict where it is that of a kept revision, and no check blames
// the new one, which is at path.
func (d *Document) failingRevision(path string) (file string) {
	for _, e := range d.decisive() {
		if path == "" || e.Revision == "" || e.File == "" || e.File == path {
			return ""
		}
		file = cmp.Or(file, e.File)
	}
	return file
}

// decisive returns the first evidence of each check that determines the verdict, empty where a check has none.
func (d *Document) decisive() (found []Evidence) {
	for _, c := range d.Checks {
		if string(c.Status) == string(d.Verdict) {
			var first Evidence
			if len(c.Evidence) > 0 {
				first = c.Evidence[0]
			}
			found = append(found, first)
		}
	}
	return found
}

// nextOfDryRun returns what comes after a run that wrote nothing.
func nextOfDryRun(d *Document, found bool) string {
	next := "nothing was written; without --dry-run, the same command writes the file."
	if found {
		next += fmt.Sprintf(" `devenv explain %s` says why it needs work.", worstID(d))
	}
	return next
}

// worstID returns the first check that determined the verdict.
func worstID(d *Document) string {
	for i := range d.Checks {
		if string(d.Checks[i].Status) == string(d.Verdict) {
			return d.Checks[i].ID
		}
	}
	return ""
}
