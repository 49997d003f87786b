package cli

import (
	"bytes"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"devenv/cmd/terminal"
	"devenv/devenv"
	"devenv/devenv/checks"
	"devenv/devenv/report"
)

// outcome is a command's result, which can be written in each of the formats.
type outcome interface {
	// json writes the outcome's document; err is nil if the command did its work.
	json(w io.Writer, err error) error
	// text writes the outcome as plain text; err is the command's error, which is shown afterwards.
	text(p printer, err error) error
	markdown(w io.Writer, err error) error
	// faulty reports whether the migration is faulty, for the exit status.
	faulty() bool
}

// printer is where plain text goes: results to out, what accompanies them to err.
type printer struct {
	out, err        io.Writer
	options, beside report.TextOptions
}

// write writes the outcome in a format. In plain text, the caller writes the error.
func (a *app) write(f format, err error) error {
	switch f {
	case formatJSON:
		return a.outcome.json(a.streams.Out, err)
	case formatMarkdown:
		return a.outcome.markdown(a.streams.Out, err)
	default:
		return a.outcome.text(printer{
			out: a.streams.Out, options: a.textOptions(a.streams.Out),
			err: a.streams.Err, beside: a.textOptions(a.streams.Err),
		}, err)
	}
}

// textOptions returns the text layout for a stream: wrapped and coloured on a terminal, plain elsewhere.
func (a *app) textOptions(f *os.File) report.TextOptions {
	detected := terminal.Detect(f, a.streams.Env)
	o := report.TextOptions{Color: detected.Color, Verbose: a.global.verbose, Place: here()}
	if detected.Width != nil {
		o.Width = detected.Width()
	}
	return o
}

// here returns where the user stands.
func here() report.Place {
	dir, err := os.Getwd()
	if err != nil {
		return report.Place{}
	}
	return report.Here(dir)
}

// errorField returns an error as documents show it.
func errorField(err error) *report.ErrorField {
	if err == nil {
		return nil
	}
	return &report.ErrorField{Message: err.Error(), Hint: report.HintOf(err)}
}

// nameOf returns a command's name in documents: "snapshot list", or devenv for the program itself.
func nameOf(c *cobra.Command) string {
	return strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" ")
}

// blank returns the outcome of a command that did not run.
func blank(command *cobra.Command) outcome {
	switch name := nameOf(command); name {
	case newMigrationName, testMigrationName:
		d := report.NewDocument(name)
		d.Checks = checks.Skipped("an earlier failure")
		return migration{Result: devenv.Result{Document: d}}
	default:
		return items{Items: report.NewItems(name)}
	}
}

// items is the outcome of commands that list things.
type items struct {
	*report.Items
	// lines are the items in plain text; nil shows the items' fields.
	lines []any
	// none is shown instead of an empty list.
	none string
}

func (i items) json(w io.Writer, err error) error {
	d := *i.Items
	d.Error = errorField(err)
	return report.WriteJSON(w, &d)
}

func (i items) text(p printer, err error) error {
	if len(i.Items.Items) == 0 {
		if err == nil && i.none != "" {
			return writeText(p.out, i.none+"\n")
		}
		return nil
	}
	shown := *i.Items
	if i.lines != nil {
		shown.Items = i.lines
	}
	return report.WriteItemsText(p.out, &shown, p.options)
}

func (i items) markdown(w io.Writer, err error) error {
	var text bytes.Buffer
	if err := i.text(printer{out: &text, err: io.Discard}, err); err != nil {
		return err
	}
	for line := range strings.Lines(text.String()) {
		if err := writeText(w, "- "+line); err != nil {
			return err
		}
	}
	return nil
}

func (i items) faulty() bool { return false }

// writeText writes plain text in which names, paths and messages may come from anybody.
func writeText(w io.Writer, text string) error {
	_, err := io.WriteString(w, report.Printable(text))
	return err
}
