package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
)

// hostile is text that would control a terminal, or read differently from what it is: a title, a cleared screen, a
// link, colours, C1 controls, writing directions, zero-width characters, invisible tags. In between is "visible".
const hostile = "vis\x1b]0;title\x07ib\x1b[2J\x1b[1;31mle\x1b[0m \x1b]8;;http://x\x1b\\visible\x1b]8;;\x1b\\ \u009b31m\x9b31m\x00\x08\x7f " +
	"\u202eelbisiv\u202c \u2066x\u2069 a\u200bb\ufeffc\u00add \U000e0041 \u2028 \x1b]52;c;visible to the end"

// wantHarmless checks that a text contains nothing that a terminal interprets or hides, except devenv's own colours.
func wantHarmless(t *testing.T, what, text string, colors bool) {
	t.Helper()
	rest := text
	if colors {
		rest = strings.NewReplacer("\x1b[1m", "", "\x1b[1;31m", "", "\x1b[0m", "", "\x1b[2m", "", "\x1b[m", "", "\x1b[31m", "", "\x1b[32m", "",
			"\x1b[33m", "", "\x1b[36m", "").Replace(rest)
	}
	for _, r := range rest {
		// Markdown has a zero-width character of its own between @ and a name, so that nobody is notified.
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) && (what != "markdown" || r != '\u200b') {
			t.Errorf("%s holds %U: %q", what, r, text)
			return
		}
	}
	if !strings.Contains(text, "visible") {
		t.Errorf("%s hides what can be seen: %q", what, text)
	}
}

func TestNoOutputFormatLetsTextControlATerminal(t *testing.T) {
	d := NewDocument("new-migration")
	d.Verdict, d.Error = VerdictFail, &ErrorField{Message: hostile, Hint: hostile}
	d.Base, d.Branch = Base{Ref: hostile}, Branch{Ref: hostile}
	d.Files = []File{{Path: hostile, Action: FileAdded, Revision: hostile, DownRevision: hostile}}
	d.Notes, d.Noise = []string{hostile}, []Noise{{Object: hostile, Operation: hostile}}
	d.Steps = []Step{{Name: hostile, Detail: hostile, Found: []Finding{{What: hostile, Value: hostile, From: hostile}}}}
	evidence := []Evidence{{
		File: hostile, Revision: hostile, Table: hostile, Column: hostile, Statement: hostile, Message: hostile, SQLState: hostile,
		Detail: hostile,
		Query:  hostile, Insert: hostile, Keys: []string{hostile}, Rows: 2, Lock: hostile,
	}}
	d.Checks = []Check{
		{ID: "a", Status: StatusFail, Summary: hostile, Hint: hostile + "\n    " + hostile, Evidence: evidence},
		{ID: "b", Status: StatusPass, Summary: hostile, Waived: hostile},
		{ID: "c", Status: StatusSkip, Summary: hostile},
	}
	failure := Fail(KindWork, hostile+"\n    "+hostile, "%w", errors.New(hostile)).WithOutput([]string{hostile})
	list := &Items{Items: []any{hostile, map[string]string{hostile: hostile}}}
	for _, o := range []TextOptions{{}, {Width: 40, Color: true, Verbose: true, File: []byte(hostile)}} {
		var text bytes.Buffer
		if err := errors.Join(WriteText(&text, d, o), WriteFailure(&text, failure, o), WriteItemsText(&text, list, o)); err != nil {
			t.Fatal(err)
		}
		wantHarmless(t, "text", text.String(), o.Color)
	}
	var markdown, document bytes.Buffer
	if err := errors.Join(WriteMarkdown(&markdown, d, []byte(hostile)), WriteJSON(&document, d)); err != nil {
		t.Fatal(err)
	}
	wantHarmless(t, "markdown", markdown.String(), false)
	wantHarmless(t, "json", document.String(), false)
	var back Document
	if err := json.Unmarshal(document.Bytes(), &back); err != nil || back.Notes[0] != strings.ToValidUTF8(hostile, "\ufffd") {
		t.Errorf("the document is %q, %v", back.Notes, err)
	}
}

func TestInvisibleCharactersAreShownAsEscapes(t *testing.T) {
	for text, want := range map[string]string{
		"a\u202eb":               `a\u202eb`,
		"a\U000e0041b":           `a\udb40\udc41b`,
		"a\tb\nc":                "a    b\nc",
		"a\x1b]0;never ended":    "a0;never ended",
		"a\x1b[31mb\x1b[0m\x1b7": "ab",
		"é 漢 🙂":                  "é 漢 🙂",
	} {
		if got := Printable(text); got != want || Printable(got) != want {
			t.Errorf("%q is shown as %q, not %q", text, got, want)
		}
	}
}

func TestColoredLineKeepsOnlyColours(t *testing.T) {
	const line = "10%\r20%\r\x1b[32mINFO\x1b[0m \x1b]0;title\x07\x1b[2J\x1b[38;5;9mred\u202e\n"
	if got, want := ColoredLine(line), "\x1b[32mINFO\x1b[0m \x1b[38;5;9mred\\u202e\x1b[m"; got != want {
		t.Errorf("in colour: %q, not %q", got, want)
	}
	if got, want := PrintableLine(line), "INFO red\\u202e"; got != want {
		t.Errorf("without: %q, not %q", got, want)
	}
	wantHarmless(t, "a line", ColoredLine(hostile), true)
}
