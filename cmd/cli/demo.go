package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/report"
	"devenv/devenv/sample"
)

const demoLong = `Unpacks the built-in sample project, a small web application with a database, and runs new-migration on
its feature branch. Two checks find faults, as intended: the demo ends by showing how to fix them.

DIR is an empty directory, or one of an earlier demo, which is replaced; the default is a directory below
the user's cache directory.

Exit status: 0 it went as intended (including the faulty migration), 1 devenv could not do its work, 2
wrong flags or directory, 3 the checks found something else, 130 interrupted.`

// demo returns the command that shows devenv at work on the sample project.
func (a *app) demo() *cobra.Command {
	var unpackOnly bool
	c := &cobra.Command{
		Use:     "demo [DIR]",
		Short:   "Show devenv at work on a sample project",
		Long:    demoLong,
		Example: "  devenv demo\n  devenv demo --unpack-only ~/toolshed",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage(c, "demo takes one directory, but got %d", len(args))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.run(c.Context(), func(ctx context.Context, o devenv.Options) (outcome, error) {
				return a.runDemo(ctx, o, append(args, "")[0], unpackOnly)
			})
		},
		ValidArgsFunction: cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs),
	}
	c.Flags().BoolVar(&unpackOnly, "unpack-only", false, "unpack the sample project and stop")
	return c
}

// runDemo unpacks the sample into dir and makes its migration. It asks nobody: the demo shows what is reported.
func (a *app) runDemo(ctx context.Context, o devenv.Options, dir string, unpackOnly bool) (outcome, error) {
	d := demonstration{program: program(), blank: items{Items: report.NewItems("demo")}}
	var err error
	if d.Dir, err = demoDirectory(dir, a.streams.Env); err != nil {
		return d.blank, err
	}
	if err := replaceDemo(ctx, d.Dir); err != nil {
		return d.blank, err
	}
	o.Listener.Emit(report.Noted{Text: "unpacked the sample project in " + d.Dir})
	if unpackOnly {
		return d, nil
	}
	o.Dir, o.Ask = d.Dir, nil
	o.Compose = devenv.ComposeOptions{} // flags for the user's own project do not fit the sample
	result, err := devenv.NewMigration(ctx, devenv.NewMigrationOptions{Options: o, Message: sample.Message})
	d.run = migrationOf(result, false, false)
	d.Result = result.Document
	d.AsIntended = err == nil && asIntended(result.Document)
	return d, err
}

// asIntended reports whether exactly the checks that the sample is made for found something.
func asIntended(d *report.Document) bool {
	meant := map[string]bool{}
	for _, m := range sample.Corrections() {
		meant[m.Check] = true
	}
	found := 0
	for _, c := range d.Checks {
		if c.Status != report.StatusFail && c.Status != report.StatusWarn {
			continue
		}
		if !meant[c.ID] {
			return false
		}
		found++
	}
	return found == len(meant)
}

// demonstration is the outcome of demo.
type demonstration struct {
	// Dir is where the sample project is.
	Dir string `json:"directory"`
	// AsIntended is set if the checks found what the sample is made for; false if it was only unpacked.
	AsIntended bool `json:"as_meant"`
	// Result is the run's document, nil if the sample was only unpacked.
	Result *report.Document `json:"result"`

	run     migration
	blank   items
	program string
}

func (d demonstration) json(w io.Writer, err error) error {
	list := *d.blank.Items
	list.Error, list.Items = unjudged(err), []any{d}
	return report.WriteJSON(w, &list)
}

func (d demonstration) text(p printer, err error) error {
	p.options.Place, p.beside.Place = report.Place{}, report.Place{} // the sample's files are not the user's
	if d.Result != nil {
		if err := d.run.text(p, err); err != nil || !d.run.worthShowing(err) {
			return err
		}
	}
	if err != nil {
		return nil
	}
	return writeText(p.out, d.guide(p.options.Width))
}

func (d demonstration) markdown(w io.Writer, err error) error {
	if d.Result != nil {
		if err := d.run.markdown(w, err); err != nil {
			return err
		}
	}
	return writeText(w, "\n```\n"+d.guide(0)+"```\n")
}

// faulty reports whether the demo did not show what it is made for.
func (d demonstration) faulty() bool { return d.Result != nil && !d.AsIntended && d.run.faulty() }
