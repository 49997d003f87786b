package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"devenv/devenv/report"
)

// fitHelp makes help texts fit into the terminal.
func (a *app) fitHelp(root *cobra.Command) {
	show := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		if width := a.textOptions(a.streams.Out).Width; width > 0 {
			c.Long = flowed(c.Long, width)
			c.SetUsageTemplate(strings.ReplaceAll(c.UsageTemplate(), ".FlagUsages", fmt.Sprintf(".FlagUsagesWrapped %d", width)))
		}
		show(c, args)
	})
}

// flowed wraps a text to a width, if a line is longer; 0 does not wrap. Lines that belong to a paragraph are joined
// first; an indented line is code and stays.
func flowed(text string, width int) string {
	paragraph := ""
	var lines []string
	end := func() {
		if paragraph != "" {
			lines = append(lines, report.Wrap(paragraph, width)...)
		}
		paragraph = ""
	}
	fits := true
	for line := range strings.SplitSeq(text, "\n") {
		fits = fits && len([]rune(line)) <= width
		if line == "" || strings.HasPrefix(line, " ") {
			end()
			lines = append(lines, line)
			continue
		}
		paragraph = strings.TrimPrefix(paragraph+" "+line, " ")
	}
	end()
	if width == 0 || fits {
		return text
	}
	return strings.Join(lines, "\n")
}
