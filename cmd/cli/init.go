package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/report"
)

const initLong = `Examines the repository, shows what it found and where, asks on a terminal (if there are several possible
answers, and whether a new base may begin with an earlier one's data), and writes .devenv.yaml with only
what cannot be detected. An existing configuration is checked and left as it is. Nothing is started. -v
also lists what would cause a new base if it changed.

Exit status: 0 done, 1 failed, 2 wrong flags or configuration, or ambiguous and nobody to ask,
130 interrupted.`

// initialise returns the command that writes the configuration.
func (a *app) initialise() *cobra.Command {
	var o devenv.InitOptions
	c := &cobra.Command{
		Use:     "init",
		Short:   "Examine the repository and write .devenv.yaml",
		Long:    initLong,
		Example: "  devenv init\n  devenv init --print",
		Args:    noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.run(c.Context(), func(ctx context.Context, common devenv.Options) (outcome, error) {
				o.Options = common
				result, err := devenv.Init(ctx, o)
				return initialised{InitResult: result, print: o.Print}, err
			})
		},
	}
	c.Flags().BoolVar(&o.Print, "print", false, "print the file, also an existing one, and write nothing")
	return c
}

// initialised is the outcome of init.
type initialised struct {
	*devenv.InitResult
	print bool
}

func (i initialised) json(w io.Writer, err error) error {
	return items{Items: i.Items}.json(w, err)
}

func (i initialised) text(p printer, err error) error {
	to, options := p.out, p.options
	if i.print {
		to, options = p.err, p.beside // only the file is the result
	}
	shown := report.NewItems(i.Command)
	for _, item := range i.Items.Items {
		if f, ok := item.(report.Finding); ok && (p.options.Verbose || f.What != devenv.BaseInput) {
			shown.Items = append(shown.Items, fmt.Sprintf("%-28s %s  (%s)", f.What, f.Value, f.From))
		}
	}
	if err := report.WriteItemsText(to, shown, options); err != nil {
		return err
	}
	switch {
	case err != nil:
		return nil
	case i.print:
		return writeText(p.out, string(i.Content))
	case i.Written:
		return writeText(p.out, "\nwrote "+i.Path+", and a schema for editors next to it; commit both\nnext: "+i.Next+"\n")
	default:
		return writeText(p.out, "\n"+i.Path+" exists and works; it was left as it is\nnext: "+i.Next+"\n")
	}
}

func (i initialised) markdown(w io.Writer, err error) error {
	return items{Items: i.Items}.markdown(w, err)
}

func (i initialised) faulty() bool { return false }
