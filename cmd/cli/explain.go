package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"devenv/devenv"
	"devenv/devenv/checks"
	"devenv/devenv/report"
)

const explainLong = `Lists the checks with the question each one asks; or explains one of them: why it matters, an example,
how to fix what it finds, and how to waive it. --trials shows the trials, which gather the facts about a
migration, and what each of them needs: a trial runs as soon as what it needs is available.

Exit status: 0 done, 2 there is no such check.`

// explained is one check as explain shows it.
type explained struct {
	ID       string        `json:"id"`
	Severity report.Status `json:"severity"`
	Asks     string        `json:"asks"`
	// Page is the explanation in Markdown; the list omits it.
	Page string `json:"page,omitempty"`
}

// explain returns the command that explains the checks.
func (a *app) explain() *cobra.Command {
	var graph bool
	c := &cobra.Command{
		Use:               "explain [CHECK]",
		Short:             "Explain the checks, or one of them",
		Long:              explainLong,
		Example:           "  devenv explain\n  devenv explain apply.seeded\n  devenv explain --trials",
		ValidArgsFunction: cobra.FixedCompletions(checks.IDs(), cobra.ShellCompDirectiveNoFileComp),
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage(c, "explain takes one check, but got %d", len(args))
			}
			if graph && len(args) > 0 {
				return usage(c, "--trials shows all trials, and takes no check")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return a.run(c.Context(), func(context.Context, devenv.Options) (outcome, error) {
				switch {
				case graph:
					return trialList(c.Name()), nil
				case len(args) == 0:
					return checkList(c.Name()), nil
				}
				return checkPage(c.Name(), args[0])
			})
		},
	}
	c.Flags().BoolVar(&graph, "trials", false, "show the trials, and what each needs from others")
	return c
}

// trialList returns all trials, with what each needs and offers.
func trialList(command string) outcome {
	list := items{Items: report.NewItems(command)}
	for _, t := range devenv.Trials() {
		list.Items.Items = append(list.Items.Items, t)
		list.lines = append(list.lines, fmt.Sprintf("%-13s %s", t.Step, t.Finds))
		line := func(word, text string) {
			list.lines = append(list.lines, fmt.Sprintf("%-13s %-7s %s", "", word, text))
		}
		for _, s := range t.Needs {
			line("needs", s.String())
		}
		for _, s := range t.Uses {
			line("uses", s.String())
		}
		if t.Ends != "" {
			line("ends", t.Ends)
		}
		for _, what := range t.Offers {
			line("offers", what)
		}
	}
	return list
}

// checkList returns all checks, one a line.
func checkList(command string) outcome {
	list := items{Items: report.NewItems(command)}
	for _, check := range checks.All() {
		list.Items.Items = append(list.Items.Items, explained{ID: check.ID, Severity: check.Severity, Asks: check.Asks})
		list.lines = append(list.lines, fmt.Sprintf("%-17s %-4s  %s", check.ID, check.Severity, check.Asks))
	}
	return list
}

// checkPage returns the page of one check.
func checkPage(command, id string) (outcome, error) {
	all := checks.All()
	i := slices.IndexFunc(all, func(c checks.Check) bool { return c.ID == id })
	if i < 0 {
		return items{Items: report.NewItems(command)},
			report.Fail(report.KindUsage, "the checks are: "+strings.Join(checks.IDs(), ", "), "there is no check %q", id)
	}
	list := report.NewItems(command)
	list.Items = append(list.Items, explained{ID: id, Severity: all[i].Severity, Asks: all[i].Asks, Page: all[i].Page})
	title := fmt.Sprintf("# %s (%s): %s\n\n", id, all[i].Severity, all[i].Asks)
	return explanation{items{Items: list}, title + strings.Trim(all[i].Page, "\n") + "\n"}, nil
}

// explanation is the outcome of explaining one check: its page is Markdown that also reads well as plain text.
type explanation struct {
	items
	page string
}

func (e explanation) text(p printer, _ error) error {
	return writeText(p.out, flowed(e.page, p.options.Width))
}

func (e explanation) markdown(w io.Writer, _ error) error { return writeText(w, e.page) }
