package report

import (
	"fmt"
	"html"
	"io"
	"path"
	"strings"
)

// markdown is a page in Markdown.
type markdown struct{ *page }

// WriteMarkdown writes the report for a pull request: the verdict, a table of the checks that failed, warn or are
// waived, their details, and the rest and the file folded. file is the new file's content; nil leaves it out.
func WriteMarkdown(w io.Writer, d *Document, file []byte) error {
	p := markdown{newPage(TextOptions{File: file})}
	sign, _ := verdictSign(d)
	p.line(fmt.Sprintf("### devenv: %s %s", markdownSign(sign), escape(headlineOf(d))))
	if d.Error != nil {
		p.blank()
		p.line("> " + escape(named(d.Error.Message, d.Error.Hint)))
	}
	p.listFiles(d.Files)
	p.table(d.Checks)
	for i := range d.Checks {
		if c := &d.Checks[i]; c.Status == StatusFail || c.Status == StatusWarn || c.Unanswered {
			p.details(c)
		}
	}
	p.rest(d)
	if file != nil {
		p.fold("The file")
		p.fence(strings.TrimPrefix(path.Ext(addedPath(d.Files)), "."), string(file))
		p.line("</details>")
	}
	return p.writeTo(w)
}

func markdownSign(sign string) string {
	switch sign {
	case "✓":
		return "✅"
	case "!":
		return "⚠️"
	case "✗":
		return "❌"
	default:
		return "ℹ️"
	}
}

func (p markdown) listFiles(files []File) {
	if len(files) == 0 {
		return
	}
	p.blank()
	for i := range files {
		f := &files[i]
		p.line(fmt.Sprintf("- %s %s %s", f.Action, span(f.Path), escape(lineage(f))))
	}
}

// table writes a row for each check that failed, warns, is waived or was left unanswered.
func (p markdown) table(checks []Check) {
	signs := map[Status]string{StatusFail: "❌", StatusWarn: "⚠️", StatusPass: "🟡", StatusSkip: "❔"}
	open := false
	for i := range checks {
		c := &checks[i]
		if c.Status == StatusSkip && !c.Unanswered || c.Status == StatusPass && c.Waived == "" {
			continue
		}
		if !open {
			p.blank()
			p.line("| | Check | Result |")
			p.line("|---|---|---|")
			open = true
		}
		result := c.Summary
		if c.Waived != "" {
			result = fmt.Sprintf("%s (waived: %s)", result, c.Waived)
		}
		p.line(fmt.Sprintf("| %s | %s | %s |", signs[c.Status], span(c.ID), escape(result)))
	}
}

func (p markdown) details(c *Check) {
	if len(c.Evidence) == 0 && c.Hint == "" {
		return
	}
	p.fold(named(c.ID, c.Summary))
	for i := range c.Evidence {
		for _, f := range fieldsOf(c, i) {
			if f.paste || f.label == "statement" {
				p.line(fmt.Sprintf("**%s**", f.label))
				p.blank()
				p.fence("sql", f.value)
				continue
			}
			p.line(fmt.Sprintf("**%s** %s", f.label, escape(f.value)))
			p.blank()
		}
	}
	for _, b := range splitHint(c.Hint) {
		if b.code {
			p.fence("", strings.Join(b.lines, "\n"))
			continue
		}
		p.line(escape(strings.Join(b.lines, " ")))
		p.blank()
	}
	p.line("</details>")
}

// markdownRest folds what needs no attention: passed and skipped checks, noise, remarks.
func (p markdown) rest(d *Document) {
	var lines []string
	for i := range d.Checks {
		if c := &d.Checks[i]; c.Status == StatusPass && c.Waived == "" {
			lines = append(lines, fmt.Sprintf("- ✅ %s %s", span(c.ID), escape(c.Summary)))
		}
	}
	passed := len(lines)
	reasons, ids := skipsByReason(answered(d.Checks))
	for _, reason := range reasons {
		lines = append(lines, fmt.Sprintf("- skipped %s: %s", span(strings.Join(ids[reason], ", ")), escape(reason)))
	}
	for _, n := range d.Noise {
		lines = append(lines, fmt.Sprintf("- the base's own, not held against the branch: %s %s", span(n.Object), escape(n.Operation)))
	}
	for _, n := range d.Notes {
		lines = append(lines, "- note: "+escape(n))
	}
	if len(lines) == 0 {
		return
	}
	p.fold(fmt.Sprintf("%d passed, and other details", passed))
	for _, l := range lines {
		p.line(l)
	}
	p.blank()
	p.line("</details>")
}

// fold opens a section that is initially closed; the caller writes its end. Its title is HTML, in which Markdown's
// own escapes would be visible.
func (p markdown) fold(title string) {
	p.blank()
	p.line("<details><summary>" + html.EscapeString(oneLine(title)) + "</summary>")
	p.blank()
}

// fence writes a code block whose fence is longer than any in the text.
func (p markdown) fence(language, text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	p.line(fence + language)
	for l := range strings.SplitSeq(strings.TrimRight(Printable(text), "\n"), "\n") {
		p.line(l)
	}
	p.line(fence)
	p.blank()
}

// span returns text as inline code; since a backtick in it would end the span, a longer fence surrounds it.
func span(s string) string {
	s = strings.ReplaceAll(oneLine(s), "|", `\|`)
	if strings.Contains(s, "`") {
		return "`` " + s + " ``"
	}
	return "`" + s + "`"
}

// escape makes text literal in Markdown, HTML and table cells; `code` in it stays code.
func escape(s string) string {
	plain := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", `\|`, "*", `\*`, "_", `\_`, "[", `\[`, "@", "@\u200b")
	parts := strings.Split(oneLine(s), "`")
	for i, part := range parts {
		if inCode := i%2 == 1 && i < len(parts)-1; inCode {
			parts[i] = strings.ReplaceAll(part, "|", `\|`)
			continue
		}
		parts[i] = plain.Replace(part)
	}
	return strings.Join(parts, "`")
}

func oneLine(s string) string { return strings.Join(strings.Fields(Printable(s)), " ") }
