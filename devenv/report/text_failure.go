package report

import (
	"io"
	"strings"
)

// WriteFailure writes an error for people: the message, the end of a program's output, and what to do next with code
// to paste. It writes nothing for a nil error.
func WriteFailure(w io.Writer, err error, o TextOptions) error {
	if err == nil {
		return nil
	}
	p := newPage(o)
	p.say(p.paint(red, "✗")+" ", 2, err.Error())
	output := OutputOf(err)
	for _, l := range output {
		p.wrap("    "+p.faint("│")+" ", 6, strings.TrimRight(l, "\r\n"))
	}
	if hint := HintOf(err); hint != "" {
		p.hint(0, hint)
	}
	return p.writeTo(w)
}

type hintBlock struct {
	code  bool
	lines []string
}

// splitHint separates prose from code: a line that is indented, or inside a ``` fence, is code.
func splitHint(hint string) []hintBlock {
	var blocks []hintBlock
	if strings.TrimSpace(hint) == "" {
		return nil
	}
	fenced := false
	for l := range strings.SplitSeq(strings.Trim(hint, "\n"), "\n") {
		if strings.HasPrefix(strings.TrimSpace(l), "```") {
			fenced = !fenced
			continue
		}
		code := fenced || strings.HasPrefix(l, "  ") || strings.HasPrefix(l, "\t")
		if n := len(blocks); n == 0 || blocks[n-1].code != code {
			blocks = append(blocks, hintBlock{code: code})
		}
		last := &blocks[len(blocks)-1]
		last.lines = append(last.lines, l)
	}
	for i := range blocks {
		if blocks[i].code {
			blocks[i].lines = dedent(blocks[i].lines)
		}
	}
	return blocks
}

// dedent removes the indentation that all lines share.
func dedent(lines []string) []string {
	shared := -1
	for _, l := range lines {
		if indent := len(l) - len(strings.TrimLeft(l, " \t")); strings.TrimSpace(l) != "" && (shared < 0 || indent < shared) {
			shared = indent
		}
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		if strings.TrimSpace(l) != "" {
			out[i] = l[shared:]
		}
	}
	return out
}
